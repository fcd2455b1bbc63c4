#include "system_calls.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "cloister/base/file.h"

namespace cloister::walls {
namespace {

// What runs were seen to make (libtorch, OpenMP, Wasmtime, the readers and writers of files), and what glibc's
// functions for the same purposes make on other versions of it. Those that look at their arguments are below.
constexpr int kAllowed[] = {
    // Memory. Machine code is made while a run lasts (Wasmtime's, oneDNN's), so memory may become executable.
    SYS_brk, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_msync, SYS_memfd_create,
    SYS_get_mempolicy, SYS_set_mempolicy, SYS_mbind, SYS_mlock, SYS_munlock,
    // Open files.
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_lseek,
    SYS_close, SYS_dup, SYS_dup2, SYS_dup3, SYS_fstat, SYS_fstatfs, SYS_fsync, SYS_fdatasync, SYS_ftruncate,
    SYS_fallocate, SYS_fadvise64, SYS_flock, SYS_getdents64, SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6, SYS_pipe,
    SYS_pipe2, SYS_eventfd2, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait, SYS_timerfd_create,
    SYS_timerfd_settime, SYS_signalfd4,
    // Files by name, which the wall around files bounds.
    SYS_open, SYS_openat, SYS_openat2, SYS_stat, SYS_lstat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_access,
    SYS_faccessat, SYS_faccessat2, SYS_readlink, SYS_readlinkat, SYS_getcwd, SYS_mkdir, SYS_mkdirat, SYS_rmdir,
    SYS_unlink, SYS_unlinkat, SYS_linkat, SYS_rename, SYS_renameat, SYS_renameat2, SYS_utimensat, SYS_umask,
    // Threads.
    SYS_futex, SYS_futex_waitv, SYS_set_robust_list, SYS_get_robust_list, SYS_set_tid_address, SYS_rseq, SYS_membarrier,
    SYS_gettid, SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_setaffinity, SYS_sched_getparam,
    SYS_sched_getscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min, SYS_getcpu, SYS_arch_prctl,
    SYS_exit, SYS_exit_group,
    // Signals to itself, and time.
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_sigaltstack, SYS_restart_syscall,
    SYS_pause, SYS_nanosleep, SYS_clock_nanosleep, SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday, SYS_time,
    SYS_times, SYS_setitimer, SYS_getitimer, SYS_alarm,
    // Itself and the machine.
    SYS_getpid, SYS_getppid, SYS_getpgrp, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getrusage,
    SYS_getrlimit, SYS_sysinfo, SYS_uname, SYS_getrandom, SYS_getpriority, SYS_capget};

// Beside these, NVIDIA's driver locks pages, and listens at an abstract socket by which processes of one program share
// memory. Nothing is ever connected to: services of this machine listen at sockets too.
constexpr int kAllowedForGpu[] = {SYS_mlock2, SYS_mincore, SYS_sched_setscheduler, SYS_socketpair, SYS_bind,
                                  SYS_listen, SYS_accept4, SYS_getsockname,        SYS_setsockopt, SYS_sendmsg,
                                  SYS_recvmsg};

// ioctls of a terminal's size, of pipes, and of which pages were written.
constexpr unsigned kPagemapScan = 0xc0606610;
constexpr unsigned kIoctls[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, kPagemapScan};
// Typing into the terminal that the command runs on, where a shell would read it.
constexpr unsigned kTypingIoctls[] = {TIOCSTI, TIOCLINUX};

constexpr unsigned kProcessControls[] = {PR_SET_NAME,    PR_GET_NAME,     PR_SET_VMA,     PR_GET_NO_NEW_PRIVS,
                                         PR_GET_SECCOMP, PR_GET_DUMPABLE, PR_CAPBSET_READ};

// Asking another process to send signals here, or this process to others.
constexpr unsigned kOwnerControls[] = {F_SETOWN, 15 /* F_SETOWN_EX */, 10 /* F_SETSIG */};

constexpr unsigned kNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// Numbers of the x32 calling convention have this bit.
constexpr unsigned kX32 = 0x40000000;

constexpr unsigned kAllow = SECCOMP_RET_ALLOW;
// Not the end of the process: libraries try things that they can do without, and somebody who broke out gains nothing
// from an error.
constexpr unsigned kRefuse = SECCOMP_RET_ERRNO | EPERM;
// glibc makes threads by clone then, whose flags a filter can see.
constexpr unsigned kAbsent = SECCOMP_RET_ERRNO | ENOSYS;

// Little-endian halves of the arguments.
constexpr unsigned low(int argument) {
  return static_cast<unsigned>(offsetof(seccomp_data, args)) + 8U * static_cast<unsigned>(argument);
}
constexpr unsigned high(int argument) { return low(argument) + 4; }

class Filter {
 public:
  void load(unsigned offset) { add(BPF_LD | BPF_W | BPF_ABS, offset); }
  void keep(unsigned bits) { add(BPF_ALU | BPF_AND | BPF_K, bits); }
  void end(unsigned action) { add(BPF_RET | BPF_K, action); }
  void if_equal(unsigned value, unsigned action) {
    code_.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value});
    end(action);
  }
  void if_not_equal(unsigned value, unsigned action) {
    code_.push_back({BPF_JMP | BPF_JEQ | BPF_K, 1, 0, value});
    end(action);
  }
  void if_at_least(unsigned value, unsigned action) {
    code_.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 1, value});
    end(action);
  }
  // `body` decides about the call `number`; it ends with an action.
  template <class Body>
  void for_call(int number, const Body& body) {
    const std::size_t jump = code_.size();
    code_.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 0, static_cast<unsigned>(number)});
    body();
    code_[jump].jf = static_cast<std::uint8_t>(code_.size() - jump - 1);
  }
  // The call is allowed where the low half of an argument is `among` the values, or where it is none of them.
  template <class Values>
  void for_argument(int number, int argument, const Values& values, bool among) {
    for_call(number, [&] {
      load(low(argument));
      for (const unsigned value : values) if_equal(value, among ? kAllow : kRefuse);
      end(among ? kRefuse : kAllow);
    });
  }
  std::vector<sock_filter> take() { return std::move(code_); }

 private:
  void add(int operation, unsigned operand) { code_.push_back({static_cast<std::uint16_t>(operation), 0, 0, operand}); }
  std::vector<sock_filter> code_;
};

}  // namespace

Result<void> can_filter_system_calls() {
  const std::uint32_t action = SECCOMP_RET_ERRNO;
  if (::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) return {};
  return fail(ErrorCode::unsupported, errno == ENOSYS ? "this kernel has no seccomp filters (Linux 4.14 has)"
                                                      : "the container around this process refuses seccomp filters");
}

std::vector<sock_filter> system_call_filter(int self, bool gpu) {
  Filter filter;
  filter.load(offsetof(seccomp_data, arch));
  filter.if_not_equal(AUDIT_ARCH_X86_64, SECCOMP_RET_KILL_PROCESS);
  filter.load(offsetof(seccomp_data, nr));
  filter.if_at_least(kX32, SECCOMP_RET_KILL_PROCESS);
  for (const int number : kAllowed) filter.if_equal(static_cast<unsigned>(number), kAllow);
  if (gpu) {
    for (const int number : kAllowedForGpu) filter.if_equal(static_cast<unsigned>(number), kAllow);
  }
  filter.if_equal(SYS_clone3, kAbsent);
  // Threads, no processes.
  filter.for_call(SYS_clone, [&] {
    filter.load(low(0));
    filter.keep(CLONE_THREAD | kNamespaces);
    filter.if_equal(CLONE_THREAD, kAllow);
    filter.end(kRefuse);
  });
  if (gpu) {
    filter.for_argument(SYS_ioctl, 1, kTypingIoctls, false);
    filter.for_argument(SYS_socket, 0, std::initializer_list<unsigned>{AF_UNIX}, true);
  } else {
    filter.for_argument(SYS_ioctl, 1, kIoctls, true);
  }
  filter.for_argument(SYS_prctl, 0, kProcessControls, true);
  filter.for_argument(SYS_fcntl, 1, kOwnerControls, false);
  for (const int number : {SYS_tgkill, SYS_kill, SYS_rt_tgsigqueueinfo}) {
    filter.for_argument(number, 0, std::initializer_list<unsigned>{static_cast<unsigned>(self)}, true);
  }
  // Reading its own limits, not setting any, nor those of others.
  filter.for_call(SYS_prlimit64, [&] {
    filter.load(low(0));
    filter.if_not_equal(0, kRefuse);
    filter.load(low(2));
    filter.if_not_equal(0, kRefuse);
    filter.load(high(2));
    filter.if_not_equal(0, kRefuse);
    filter.end(kAllow);
  });
  filter.end(kRefuse);
  return filter.take();
}

Result<void> filter_system_calls(bool gpu) {
  std::vector<sock_filter> code = system_call_filter(::getpid(), gpu);
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  const auto answer = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (answer == 0) return {};
  return fail_errno("filter", "this process's system calls", answer > 0 ? EBUSY : errno);
}

}  // namespace cloister::walls
