// What crossing the boundary between guest and host costs.
#pragma once

#include "cloister/base/result.h"
#include "cloister/host/host.h"
#include "locations.h"
#include "report.h"

namespace cloister::bench {

struct BoundaryOptions {
  int rounds = 7;  // each alternates calls and memcpy
};

// Runs the cases of the component `boundary` in this process, and memcpy beside those that move bytes.
// Errors: io for a missing component; those of the runs. After an error the report has what the whole rounds
// before it found, without claims.
Result<void> run_boundary(const Locations& locations, const BoundaryOptions& options, Report& report);

// The prices by which `bench transfer` turns counted calls and bytes into time.
struct BoundaryPrices {
  double call_seconds = 0;  // guest -> host function of two handles and back, host function included
  double timed_outside_seconds =
      0;  // of such a call under RunRequest::time_calls: what it adds outside the host function
  double in_bytes_per_second = 0;   // guest -> host
  double out_bytes_per_second = 0;  // host -> guest
};
// REQUIRES: the host computes with libtorch on one thread. Errors: as run_boundary.
Result<BoundaryPrices> measure_prices(host::Host& host, const Locations& locations);

}  // namespace cloister::bench
