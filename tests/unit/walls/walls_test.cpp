// What a process behind the walls cannot do any more. Each case raises them in a child, since they never come down.
#include "cloister/walls/walls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace cloister::walls {
namespace {

namespace fs = std::filesystem;

// `errno` after a call that answered `answer`, 0 when it went well: what a child ends with.
int outcome(long answer) { return answer < 0 ? errno : 0; }

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_offered(std::string_view id) {
  const auto walls = offered();
  return std::any_of(walls.begin(), walls.end(), [id](const Wall& wall) { return wall.id == id && wall.on; });
}

class Walls : public testing::Test {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer has a thread of its own in every process";
#endif
    char name[] = "/tmp/cloister-walls-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    for (const char* part : {"read", "write", "outside"}) {
      fs::create_directory(folder_ / part);
      std::ofstream(folder_ / part / "file") << "contents";
    }
    needs_ = {.read = {folder_ / "read"}, .write = {folder_ / "write"}};
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  // What a child behind the walls ends with, as waitpid tells it.
  int status_behind(const std::function<int()>& attempt) const {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto walls = raise(needs_);
      ::_exit(walls ? attempt() : 255);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
  }

  int behind(const std::function<int()>& attempt) const {
    const int status = status_behind(attempt);
    EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    EXPECT_NE(WEXITSTATUS(status), 255) << "the walls could not be raised";
    return WEXITSTATUS(status);
  }

  int opening(const fs::path& path, int flags) const {
    return behind([&] { return outcome(::open(path.c_str(), flags | O_CLOEXEC, 0600)); });
  }

  fs::path folder_;
  Needs needs_;
};

using WallsOfFiles = Walls;
using WallsOfSystemCalls = Walls;

#define SKIP_WITHOUT(wall) \
  if (!is_offered(wall)) GTEST_SKIP() << "this kernel, or the container around this test, has no wall of " wall

TEST_F(Walls, EveryWallIsNamedOnce) {
  const auto walls = offered();
  ASSERT_EQ(walls.size(), 5U);
  for (const Wall& wall : walls) {
    EXPECT_FALSE(wall.detail.empty()) << wall.id;
    EXPECT_EQ(std::count_if(walls.begin(), walls.end(), [&](const Wall& other) { return other.id == wall.id; }), 1);
  }
}

TEST_F(Walls, AreRaisedByAProcessOfOneThreadOnly) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::thread other([] { ::pause(); });
    const auto walls = raise(needs_);
    ::_exit(!walls && walls.error().code == ErrorCode::internal ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(Walls, NothingIsGainedAndNothingIsDumped) {
  EXPECT_EQ(behind([] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1; }), 0);
  EXPECT_EQ(behind([] { return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }), 0);
  EXPECT_EQ(behind([] {
              rlimit limit{};
              return ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 ? 0 : 1;
            }),
            0);
}

TEST_F(Walls, NoCapabilityIsLeftButTheOneForFiles) {
  EXPECT_EQ(behind([] {
              __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
              if (::syscall(SYS_capget, &header, sets) != 0) return 1;
              const std::uint32_t left = sets[0].permitted | sets[0].effective | sets[0].inheritable;
              return (left & ~(1U << CAP_DAC_OVERRIDE)) == 0 && sets[1].permitted == 0 ? 0 : 2;
            }),
            0);
}

TEST_F(WallsOfFiles, OnlyWhatIsNeededCanBeRead) {
  SKIP_WITHOUT("files");
  EXPECT_EQ(opening(folder_ / "read/file", O_RDONLY), 0);
  EXPECT_EQ(opening("/usr/lib", O_RDONLY | O_DIRECTORY), 0);
  EXPECT_EQ(opening("/proc/self/statm", O_RDONLY), 0);
  EXPECT_EQ(opening(folder_ / "outside/file", O_RDONLY), EACCES);
  EXPECT_EQ(opening("/etc/passwd", O_RDONLY), EACCES);
  EXPECT_EQ(opening("/proc/1/environ", O_RDONLY), EACCES);
  EXPECT_EQ(opening("/", O_RDONLY | O_DIRECTORY), EACCES);
}

TEST_F(WallsOfFiles, OnlyWhatIsNeededCanBeWritten) {
  SKIP_WITHOUT("files");
  EXPECT_EQ(opening(folder_ / "write/new", O_WRONLY | O_CREAT), 0);
  EXPECT_EQ(opening(folder_ / "write/file", O_WRONLY | O_TRUNC), 0);
  EXPECT_EQ(opening(folder_ / "read/file", O_WRONLY), EACCES);
  EXPECT_EQ(opening(folder_ / "read/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(opening(folder_ / "outside/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(opening("/proc/self/mem", O_WRONLY), EACCES);
  EXPECT_EQ(behind([&] { return outcome(::unlink((folder_ / "outside/file").c_str())); }), EACCES);
  EXPECT_EQ(
      behind([&] { return outcome(::rename((folder_ / "write/file").c_str(), (folder_ / "outside/moved").c_str())); }),
      EACCES)
      << "files are not moved to other folders";
  EXPECT_EQ(text_of(folder_ / "outside/file"), "contents");
  EXPECT_EQ(text_of(folder_ / "read/file"), "contents");
}

TEST_F(WallsOfFiles, InAFolderOfOutputsFilesAreMade) {
  SKIP_WITHOUT("files");
  needs_.replace = {folder_ / "outside"};
  EXPECT_EQ(opening(folder_ / "outside/new", O_WRONLY | O_CREAT), 0);
  EXPECT_EQ(opening(folder_ / "outside/new", O_RDONLY), 0);
  EXPECT_EQ(behind([&] { return outcome(::mkdir((folder_ / "outside/folder").c_str(), 0700)); }), EACCES);
  EXPECT_EQ(
      behind([&] { return outcome(::rename((folder_ / "outside/new").c_str(), (folder_ / "outside/file").c_str())); }),
      0);
}

TEST_F(WallsOfFiles, ALinkLeadsNowhere) {
  SKIP_WITHOUT("files");
  fs::create_symlink(folder_ / "outside/file", folder_ / "read/link");
  EXPECT_EQ(opening(folder_ / "read/link", O_RDONLY), EACCES);
}

TEST_F(WallsOfFiles, AThreadStartedLaterIsBehindThemToo) {
  SKIP_WITHOUT("files");
  EXPECT_EQ(behind([&] {
              int result = 0;
              std::thread([&] { result = outcome(::open("/etc/passwd", O_RDONLY | O_CLOEXEC)); }).join();
              return result;
            }),
            EACCES);
}

TEST_F(WallsOfSystemCalls, NoProgramAndNoProcessIsStarted) {
  SKIP_WITHOUT("system-calls");
  char name[] = "/bin/true";
  char* const arguments[] = {name, nullptr};
  EXPECT_EQ(behind([&] { return outcome(::execve(name, arguments, nullptr)); }), EPERM);
  EXPECT_EQ(behind([&] { return outcome(::syscall(SYS_execveat, AT_FDCWD, name, arguments, nullptr, 0)); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::syscall(SYS_fork)); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::syscall(SYS_vfork)); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0)); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, 0)); }),
            EPERM);
  EXPECT_EQ(behind([] { return outcome(::syscall(SYS_clone3, nullptr, 0)); }), ENOSYS);
}

TEST_F(WallsOfSystemCalls, ThreadsAreStarted) {
  EXPECT_EQ(behind([] {
              int result = 1;
              std::thread([&] { result = 0; }).join();
              return result;
            }),
            0);
}

TEST_F(WallsOfSystemCalls, NoSocketIsMade) {
  SKIP_WITHOUT("system-calls");
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
    EXPECT_EQ(behind([&] { return outcome(::socket(family, SOCK_STREAM, 0)); }), EPERM) << family;
  }
  // Nor is one used that was open before.
  const int open_before = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address{};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  EXPECT_EQ(behind([&] { return outcome(::connect(open_before, generic, sizeof(address))); }), EPERM);
  EXPECT_EQ(behind([&] { return outcome(::bind(open_before, generic, sizeof(address))); }), EPERM);
  ::close(open_before);
}

TEST_F(WallsOfSystemCalls, OtherProcessesAreOutOfReach) {
  SKIP_WITHOUT("system-calls");
  const pid_t other = ::getpid();
  iovec none{};
  EXPECT_EQ(behind([&] { return outcome(::ptrace(PTRACE_ATTACH, other, nullptr, nullptr)); }), EPERM);
  EXPECT_EQ(behind([&] { return outcome(::process_vm_readv(other, &none, 1, &none, 1, 0)); }), EPERM);
  EXPECT_EQ(behind([&] { return outcome(::process_vm_writev(other, &none, 1, &none, 1, 0)); }), EPERM);
  EXPECT_EQ(behind([&] { return outcome(::kill(other, 0)); }), EPERM);
  EXPECT_EQ(behind([&] { return outcome(::syscall(SYS_tgkill, other, other, 0)); }), EPERM);
  EXPECT_EQ(behind([&] { return outcome(::syscall(SYS_pidfd_open, other, 0)); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::kill(::getpid(), 0)); }), 0) << "itself is not another";
}

TEST_F(WallsOfSystemCalls, TheKernelsDangerousCornersAreClosed) {
  SKIP_WITHOUT("system-calls");
  for (const long number : {SYS_bpf,
                            SYS_userfaultfd,
                            SYS_perf_event_open,
                            SYS_io_uring_setup,
                            SYS_io_uring_enter,
                            SYS_io_uring_register,
                            SYS_keyctl,
                            SYS_add_key,
                            SYS_request_key,
                            SYS_unshare,
                            SYS_setns,
                            SYS_mount,
                            SYS_umount2,
                            SYS_pivot_root,
                            SYS_chroot,
                            SYS_fsopen,
                            SYS_move_mount,
                            SYS_open_by_handle_at,
                            SYS_name_to_handle_at,
                            SYS_kexec_load,
                            SYS_init_module,
                            SYS_finit_module,
                            SYS_delete_module,
                            SYS_reboot,
                            SYS_swapon,
                            SYS_iopl,
                            SYS_ioperm,
                            SYS_setuid,
                            SYS_setgid,
                            SYS_setgroups,
                            SYS_capset,
                            SYS_acct,
                            SYS_quotactl,
                            SYS_syslog,
                            SYS_personality,
                            SYS_splice,
                            SYS_vmsplice,
                            SYS_sched_setscheduler,
                            SYS_setpriority,
                            SYS_setrlimit,
                            SYS_memfd_secret,
                            SYS_process_madvise,
                            SYS_pidfd_getfd,
                            SYS_kcmp,
                            SYS_fanotify_init,
                            SYS_clock_settime,
                            SYS_settimeofday,
                            SYS_sethostname,
                            SYS_chmod,
                            SYS_chown,
                            SYS_link,
                            SYS_symlink,
                            SYS_mknod,
                            SYS_shmget,
                            SYS_msgget,
                            SYS_semget}) {
    EXPECT_EQ(behind([&] { return outcome(::syscall(number, 0, 0, 0, 0, 0, 0)); }), EPERM) << "system call " << number;
  }
}

TEST_F(WallsOfSystemCalls, ArgumentsAreLookedAt) {
  SKIP_WITHOUT("system-calls");
  EXPECT_EQ(behind([] { return outcome(::ioctl(STDIN_FILENO, TIOCSTI, "x")); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::prctl(PR_SET_NAME, "named", 0, 0, 0)); }), 0);
  EXPECT_EQ(behind([] { return outcome(::fcntl(STDIN_FILENO, F_SETOWN, 1)); }), EPERM);
  const rlimit none{0, 0};
  EXPECT_EQ(behind([&] { return outcome(::prlimit(0, RLIMIT_NOFILE, &none, nullptr)); }), EPERM);
  EXPECT_EQ(behind([] { return outcome(::prlimit(::getppid(), RLIMIT_NOFILE, nullptr, nullptr)); }), EPERM);
  // Halves of an argument do not hide each other.
  EXPECT_EQ(behind([] { return outcome(::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 1UL << 32, nullptr)); }), EPERM);
}

TEST_F(WallsOfSystemCalls, CallsOfAnotherNumberingEndTheProcess) {
  SKIP_WITHOUT("system-calls");
  const int status = status_behind([] { return outcome(::syscall(0x40000000L + SYS_getpid)); });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

TEST(CloseInheritedDescriptors, LeavesTheStandardOnes) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int extra = ::dup(STDERR_FILENO);
    close_inherited_descriptors();
    ::_exit(::fcntl(extra, F_GETFD) < 0 && ::fcntl(STDERR_FILENO, F_GETFD) >= 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace cloister::walls
