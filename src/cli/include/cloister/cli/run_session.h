// One run from its plan to its folder, with progress and Ctrl-C.
#pragma once

#include <optional>

#include "cloister/base/result.h"
#include "cloister/cli/exit_code.h"
#include "cloister/cli/run_directory.h"
#include "cloister/cli/run_plan.h"

namespace cloister::cli {

// Loads the component, runs it on a thread of its own, writes the run's folder and says how it ended; `json`: prints
// run.json on standard output. How the guest ended is the exit code. Changes the process's handling of signals for
// good. `interrupted`: the folder of the run that is to go on, none for a fresh one.
// Errors: what kept the run from starting (nothing is left behind then, and nothing changed in an interrupted run's
// folder), or its record from being written.
// `plan.isolate_process`: in a child process (run_isolated.h).
Result<ExitCode> run_to_end(const RunPlan& plan, bool json, std::optional<RunDirectory> interrupted = std::nullopt);

// The same in this process, behind walls that stay up. Errors: as above.
Result<ExitCode> run_in_this_process(const RunPlan& plan, bool json, RunDirectory& directory);

}  // namespace cloister::cli
