// From a job to what the host takes: defaults, names of devices, and paths checked before anything starts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cloister/base/result.h"
#include "cloister/cli/job.h"
#include "cloister/host/host.h"

namespace cloister::cli {

struct RunPlan {
  std::string component;
  host::HostOptions host;
  host::RunRequest request;  // outputs without a path have an empty one still
  std::optional<std::string> directory;
  std::optional<std::string> job_file;  // that the plan came from
  // What is looked at besides; the job does not say it, since results are the same.
  bool trace = false, profile = false;
  bool isolate_process = false;  // the run has a process of its own
  // What the plan says in full, for the run's folder: every path absolute, nothing left to this machine's defaults.
  Job job;
};

// Errors: invalid_argument for what a job may not ask (usage).
Result<RunPlan> plan_run(const Job& job);

// Errors: bad_data for a file that is not there: the caller's bad input, not this machine's failure. `what` names it.
Result<void> check_exists(const std::filesystem::path& path, const std::string& what);

// Looks at the files that the plan names. Errors: bad_data for a component or grant that is not there; io for an output
// that cannot be written; invalid_argument for two outputs with one path, and for an output or a folder of the run that
// would replace or change what the run reads or leaves.
Result<void> check_files(const RunPlan& plan);

// "cpu", "cuda" or "cuda:N". Errors: invalid_argument.
Result<engine::Device> parse_device(std::string_view text);
// "torch" or "stub". Errors: invalid_argument.
Result<host::BackendKind> parse_backend(std::string_view text);
// "process" or "none": whether the run has a process of its own. Errors: invalid_argument.
Result<bool> parse_isolation(std::string_view text);
// Whether operators can use so many. Errors: invalid_argument.
Result<void> check_threads(int threads);

// Processors that this process may use: its affinity and its control group's quota, at least 1.
[[nodiscard]] int available_processors();

}  // namespace cloister::cli
