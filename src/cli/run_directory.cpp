#include "cloister/cli/run_directory.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "cloister/base/file.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxName = 64;
constexpr const char* kJob = "job.toml";

// A component's file name may hold anything; a folder named after it should not.
std::string folder_name(const std::string& name) {
  std::string safe = name.substr(0, kMaxName);
  for (char& c : safe) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!is_plain) c = '_';
  }
  return safe.empty() || safe.front() == '.' ? "run" + safe : safe;
}

Unexpected<Error> fail_to_make(const fs::path& path, int error) {
  // A path that no folder can have is the caller's; all else is this machine's.
  const bool is_impossible = error == ENOTDIR || error == EEXIST || error == ENAMETOOLONG || error == ELOOP;
  return fail(is_impossible ? ErrorCode::invalid_argument : ErrorCode::io,
              fmt::format("cannot make the folder '{}': {}; choose another with --directory", path.string(),
                          std::error_code(error, std::generic_category()).message()));
}

// Returns those that were not there.
Result<std::vector<fs::path>> make_folders(const fs::path& path) {
  std::vector<fs::path> made;
  std::error_code error;
  for (fs::path part = path; !part.empty() && !fs::exists(fs::symlink_status(part, error)); part = part.parent_path()) {
    if (part.has_filename()) made.insert(made.begin(), part);
  }
  fs::create_directories(path, error);
  if (error) return fail_to_make(path, error.value());
  return made;
}

// One more than the largest N among folders NAME-N.
std::uint64_t next_number(const fs::path& parent, const std::string& name) {
  std::uint64_t next = 1;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    if (file.size() <= name.size() + 1 || file.compare(0, name.size(), name) != 0 || file[name.size()] != '-') continue;
    std::uint64_t number = 0;
    const char* last = file.data() + file.size();
    const auto [read, problem] = std::from_chars(file.data() + name.size() + 1, last, number);
    if (problem == std::errc{} && read == last && number < UINT32_MAX) next = std::max(next, number + 1);
  }
  return next;
}

void remove_partials_in(const fs::path& folder, int process) noexcept {
  try {
    const std::string mark = fmt::format(".{}-", process);
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      const std::string file = entry->path().filename().string();
      if (entry->path().extension() != ".partial" || file.find(mark) == std::string::npos) continue;
      std::error_code ignored;
      fs::remove(entry->path(), ignored);
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): see below
    // A process is ending; a temporary file left behind is the lesser evil.
  }
}

}  // namespace

Result<RunDirectory> RunDirectory::create(const std::optional<std::string>& wanted, const std::string& name) {
  if (wanted) {
    const fs::path path(*wanted);
    std::error_code error;
    const bool is_there = fs::exists(fs::symlink_status(path, error));
    if (!is_there) {
      CLOISTER_TRY(std::vector<fs::path> made, make_folders(path));
      return RunDirectory(path, std::move(made));
    }
    // What a link leads to may be absent: no folder either.
    const bool is_folder = fs::is_directory(path, error);
    error.clear();
    const bool is_empty = is_folder && fs::is_empty(path, error);
    if (!error && is_folder && !is_empty) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("'{}' is not empty; give --directory a new or empty folder", path.string()));
    }
    if (!is_folder) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("'{}' is not a folder; give --directory a new or empty folder", path.string()));
    }
    const int problem = error ? error.value() : ::access(path.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
    if (problem != 0) {
      return fail(ErrorCode::io,
                  fmt::format("cannot use the folder '{}': {}; choose another with --directory", path.string(),
                              std::error_code(problem, std::generic_category()).message()));
    }
    return RunDirectory(path, {});
  }
  const fs::path parent(kDefaultParent);
  CLOISTER_TRY(std::vector<fs::path> made, make_folders(parent));
  const std::string safe = folder_name(name);
  for (std::uint64_t number = next_number(parent, safe);; ++number) {
    const fs::path path = parent / fmt::format("{}-{}", safe, number);
    if (::mkdir(path.c_str(), 0777) == 0) {
      made.push_back(path);
      return RunDirectory(path, std::move(made));
    }
    if (errno == ENOENT) {
      // A run that never started took the empty parent away.
      CLOISTER_CHECK(make_folders(parent));
    } else if (errno != EEXIST) {
      return fail_to_make(path, errno);
    }
  }
}

Result<fs::path> RunDirectory::output(const std::string& name) const {
  const fs::path folder = path_ / "outputs";
  CLOISTER_CHECK(make_folders(folder));
  return folder / name;
}

Result<fs::path> RunDirectory::matrix(const std::string& file) const {
  const fs::path folder = path_ / kMatrixFolder;
  CLOISTER_CHECK(make_folders(folder));
  return folder / file;
}

void RunDirectory::abandon() const {
  if (is_reopened_) return;
  std::error_code ignored;
  if (job_) fs::remove(path(kJob), ignored);
  if (fs::file_size(path("metrics.jsonl"), ignored) == 0 && !ignored) fs::remove(path("metrics.jsonl"), ignored);
  // Folders are removed only when they are empty.
  fs::remove(path("outputs"), ignored);
  fs::remove(path("checkpoints"), ignored);
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) ::rmdir(folder->c_str());
}

void RunDirectory::remove_partial_files(const host::Grants::Named& outputs, int process) const noexcept {
  remove_partials_in(path_, process);
  remove_partials_in(path("checkpoints"), process);
  remove_partials_in(path("outputs"), process);
  for (const auto& [name, output] : outputs) {
    if (!output.empty()) remove_partials_in(output.has_parent_path() ? output.parent_path() : ".", process);
  }
}

Result<void> check_writable(const fs::path& path, const std::string& what) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::io, fmt::format("the folder '{}' of {} does not exist; make it", folder.string(), what));
  }
  // Only trying tells: permissions say little about read-only file systems and containers.
  auto file = AtomicFile::create(path.string());
  if (!file) return fail(file.error().code, fmt::format("{}: {}", what, file.error().message));
  return {};
}

}  // namespace cloister::cli
