#include "file_access.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "cloister/base/file.h"

namespace cloister::walls {
namespace {

// The interface of the kernel up to version 7, here because headers are often older than kernels.
struct RulesetAttributes {
  std::uint64_t files, network, scopes;
};
struct __attribute__((packed)) PathRule {
  std::uint64_t allowed;
  std::int32_t parent;
};
constexpr int kPathRule = 1;
constexpr unsigned kAskVersion = 1;

constexpr std::uint64_t kWriteFile = 1U << 1, kReadFile = 1U << 2, kReadFolder = 1U << 3, kRemoveFolder = 1U << 4,
                        kRemoveFile = 1U << 5, kMakeFolder = 1U << 7, kMakeFile = 1U << 8, kTruncate = 1U << 14,
                        kDeviceControl = 1U << 15;
// What a rule for a file, not a folder, may hold.
constexpr std::uint64_t kFileRights = kWriteFile | kReadFile | kTruncate | kDeviceControl;

constexpr std::uint64_t kRead = kReadFile | kReadFolder;
// Reading too: what was written is read again for its digest, and unfinished files are found in their folder.
constexpr std::uint64_t kReplace = kRead | kWriteFile | kTruncate | kMakeFile | kRemoveFile;
constexpr std::uint64_t kWrite = kReplace | kMakeFolder | kRemoveFolder;

// Everything that a version knows is forbidden unless a rule allows it.
RulesetAttributes all_of(int version) {
  RulesetAttributes all{};
  all.files = (1U << 13) - 1;
  if (version >= 2) all.files |= 1U << 13;  // moving files between folders
  if (version >= 3) all.files |= kTruncate;
  if (version >= 5) all.files |= kDeviceControl;
  if (version >= 4) all.network = 3;  // binding and connecting TCP sockets
  if (version >= 6) all.scopes = 3;   // abstract sockets and signals of processes outside
  return all;
}

// Libraries, what the loader and libtorch ask about the machine, and this process's own account.
constexpr const char* kSystem[] = {"/lib",
                                   "/lib64",
                                   "/usr/lib",
                                   "/usr/lib64",
                                   "/usr/local/lib",
                                   "/etc/ld.so.cache",
                                   "/etc/ssl/openssl.cnf",
                                   "/etc/localtime",
                                   "/usr/share/zoneinfo",
                                   "/proc/self",
                                   "/proc/cpuinfo",
                                   "/proc/meminfo",
                                   "/proc/stat",
                                   "/proc/sys/vm",
                                   "/sys/devices/system",
                                   "/sys/fs/cgroup",
                                   "/sys/kernel/mm/transparent_hugepage",
                                   "/dev/urandom",
                                   "/dev/zero"};
constexpr const char* kGpuSystem[] = {"/proc/driver/nvidia", "/proc/devices", "/proc/modules",
                                      "/sys/bus/pci",        "/sys/devices",  "/sys/module",
                                      "/usr/local/cuda",     "/usr/share",    "/etc/vulkan"};

class Ruleset {
 public:
  static Result<Ruleset> create(int version) {
    const RulesetAttributes all = all_of(version);
    // Earlier kernels know a shorter structure, and take no other.
    const std::size_t size = version >= 6 ? sizeof(all) : version >= 4 ? 16 : 8;
    UniqueFd fd(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, size, 0)));
    if (!fd) return fail_errno("make", "a set of Landlock rules", errno);
    return Ruleset(std::move(fd), all.files);
  }

  // Nothing at the path: no rule.
  Result<void> allow(const std::filesystem::path& path, std::uint64_t rights) {
    const UniqueFd place(::open(path.empty() ? "." : path.c_str(), O_PATH | O_CLOEXEC));
    if (!place) return {};
    struct stat status{};
    if (::fstat(place.get(), &status) != 0) return fail_errno("examine", path.native(), errno);
    const std::uint64_t fitting = S_ISDIR(status.st_mode) ? rights : rights & kFileRights;
    const PathRule rule{fitting & handled_, place.get()};
    if (rule.allowed == 0) return {};
    // EBADFD: a file of no folder, such as a pipe, which is outside of all rules.
    if (::syscall(SYS_landlock_add_rule, fd_.get(), kPathRule, &rule, 0) != 0 && errno != EBADFD) {
      return fail_errno("keep open to this process", path.native(), errno);
    }
    return {};
  }

  Result<void> confine() const {
    if (::syscall(SYS_landlock_restrict_self, fd_.get(), 0) != 0) {
      return fail_errno("confine", "this process by Landlock", errno);
    }
    return {};
  }

 private:
  Ruleset(UniqueFd fd, std::uint64_t handled) : fd_(std::move(fd)), handled_(handled) {}
  UniqueFd fd_;
  std::uint64_t handled_;
};

// NVIDIA's nodes, whose names count up: /dev/nvidia0, /dev/nvidiactl, /dev/nvidia-uvm, /dev/nvidia-caps/...
Result<void> allow_gpu(Ruleset& rules) {
  for (const char* path : kGpuSystem) CLOISTER_CHECK(rules.allow(path, kRead));
  // Shared memory between the driver's parts.
  CLOISTER_CHECK(rules.allow("/dev/shm", kWrite));
  std::error_code error;
  for (std::filesystem::directory_iterator node("/dev", error), end; !error && node != end; node.increment(error)) {
    if (!node->path().filename().native().starts_with("nvidia")) continue;
    CLOISTER_CHECK(rules.allow(node->path(), kRead | kWriteFile | kDeviceControl));
  }
  return {};
}

}  // namespace

Result<int> landlock_version() {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  if (version >= 1) return static_cast<int>(version);
  switch (errno) {
    case ENOSYS:
      return fail(ErrorCode::unsupported, "this kernel has no Landlock (Linux 5.13 has)");
    case EOPNOTSUPP:
      return fail(ErrorCode::unsupported, "Landlock was left out when this machine was booted (lsm=landlock,...)");
    default:
      return fail(ErrorCode::unsupported, "the container around this process refuses Landlock");
  }
}

Result<void> confine_file_access(const Needs& needs, int version) {
  CLOISTER_TRY(Ruleset rules, Ruleset::create(version));
  for (const char* path : kSystem) CLOISTER_CHECK(rules.allow(path, kRead));
  CLOISTER_CHECK(rules.allow("/dev/null", kReadFile | kWriteFile));
  // The terminal, opened anew so that a writer need not wait for it.
  for (const char* path : {"/proc/self/fd/1", "/proc/self/fd/2"}) CLOISTER_CHECK(rules.allow(path, kWriteFile));
  for (const auto& path : needs.read) CLOISTER_CHECK(rules.allow(path, kRead));
  for (const auto& path : needs.write) CLOISTER_CHECK(rules.allow(path, kWrite));
  for (const auto& path : needs.replace) CLOISTER_CHECK(rules.allow(path, kReplace));
  for (const auto& path : needs.remove_folder) CLOISTER_CHECK(rules.allow(path, kRemoveFolder));
  if (needs.gpu) CLOISTER_CHECK(allow_gpu(rules));
  return rules.confine();
}

}  // namespace cloister::walls
