// How long until guest code runs.
#pragma once

#include "cloister/base/result.h"
#include "locations.h"
#include "report.h"

namespace cloister::bench {

struct StartupOptions {
  int instances = 2000;  // made one after another
  int bursts = 20;       // of 100 instances at once
  int commands = 30;     // `cloister run` of an empty workload
};

// Measures new instances of the component `empty`: alone, 100 at once on 100 threads, and as a whole command.
// Errors: io for a missing program or component; those of the runs. After an error the report has what was measured
// whole.
Result<void> run_startup(const Locations& locations, const StartupOptions& options, Report& report);

}  // namespace cloister::bench
