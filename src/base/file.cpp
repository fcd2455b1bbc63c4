#include "cloister/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace cloister {
namespace {

// O_NONBLOCK: opening a FIFO must not wait for a writer, nor a device for a carrier.
constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// Kernels cap one read or write a little below 2 GiB.
constexpr std::size_t kMaxTransfer = std::size_t{1} << 30;

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

int open_retrying(int root, const char* path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::openat(root, path, flags, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// Walks down one folder at a time and follows no link. The error is a number of errno's, which itself may change when
// folders are closed on the way out; ELOOP or ENOTDIR for a link or `..`.
Expected<UniqueFd, int> open_without_links(int root, const std::string& path) {
  UniqueFd folder;
  int at = root;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t slash = path.find('/', begin);
    const std::string part = path.substr(begin, slash - begin);
    if (part.empty() || part == "..") return Unexpected(ELOOP);
    const bool last = slash == std::string::npos;
    UniqueFd next(open_retrying(at, part.c_str(), kReadFlags | O_NOFOLLOW | (last ? 0 : O_DIRECTORY)));
    if (!next) return Unexpected(errno);
    if (last) return next;
    folder = std::move(next);
    at = folder.get();
    begin = slash + 1;
  }
}

Result<void> write_all(int fd, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), std::min(bytes.size(), kMaxTransfer));
    if (count < 0) {
      if (errno == EINTR) continue;
      return fail_errno("write", path, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Unexpected<Error> fail_errno(std::string_view verb, std::string_view path, int error) {
  return fail(ErrorCode::io,
              fmt::format("cannot {} '{}': {}", verb, path, std::error_code(error, std::generic_category()).message()));
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}

FileIdentity FileIdentity::of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = nanoseconds(status.st_mtim),
          .ctime_ns = nanoseconds(status.st_ctim)};
}

namespace {

Unexpected<Error> not_regular(std::string_view path) {
  return fail(ErrorCode::bad_data, fmt::format("'{}' is not a regular file; give one", path));
}

Unexpected<Error> cannot_open(std::string_view path, int error) {
  // A socket, or a device without a driver.
  if (error == ENXIO) return not_regular(path);
  return fail_errno("open", path, error);
}

}  // namespace

Result<File> File::open(const std::string& path) {
  UniqueFd fd(open_retrying(AT_FDCWD, path.c_str(), kReadFlags));
  if (!fd) return cannot_open(path, errno);
  return adopt(std::move(fd), path);
}

Result<File> File::open_beneath(int root, const std::string& path, std::string shown) {
  Expected<UniqueFd, int> fd = open_without_links(root, path);
  if (!fd) {
    const int error = fd.error();
    if (error == ELOOP || error == ENOTDIR) {
      return fail(ErrorCode::bad_data,
                  fmt::format("'{}' is or passes a symbolic link; put the file itself in its place", shown));
    }
    return cannot_open(shown, error);
  }
  return adopt(*std::move(fd), std::move(shown));
}

Result<File> File::adopt(UniqueFd fd, std::string path) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("examine", path, errno);
  if (!S_ISREG(status.st_mode)) return not_regular(path);
  return File(std::move(fd), std::move(path), FileIdentity::of(status));
}

Result<void> File::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(fd_.get(), bytes.data(), std::min(bytes.size(), kMaxTransfer), static_cast<off_t>(offset));
    if (count < 0) {
      if (errno == EINTR) continue;
      return fail_errno("read", path_, errno);
    }
    if (count == 0) {
      return fail(ErrorCode::bad_data, fmt::format("'{}' ends at byte {}, {} bytes too early; it is truncated", path_,
                                                   offset, bytes.size()));
    }
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> File::unchanged() const {
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0) return fail_errno("examine", path_, errno);
  if (FileIdentity::of(status) != identity_) {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' changed while it was being read; leave it alone during a run", path_));
  }
  return {};
}

namespace {

template <class Bytes>
Result<Bytes> read_whole(const std::string& path, std::uint64_t limit) {
  CLOISTER_TRY(const File file, File::open(path));
  if (file.size() > limit) {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' has {} bytes, more than the {} that are taken here", path, file.size(), limit));
  }
  Bytes bytes;
  bytes.resize(static_cast<std::size_t>(file.size()));
  CLOISTER_CHECK(file.read(0, std::as_writable_bytes(std::span(bytes))));
  CLOISTER_CHECK(file.unchanged());
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::string& path, std::uint64_t limit) {
  return read_whole<std::vector<std::byte>>(path, limit);
}

Result<std::string> read_text_file(const std::string& path, std::uint64_t limit) {
  return read_whole<std::string>(path, limit);
}

Result<AtomicFile> AtomicFile::create(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    // Renaming onto a device or a link would replace it, not write through it.
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' exists and is not a regular file; give another path for the output", path));
  }
  static std::atomic<unsigned> counter{0};
  std::string temporary = fmt::format("{}.{}-{}.partial", path, ::getpid(), counter.fetch_add(1));
  UniqueFd fd(open_retrying(AT_FDCWD, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd) return fail_errno("write", path, errno);
  return AtomicFile(std::move(fd), path, std::move(temporary));
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : fd_(std::move(other.fd_)), path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) { return write_all(fd_.get(), bytes, path_); }

Result<void> AtomicFile::write(std::string_view text) { return write(std::as_bytes(std::span(text))); }

Result<void> AtomicFile::commit() {
  if (::fsync(fd_.get()) != 0) return fail_errno("write", path_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return fail_errno("write", path_, errno);
  temporary_.clear();
  // The name is durable only with its folder; a file system that cannot do that has still renamed.
  const UniqueFd folder(open_retrying(AT_FDCWD, folder_of(path_).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (folder) ::fsync(folder.get());
  return {};
}

Result<void> write_file(const std::string& path, std::span<const std::byte> bytes) {
  CLOISTER_TRY(AtomicFile file, AtomicFile::create(path));
  CLOISTER_CHECK(file.write(bytes));
  return file.commit();
}

Result<void> write_file(const std::string& path, std::string_view text) {
  return write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace cloister
