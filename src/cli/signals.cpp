#include "cloister/cli/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

namespace cloister::cli {

Result<EventLoop> EventLoop::create() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    return fail_errno("block", "signals", error);
  }
  if (::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return fail_errno("ignore", "SIGPIPE", errno);
  UniqueFd signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return fail_errno("open", "signalfd", errno);
  UniqueFd done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!done) return fail_errno("open", "eventfd", errno);
  return EventLoop(std::move(signals), std::move(done));
}

Event EventLoop::wait(std::chrono::milliseconds timeout) {
  pollfd waited[] = {{signals_.get(), POLLIN, 0}, {done_.get(), POLLIN, 0}};
  if (::poll(waited, 2, static_cast<int>(timeout.count())) <= 0) return Event::none;
  if ((waited[0].revents & POLLIN) != 0) {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) return Event::signal;
  }
  std::uint64_t count = 0;
  if ((waited[1].revents & POLLIN) != 0 && ::read(done_.get(), &count, sizeof(count)) == sizeof(count)) {
    return Event::done;
  }
  return Event::none;
}

void EventLoop::notify_done() {
  const std::uint64_t one = 1;
  // The counter cannot be full: this is called once a run.
  [[maybe_unused]] const ssize_t written = ::write(done_.get(), &one, sizeof(one));
}

}  // namespace cloister::cli
