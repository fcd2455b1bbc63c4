#include "watcher.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace cloister::host {

Result<std::unique_ptr<Watcher>> Watcher::create() {
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return fail_errno("make", "an event", errno);
  auto watcher = std::unique_ptr<Watcher>(new Watcher(std::move(wake)));
  // Signals belong to the program's own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    watcher->thread_ = std::thread([raw = watcher.get()] { raw->watch(); });
  } catch (const std::system_error& error) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return fail(ErrorCode::io, std::string("cannot start a thread: ") + error.what());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return watcher;
}

Watcher::Watcher(UniqueFd wake) : wake_(std::move(wake)) {}

Watcher::~Watcher() {
  done_.store(true);
  wake();
  if (thread_.joinable()) thread_.join();
}

void Watcher::wake() noexcept {
  const int error = errno;
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the thread is awake.
  [[maybe_unused]] const auto written = write(wake_.get(), &one, sizeof(one));
  errno = error;
}

void Watcher::stop_all() noexcept {
  stopping_.store(true);
  wake();
}

void Watcher::watch() {
  constexpr int kTickMilliseconds = 100;
  // After the last run it stays awake for a while, so that short runs in a row need not wake it.
  constexpr int kQuietTicks = 20;
  int quiet = 0;
  while (!done_.load()) {
    bool sleeping = false;
    {
      const std::lock_guard lock(mutex_);
      for (const Check& check : checks_) check(stopping_.load());
      quiet = checks_.empty() ? quiet + 1 : 0;
      sleeping = sleeping_ = quiet > kQuietTicks;
    }
    pollfd event{wake_.get(), POLLIN, 0};
    poll(&event, 1, sleeping ? -1 : kTickMilliseconds);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = read(wake_.get(), &count, sizeof(count));
  }
}

Watcher::Registration::Registration(Watcher& watcher, Check check) : watcher_(watcher) {
  bool wake = false;
  {
    const std::lock_guard lock(watcher_.mutex_);
    wake = std::exchange(watcher_.sleeping_, false);
    check_ = watcher_.checks_.insert(watcher_.checks_.end(), std::move(check));
    // Under the lock: a stop_all from now on finds this run in the list.
    if (watcher_.stopping_.load()) (*check_)(true);
  }
  if (wake) watcher_.wake();
}

Watcher::Registration::~Registration() {
  const std::lock_guard lock(watcher_.mutex_);
  watcher_.checks_.erase(check_);
}

}  // namespace cloister::host
