#include "watchdog.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace cloister::sandbox {
namespace {

void wake_up(int descriptor) noexcept {
  const std::uint64_t one = 1;
  // It can fail only when the counter is full, and then the watchdog is awake.
  [[maybe_unused]] const ssize_t written = write(descriptor, &one, sizeof one);
}

}  // namespace

void StopFlag::raise() noexcept {
  const int saved = errno;
  raised_.store(true, std::memory_order_release);
  wake_up(wake_->get());
  errno = saved;
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_up(wake_->get());
  if (thread_.joinable()) thread_.join();
}

Watchdog::Watched::Watched(Watchdog& watchdog, const StopFlag& flag, Clock::time_point deadline, SampleClock* samples)
    : watchdog_(watchdog), flag_(flag), deadline_(deadline), samples_(samples) {
  if (samples != nullptr) next_sample_ = Clock::now() + samples->period;
  const Clock::time_point first_look = std::min(deadline, next_sample_);
  bool sooner = false;
  {
    const std::lock_guard lock(watchdog.mutex_);
    next_ = watchdog.first_;
    if (next_ != nullptr) next_->previous_ = this;
    watchdog.first_ = this;
    sooner = first_look < watchdog.next_look_;
    if (sooner) watchdog.next_look_ = first_look;
  }
  if (sooner) wake_up(watchdog.wake_->get());
}

Watchdog::Watched::~Watched() {
  const std::lock_guard lock(watchdog_.mutex_);
  (previous_ != nullptr ? previous_->next_ : watchdog_.first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

Result<void> Watchdog::start() {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable()) return {};
  // Signals are for the program's own threads.
  sigset_t all;
  sigset_t previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  Result<void> started;
  try {
    thread_ = std::thread([this] { watch(); });
  } catch (const std::system_error& error) {
    started =
        fail(ErrorCode::internal, fmt::format("the thread that enforces deadlines cannot start: {}", error.what()));
  }
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  return started;
}

Clock::time_point Watchdog::look() {
  constexpr auto kTick = std::chrono::milliseconds(1);
  const auto now = Clock::now();
  auto next = Clock::time_point::max();
  bool stop = false;
  bool tick = false;
  for (Watched* guest = first_; guest != nullptr; guest = guest->next_) {
    if (guest->flag_.raised() || guest->deadline_ <= now) {
      stop = true;
    } else {
      next = std::min(next, guest->deadline_);
    }
    if (guest->next_sample_ <= now) {
      const auto passed = 1 + (now - guest->next_sample_) / guest->samples_->period;
      guest->samples_->ticks.fetch_add(static_cast<std::uint64_t>(passed), std::memory_order_relaxed);
      guest->next_sample_ += passed * guest->samples_->period;
      tick = true;
    }
    next = std::min(next, guest->next_sample_);
  }
  if (stop || tick) cloister_sandbox_engine_tick(&engine_);
  return stop ? std::min(next, now + kTick) : next;
}

void Watchdog::watch() {
  for (;;) {
    Clock::time_point next;
    {
      const std::lock_guard lock(mutex_);
      if (ending_) return;
      next = next_look_ = look();
    }
    pollfd wake{wake_->get(), POLLIN, 0};
    if (next == Clock::time_point::max()) {
      poll(&wake, 1, -1);
    } else {
      const auto left = std::max(next - Clock::now(), Clock::duration::zero());
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
      const timespec timeout{static_cast<time_t>(seconds.count()),
                             static_cast<long>(std::chrono::nanoseconds(left - seconds).count())};
      ppoll(&wake, 1, &timeout, nullptr);
    }
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t drained = read(wake_->get(), &count, sizeof count);
  }
}

}  // namespace cloister::sandbox
