// The folder that a run leaves: job.toml, outputs/, checkpoints/, metrics.jsonl, loss.svg, metrics.svg, matrices/ and
// run.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/file.h"
#include "cloister/base/result.h"
#include "cloister/host/grants.h"

namespace cloister::cli {

// What a run itself writes into its folder.
inline constexpr std::string_view kRunFiles[] = {"job.toml",     "outputs",     "checkpoints", "metrics.jsonl",
                                                 "loss.svg",     "metrics.svg", "matrices",    "trace.json",
                                                 "profile.json", "profile.svg", "run.json"};
// Where the heat maps go.
inline constexpr std::string_view kMatrixFolder = "matrices";
// Where folders of runs are made that nobody named.
inline constexpr std::string_view kDefaultParent = "runs";

// One process at a time holds a folder: from hold() or reopen() until the object goes, however the process ends.
class RunDirectory {
 public:
  // Makes the folder; none given: runs/NAME-N with the first N that is free. A folder that exists must be empty.
  // Errors: invalid_argument for one that is not; io.
  static Result<RunDirectory> create(const std::optional<std::string>& wanted, const std::string& name);

  // The folder of a run that was interrupted, to go on in it. Errors: bad_data for what is no folder of a run, one that
  // another process holds, or a run that ended well; io.
  static Result<RunDirectory> reopen(const std::string& path);

  // Writes down what the run is asked to do (job.toml) and holds the folder. REQUIRES: made by create.
  // Errors: invalid_argument when another run has taken the folder meanwhile; io.
  Result<void> hold(std::string_view job);

  // Whether this is the folder of an interrupted run.
  [[nodiscard]] bool is_reopened() const { return is_reopened_; }
  // Whether a checkpoint of one of the outputs lies here.
  [[nodiscard]] bool has_checkpoint(const host::Grants::Named& outputs) const;
  // Removes what an interrupted run left half-written here and beside its outputs, and its record and plots, which this
  // run will write anew. REQUIRES: is_reopened().
  void clear(const host::Grants::Named& outputs) const;

  [[nodiscard]] std::filesystem::path path(const std::string& file) const { return path_ / file; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Where an output without a path goes: outputs/NAME; the folder is made. Errors: io.
  Result<std::filesystem::path> output(const std::string& name) const;

  // Where a heat map goes: matrices/FILE; the folder is made. Errors: io.
  Result<std::filesystem::path> matrix(const std::string& file) const;

  // The folders that create() made, each after the one that it lies in.
  [[nodiscard]] const std::vector<std::filesystem::path>& made() const { return made_; }

  // Removes the temporary files of atomic writes that a process has under way here and beside the outputs: this one for
  // an exit at once, or one that died.
  void remove_partial_files(const host::Grants::Named& outputs, int process) const noexcept;

  // For a run that never started: removes the folder, and those made for it, if nothing of worth is in them. Leaves a
  // reopened one as it is.
  void abandon() const;

 private:
  RunDirectory(std::filesystem::path path, std::vector<std::filesystem::path> made)
      : path_(std::move(path)), made_(std::move(made)) {}

  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_;
  bool is_reopened_ = false;
  UniqueFd job_;  // locked while the folder is held
};

// Whether a file could be written at `path`: its folder exists, can be written to, and nothing but a regular file
// stands there. `what` names it in errors. Errors: io; invalid_argument.
Result<void> check_writable(const std::filesystem::path& path, const std::string& what);

}  // namespace cloister::cli
