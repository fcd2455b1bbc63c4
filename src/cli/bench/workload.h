// A workload against its native twin.
#pragma once

#include <string>
#include <vector>

#include "cloister/base/result.h"
#include "locations.h"
#include "report.h"
#include "workload_programs.h"

namespace cloister::bench {

struct WorkloadOptions {
  std::string name;                    // of the workload
  std::vector<std::string> arguments;  // for both programs, after their own
  int rounds = 3;
  int threads = 1;
  bool instructions = false;
};

// Runs both programs in turn; one line of progress on standard error a run. Final weights are compared byte for byte:
// where they differ, the figure `weights_equal` says so and nothing else was measured. Errors: invalid_argument for a
// name without a twin; io for what is missing; unsupported where instructions cannot be counted; those of the runs.
// After an error the report has the samples that were measured before it, without claims.
Result<void> run_workload(const Locations& locations, const WorkloadOptions& options, Report& report);

}  // namespace cloister::bench
