#include "private_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <tuple>
#include <utility>

#include "cloister/base/hash.h"

namespace cloister::sandbox {
namespace {

using Clock = std::chrono::system_clock;

// No writer takes this long: an older temporary file has none.
constexpr std::chrono::hours kAbandoned{1};

struct Contents {
  std::vector<CodeEntry> entries;  // least recently used first
  std::vector<std::string> abandoned;
};

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

bool is_entry_name(std::string_view name) {
  constexpr std::size_t kDigits = 2 * sizeof(Digest::bytes);
  return name.size() == kDigits + kEntrySuffix.size() && name.ends_with(kEntrySuffix) &&
         name.find_first_not_of("0123456789abcdef") == kDigits;
}

bool is_temporary_name(std::string_view name) { return name.starts_with('.') && name.ends_with(kTemporarySuffix); }

Clock::time_point modified(const struct stat& status) {
  const auto since_epoch =
      std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(since_epoch));
}

// A slash at the end would follow a symbolic link.
std::string without_end_slashes(const std::string& given) { return given.substr(0, given.find_last_not_of('/') + 1); }

Result<Contents> contents_of(int folder, const std::string& path) {
  const int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // a position of its own
  if (again < 0) return fail_errno("list the folder", path, errno);
  const std::unique_ptr<DIR, CloseFolder> listing(fdopendir(again));
  if (!listing) {
    const int error = errno;
    close(again);
    return fail_errno("list the folder", path, error);
  }
  Contents found;
  const Clock::time_point now = Clock::now();
  for (;;) {
    errno = 0;
    const dirent* next = readdir(listing.get());
    if (next == nullptr && errno != 0) return fail_errno("list the folder", path, errno);
    if (next == nullptr) break;
    const std::string_view name = next->d_name;
    if (!is_entry_name(name) && !is_temporary_name(name)) continue;
    struct stat status{};
    // What another process removed meanwhile is not there.
    if (fstatat(folder, next->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) continue;
    if (is_entry_name(name)) {
      found.entries.push_back({std::string(name), static_cast<std::uint64_t>(status.st_size), modified(status)});
    } else if (now - modified(status) > kAbandoned) {
      found.abandoned.emplace_back(name);
    }
  }
  // By name too, so that processes that evict at the same time choose the same entries.
  std::sort(found.entries.begin(), found.entries.end(),
            [](const CodeEntry& a, const CodeEntry& b) { return std::tie(a.used, a.name) < std::tie(b.used, b.name); });
  return found;
}

// The folder, or nothing where there is none.
Result<std::optional<UniqueFd>> existing_folder(const std::string& directory) {
  struct stat status{};
  if (lstat(without_end_slashes(directory).c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::optional<UniqueFd>();
  }
  CLOISTER_TRY(UniqueFd folder, open_private_folder(directory));
  return std::optional<UniqueFd>(std::move(folder));
}

}  // namespace

bool is_private(const struct stat& status) {
  return status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

Result<UniqueFd> open_private_folder(const std::string& given) {
  const std::string directory = without_end_slashes(given);
  if (directory.empty()) return fail(ErrorCode::invalid_argument, "the root folder cannot be the code cache");
  UniqueFd folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder) {
    const int cause = errno;
    struct stat status{};
    if (lstat(directory.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the code cache '{}' is a symbolic link; name the folder itself", directory));
    }
    return fail_errno("open the folder", directory, cause);
  }
  struct stat status{};
  if (fstat(folder.get(), &status) != 0) return fail_errno("examine", directory, errno);
  if (!is_private(status)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the code cache '{}' holds code that will run, and others can write to it; make it yours "
                            "with chown and chmod 700, or name another folder with CLOISTER_CACHE",
                            directory));
  }
  return folder;
}

Result<UniqueFd> make_private_folder(const std::string& given) {
  const std::string directory = without_end_slashes(given);
  if (directory.empty()) return open_private_folder(given);
  std::error_code error;
  const std::filesystem::path path(directory);
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  const auto cannot_make = [&directory](int cause) {
    return fail(ErrorCode::io,
                fmt::format("cannot make the folder '{}' of the code cache: {}; name another with CLOISTER_CACHE",
                            directory, std::error_code(cause, std::generic_category()).message()));
  };
  if (error) return cannot_make(error.value());
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return cannot_make(errno);
  return open_private_folder(directory);
}

Result<CodeEviction> evict(int folder, const std::string& path, const CodeBound& bound) {
  CLOISTER_TRY(const Contents found, contents_of(folder, path));
  for (const std::string& name : found.abandoned) unlinkat(folder, name.c_str(), 0);
  std::uint64_t total = 0;
  for (const CodeEntry& entry : found.entries) total += entry.bytes;
  CodeEviction evicted;
  const Clock::time_point now = Clock::now();
  for (const CodeEntry& entry : found.entries) {
    // The rest was used later.
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - entry.used);
    if (total <= bound.bytes && age <= bound.age && bound.bytes != 0) break;
    total -= entry.bytes;
    if (unlinkat(folder, entry.name.c_str(), 0) == 0) {
      ++evicted.entries;
      evicted.bytes += entry.bytes;
    } else if (errno != ENOENT) {
      return fail_errno("remove from the folder", path, errno);
    }
  }
  return evicted;
}

Result<std::vector<CodeEntry>> list_code(const std::string& directory) {
  CLOISTER_TRY(const std::optional<UniqueFd> folder, existing_folder(directory));
  if (!folder) return std::vector<CodeEntry>();
  CLOISTER_TRY(Contents found, contents_of(folder->get(), directory));
  return std::move(found.entries);
}

Result<CodeEviction> evict_code(const std::string& directory, const CodeBound& bound) {
  CLOISTER_TRY(const std::optional<UniqueFd> folder, existing_folder(directory));
  if (!folder) return CodeEviction();
  return evict(folder->get(), directory, bound);
}

}  // namespace cloister::sandbox
