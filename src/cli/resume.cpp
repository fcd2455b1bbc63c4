// The folder of a run over its life: held while a process works in it, taken up again when one was interrupted.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cloister/cli/run_directory.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

Unexpected<Error> no_run(const fs::path& path, std::string_view why) {
  return fail(ErrorCode::bad_data,
              fmt::format("there is nothing to resume in '{}': {}; give --resume the folder of a run that was "
                          "interrupted",
                          path.string(), why));
}

// The lock goes with the open file, and so with the process.
Result<bool> lock(const UniqueFd& file, const std::string& path) {
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return fail_errno("lock", path, errno);
}

Result<void> write_all(const UniqueFd& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

bool ended_well(const fs::path& record) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
  const auto text = read_text_file(record.string(), kMostBytes);
  if (!text) return false;
  // Of the first level alone: the record is long, and nothing else of it is asked for.
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) { return depth <= 1; };
  const auto json = nlohmann::json::parse(*text, shallow, /*allow_exceptions=*/false);
  const auto status = json.is_object() ? json.find("status") : json.end();
  return status != json.end() && *status == "ok";
}

// Whether `file` is what an atomic write to `name` left, of any process: NAME.PID-N.partial.
bool is_partial_of(std::string_view file, std::string_view name) {
  constexpr std::string_view kEnding = ".partial";
  if (!file.ends_with(kEnding) || !file.starts_with(name)) return false;
  file.remove_suffix(kEnding.size());
  file.remove_prefix(name.size());
  return file.size() > 1 && file.front() == '.' &&
         std::all_of(file.begin() + 1, file.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

void remove_partials_of(const fs::path& path) {
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const std::string name = path.filename().string();
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (is_partial_of(entry->path().filename().string(), name)) fs::remove(entry->path(), ignored);
  }
}

fs::path checkpoint_of(const fs::path& folder, const std::string& output) {
  return folder / "checkpoints" / fmt::format("{}.safetensors", output);
}

}  // namespace

Result<void> RunDirectory::hold(std::string_view job) {
  const std::string target = path("job.toml").string();
  const std::string temporary = fmt::format("{}.{}-0.partial", target, ::getpid());
  UniqueFd file(::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return fail_errno("write", target, errno);
  // Locked and complete before it has its name: nobody finds the folder between a run's start and its lock.
  auto written = write_all(file, job, target);
  if (written) {
    if (auto locked = lock(file, target); !locked) written = Unexpected(std::move(locked).error());
  }
  if (written && ::fsync(file.get()) != 0) written = fail_errno("write", target, errno);
  if (written && ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) {
      written =
          fail(ErrorCode::invalid_argument,
               fmt::format("another run has just taken '{}'; give --directory a new or empty folder", path_.string()));
    } else if (errno != EINVAL || ::rename(temporary.c_str(), target.c_str()) != 0) {
      // Some file systems can only replace.
      written = fail_errno("write", target, errno);
    }
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  job_ = std::move(file);
  return {};
}

Result<RunDirectory> RunDirectory::reopen(const std::string& folder) {
  RunDirectory directory(folder, {});
  directory.is_reopened_ = true;
  const std::string job = directory.path("job.toml").string();
  std::error_code error;
  if (!fs::is_directory(directory.path_, error)) return no_run(directory.path_, "it is no folder");
  if (!fs::is_regular_file(job, error)) return no_run(directory.path_, "it has no job.toml, which every run leaves");
  directory.job_ = UniqueFd(::open(job.c_str(), O_RDWR | O_CLOEXEC));
  if (!directory.job_) return fail_errno("open", job, errno);
  CLOISTER_TRY(const bool is_ours, lock(directory.job_, job));
  if (!is_ours) {
    return fail(ErrorCode::bad_data,
                fmt::format("a run is at work in '{}'; wait until it has ended, or stop it", directory.path_.string()));
  }
  if (ended_well(directory.path("run.json"))) return no_run(directory.path_, "the run ended well");
  return directory;
}

bool RunDirectory::has_checkpoint(const host::Grants::Named& outputs) const {
  return std::any_of(outputs.begin(), outputs.end(), [this](const auto& output) {
    std::error_code error;
    return fs::exists(fs::symlink_status(checkpoint_of(path_, output.first), error));
  });
}

void RunDirectory::clear(const host::Grants::Named& outputs) const {
  std::error_code ignored;
  for (const char* name : {"run.json", "loss.svg", "metrics.svg", "profile.json", "profile.svg"}) {
    fs::remove(path(name), ignored);
    remove_partials_of(path(name));
  }
  remove_partials_of(path("job.toml"));
  fs::remove_all(path(std::string(kMatrixFolder)), ignored);
  for (const auto& [name, output] : outputs) {
    remove_partials_of(output);
    remove_partials_of(checkpoint_of(path_, name));
  }
}

}  // namespace cloister::cli
