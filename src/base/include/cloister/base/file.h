// Files: bounded reading of granted ones, all-or-nothing writing of results. Errors are sentences with the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloister/base/result.h"

struct stat;

namespace cloister {

// A file descriptor that closes itself.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// What tells one state of a file from another: a write, truncation or replacement changes it. Writes within one tick
// of the file system's clock can escape it, hence the hashes of docs/data.md beside it.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;

  [[nodiscard]] static FileIdentity of(const struct stat& status);
};

// A regular file, open for reading. It is read by pread, never mapped, so a file that shrinks is an error and no
// SIGBUS. Thread safety: all const functions may run at the same time.
class File {
 public:
  // Opens a regular file; symbolic links are followed. A FIFO, device or directory is refused without blocking.
  // Errors: io; bad_data for what is not a regular file.
  static Result<File> open(const std::string& path);

  // Opens `path` relative to the directory `root`, without ever leaving it: `..` and symbolic links are refused.
  // `shown` is the path for messages. Errors: as open.
  static Result<File> open_beneath(int root, const std::string& path, std::string shown);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return identity_.size; }
  [[nodiscard]] const FileIdentity& identity() const { return identity_; }

  // Fills `bytes` from `offset`. Errors: bad_data when the file ends before; io.
  Result<void> read(std::uint64_t offset, std::span<std::byte> bytes) const;

  // Errors: bad_data when the file is no longer as it was opened. What was read before a success of this is of one
  // state of the file.
  Result<void> unchanged() const;

 private:
  File(UniqueFd fd, std::string path, FileIdentity identity)
      : fd_(std::move(fd)), path_(std::move(path)), identity_(identity) {}
  static Result<File> adopt(UniqueFd fd, std::string path);

  UniqueFd fd_;
  std::string path_;
  FileIdentity identity_;
};

// A whole small file. Errors: as File; bad_data when it is larger than `limit` bytes.
Result<std::vector<std::byte>> read_file(const std::string& path, std::uint64_t limit);
Result<std::string> read_text_file(const std::string& path, std::uint64_t limit);

// A file that appears whole or not at all: bytes go to a temporary file beside it, which commit() makes durable and
// renames. Destroyed before that, it leaves nothing behind. Thread safety: none.
class AtomicFile {
 public:
  // Errors: io for a folder that cannot be written; invalid_argument when `path` exists and is not a regular file.
  static Result<AtomicFile> create(const std::string& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  // Appends. Errors: io, such as a full disk.
  Result<void> write(std::span<const std::byte> bytes);
  Result<void> write(std::string_view text);

  // Replaces what was at the path. Nothing may be written after it. Errors: io; the path is untouched then.
  Result<void> commit();

 private:
  AtomicFile(UniqueFd fd, std::string path, std::string temporary)
      : fd_(std::move(fd)), path_(std::move(path)), temporary_(std::move(temporary)) {}

  UniqueFd fd_;
  std::string path_;
  std::string temporary_;  // empty once there is nothing to remove
};

// Writes a whole file atomically. Errors: as AtomicFile.
Result<void> write_file(const std::string& path, std::span<const std::byte> bytes);
Result<void> write_file(const std::string& path, std::string_view text);

// "cannot VERB 'PATH': REASON" for the errno value `error`.
[[nodiscard]] Unexpected<Error> fail_errno(std::string_view verb, std::string_view path, int error);

}  // namespace cloister
