// The folder that a run leaves: outputs/, metrics.jsonl, loss.svg, metrics.svg and run.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cloister/base/result.h"

namespace cloister::cli {

// What a run itself writes into its folder.
inline constexpr std::string_view kRunFiles[] = {"outputs", "metrics.jsonl", "loss.svg", "metrics.svg", "run.json"};
// Where folders of runs are made that nobody named.
inline constexpr std::string_view kDefaultParent = "runs";

class RunDirectory {
 public:
  // Makes the folder; none given: runs/NAME-N with the first N that is free. A folder that exists must be empty.
  // Errors: invalid_argument for one that is not; io.
  static Result<RunDirectory> create(const std::optional<std::string>& wanted, const std::string& name);

  [[nodiscard]] std::filesystem::path path(const std::string& file) const { return path_ / file; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Where an output without a path goes: outputs/NAME; the folder is made. Errors: io.
  Result<std::filesystem::path> output(const std::string& name) const;

  // For a run that never started: removes the folder if nothing of worth is in it.
  void abandon() const;

 private:
  RunDirectory(std::filesystem::path path, bool is_ours) : path_(std::move(path)), is_ours_(is_ours) {}

  std::filesystem::path path_;
  bool is_ours_;  // made here
};

// Whether a file could be written at `path`: its folder exists, can be written to, and nothing but a regular file
// stands there. `what` names it in errors. Errors: io; invalid_argument.
Result<void> check_writable(const std::filesystem::path& path, const std::string& what);

// Removes the temporary files of atomic writes that this process has under way in `folder`: for an exit at once.
void remove_partial_files(const std::filesystem::path& folder) noexcept;

}  // namespace cloister::cli
