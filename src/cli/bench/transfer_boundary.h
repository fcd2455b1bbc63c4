// The boundary's share of a transfer run: what its calls, copied bytes and guest code cost, from prices and counts.
#pragma once

#include "boundary.h"
#include "cloister/base/result.h"
#include "locations.h"
#include "transfer_programs.h"

namespace cloister::bench {

// What isolation adds for each unit of work, besides the work.
struct UnitCost {
  double calls = 0;          // guest -> host
  double guest_seconds = 0;  // of the guest's own code
};

struct BoundaryModel {
  BoundaryPrices prices;
  UnitCost batch;  // of the pre-computation or evaluation
  UnitCost step;   // of the training
  UnitCost rest;   // once a run

  [[nodiscard]] double seconds(const UnitCost& unit) const {
    return unit.calls * prices.call_seconds + unit.guest_seconds;
  }
  // Calls that a whole run makes.
  [[nodiscard]] double calls(const Experiment& experiment) const;
  // Seconds that the boundary takes of a whole run, copied bytes not counted.
  [[nodiscard]] double seconds(const Experiment& experiment) const;
};

// Runs the workload in this process at three small sizes with every host call timed: differences between them tell the
// calls and the guest's own time a batch and a step. The guest's own time is what passes outside host functions, less
// what the same number of empty calls takes there (that is in the price of a call).
// `experiment` gives backbone, batch and training batch. Errors: those of the runs.
Result<BoundaryModel> model_boundary(const Locations& locations, const TransferData& data,
                                     const Experiment& experiment);

}  // namespace cloister::bench
