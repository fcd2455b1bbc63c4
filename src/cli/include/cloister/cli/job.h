// What a run is asked to do: from flags, from a TOML job file, or from both (docs/job-file.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/host/grants.h"

namespace cloister::cli {

// Unset fields are not asked for. Paths are relative to the current directory.
struct Job {
  std::optional<std::string> component;
  std::optional<std::string> component_sha256;  // that the component must have, in hexadecimal
  host::Grants grants;                          // an output's path is empty when it is to lie in the run's directory
  std::map<std::string, std::string> limits;    // kind to value, as written
  std::optional<std::string> device;
  std::optional<std::string> backend;
  std::optional<std::string> isolate;
  std::optional<std::uint64_t> seed;
  std::optional<int> threads;
  std::optional<std::string> directory;
  std::optional<std::vector<std::string>> arguments;
  std::optional<std::string> job_file;  // where it was read
  bool deny_content_dependent = false;
  bool skip_broken = false;
};

// `--grant KIND:NAME=PATH`, `--out NAME[=PATH]`, `--limit KIND=VALUE`. Errors: invalid_argument for another form, a bad
// name or one that is given twice, an unknown kind or a value that cannot be read.
Result<void> add_grant(Job& job, std::string_view text);
Result<void> add_output(Job& job, std::string_view text);
Result<void> add_limit(Job& job, std::string_view text);

// `--deny content-dependent`. Errors: invalid_argument for anything else.
Result<void> add_denial(Job& job, std::string_view text);

// `--seed N`: 0 to 2^63 - 1, the numbers that TOML has. `--threads N`. Errors: invalid_argument.
Result<void> set_seed(Job& job, std::string_view text);
Result<void> set_threads(Job& job, std::string_view text);

// Reads a job from TOML. `directory`: what relative paths are relative to. `shown` names the file in errors.
// Errors: invalid_argument with file and line for wrong TOML, an unknown key or a value of the wrong type.
Result<Job> parse_job(std::string_view toml, const std::string& shown, const std::string& directory);

// Whether a path names a job file: it ends in .toml.
[[nodiscard]] bool is_job_file(const std::string& path);

// Reads a job file of at most 1 MiB; relative paths are relative to its folder. Errors: as parse_job; io; bad_data.
Result<Job> read_job_file(const std::string& path);

// Reads the job file that a run left in its folder, which may be longer. Errors: bad_data for anything wrong with it;
// io.
Result<Job> read_recorded_job(const std::string& path);

// The job as a job file, which parse_job reads back. REQUIRES: all paths are absolute.
// Errors: invalid_argument for a path or argument that is not UTF-8, which TOML has no form for.
Result<std::string> job_text(const Job& job);

// `flags` over `file`: single values and the arguments replace; grants, outputs and limits of the same name do;
// what either denies is denied.
[[nodiscard]] Job merge(Job file, Job flags);

}  // namespace cloister::cli
