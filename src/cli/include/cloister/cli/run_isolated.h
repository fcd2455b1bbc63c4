// `--isolate process`: a run in a process of its own, watched by one that holds nothing of value.
#pragma once

#include "cloister/base/result.h"
#include "cloister/cli/exit_code.h"
#include "cloister/cli/run_directory.h"
#include "cloister/cli/run_plan.h"

namespace cloister::cli {

// Runs the plan in a child process whose resources are limited by what the run's limits come to. Here nothing is
// loaded: this process passes signals on, waits and, when the child died, removes what it left half-written, says so
// and writes run.json. `json` as in run_to_end. REQUIRES: this process has one thread; it returns in both processes, in
// the child with how the run ended. The exit code of a child that died: limit for SIGXCPU, environment for SIGKILL,
// interrupted for a signal that asks to end, otherwise internal. Errors: io when there can be no child; those of the
// run.
Result<ExitCode> run_in_own_process(const RunPlan& plan, bool json, RunDirectory& directory);

// What the child may use. Errors: io.
Result<void> limit_resources(const RunPlan& plan);

}  // namespace cloister::cli
