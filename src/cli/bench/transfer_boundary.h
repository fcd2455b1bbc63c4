// The boundary's share of a transfer run: what its calls, copied bytes and guest code cost, from prices and counts.
#pragma once

#include "boundary.h"
#include "cloister/base/result.h"
#include "locations.h"
#include "transfer_programs.h"

namespace cloister::bench {

// What isolation adds to a stretch of the run, besides the work.
struct CrossingCost {
  double calls = 0;          // guest -> host, the dropping of handles included
  double guest_seconds = 0;  // of the guest's own code
};

struct Boundary {
  BoundaryPrices prices;
  CrossingCost precompute, training, total;  // total: all phases

  // Copied bytes not counted.
  [[nodiscard]] double seconds(const CrossingCost& cost) const {
    return cost.calls * prices.call_seconds + cost.guest_seconds;
  }
};

// Runs the experiment in this process with every host call timed. The guest's own time is what passes outside host
// functions, less what as many calls with two handles take there (that is in the price of a call); of up to three runs
// the least, since whatever else the machine does only adds. A run of more than 10 seconds is not repeated.
// Errors: those of the runs.
Result<Boundary> measure_boundary(const Locations& locations, const TransferData& data, const Experiment& experiment);

}  // namespace cloister::bench
