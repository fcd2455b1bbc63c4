#include "watcher.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

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
  stopping_.store(true, std::memory_order_relaxed);
  wake();
}

void Watcher::watch() {
  constexpr int kTickMilliseconds = 100;
  while (!done_.load()) {
    bool idle = false;
    {
      const std::lock_guard lock(mutex_);
      const auto now = std::chrono::steady_clock::now();
      for (const Run& run : runs_) {
        if (stopping() || now >= run.deadline) run.stop();
      }
      idle = runs_.empty();
    }
    pollfd event{wake_.get(), POLLIN, 0};
    poll(&event, 1, idle ? -1 : kTickMilliseconds);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = read(wake_.get(), &count, sizeof(count));
  }
}

Watcher::Registration::Registration(Watcher& watcher, Run run) : watcher_(watcher) {
  bool first = false;
  {
    const std::lock_guard lock(watcher_.mutex_);
    first = watcher_.runs_.empty();
    run_ = watcher_.runs_.insert(watcher_.runs_.end(), std::move(run));
    // Decided under the lock: a stop_all from now on finds this run in the list.
    if (watcher_.stopping()) run_->stop();
  }
  if (first) watcher_.wake();
}

Watcher::Registration::~Registration() {
  const std::lock_guard lock(watcher_.mutex_);
  watcher_.runs_.erase(run_);
}

}  // namespace cloister::host
