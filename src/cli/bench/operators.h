// What each operator costs a guest beside libtorch called directly.
#pragma once

#include <string>
#include <vector>

#include "cloister/base/result.h"
#include "locations.h"
#include "report.h"

namespace cloister::bench {

struct OperatorsOptions {
  int rounds = 5;                  // each alternates the isolated and the native side of every operator
  std::vector<std::string> names;  // operators to measure; empty: all
  double seconds = 0.02;           // of calls a sample
};

// Runs the component `operators` in this process and `native_operators` beside it, on 1, 1,024 and 1,048,576 elements.
// A figure is the minimum over all rounds: what disturbs only adds.
// Errors: io for a missing program or component; invalid_argument for an operator that is not there; those of the runs.
// After an error the report has what the whole rounds before it found, without claims.
Result<void> run_operators(const Locations& locations, const OperatorsOptions& options, Report& report);

}  // namespace cloister::bench
