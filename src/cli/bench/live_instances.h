// What an instance costs in memory while many live in one process.
#pragma once

#include "cloister/base/result.h"
#include "locations.h"
#include "report.h"

namespace cloister::bench {

struct InstancesOptions {
  int instances = 1000;  // alive at once
};

// Makes instances of the component `tenant`, each with one small tensor, on the torch backend, and keeps all of them
// alive; then runs each, which fills its own quotas. Figures: instances.pss_kib, the proportional set size (proc(5),
// smaps_rollup) that an instance adds from the first to the last. Errors: io for a missing component; internal when an
// instance's quotas do not hold; those of the host.
Result<void> run_instances(const Locations& locations, const InstancesOptions& options, Report& report);

}  // namespace cloister::bench
