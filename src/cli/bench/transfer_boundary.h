// The boundary's share of a transfer run.
#pragma once

#include "cloister/base/result.h"
#include "crossings.h"
#include "locations.h"
#include "transfer_programs.h"

namespace cloister::bench {

// Measures the experiment in this process. Errors: as measure_crossings.
Result<Crossings> measure_boundary(const Locations& locations, const TransferData& data, const Experiment& experiment);

}  // namespace cloister::bench
