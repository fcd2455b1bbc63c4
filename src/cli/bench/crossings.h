// What crossing the boundary costs a run: its calls and the guest's own code, from prices and counts.
#pragma once

#include <map>
#include <string>

#include "boundary.h"
#include "cloister/base/result.h"
#include "locations.h"

namespace cloister::bench {

// What isolation adds to a stretch of a run, besides the work.
struct CrossingCost {
  double calls = 0;          // guest -> host, the dropping of handles included
  double guest_seconds = 0;  // of the guest's own code
};

struct Crossings {
  BoundaryPrices prices;
  std::map<std::string, CrossingCost> phases;  // by their names
  CrossingCost total;                          // all phases

  // Copied bytes not counted.
  [[nodiscard]] double seconds(const CrossingCost& cost) const {
    return cost.calls * prices.call_seconds + cost.guest_seconds;
  }
};

// Runs a component in this process with every host call timed. The guest's own time is what passes outside host
// functions, less what as many calls with two handles take there (that is in the price of a call); of up to three runs
// the least, since whatever else the machine does only adds. A run of more than 10 seconds is not repeated. The
// request's outputs are written as if it ran by itself. Errors: those of the runs.
Result<Crossings> measure_crossings(const Locations& locations, const std::string& component, host::RunRequest request,
                                    int threads);

}  // namespace cloister::bench
