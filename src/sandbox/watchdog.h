// Stops guests whose deadline has passed or that were interrupted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "cloister/base/file.h"
#include "cloister/base/result.h"
#include "wasmtime_ffi.h"

namespace cloister::sandbox {

using Clock = std::chrono::steady_clock;

// A flag that any thread or signal handler may raise; the watchdog is woken by it. A guest may outlive its watchdog
// only in an Interrupter, hence the shared descriptor.
class StopFlag {
 public:
  explicit StopFlag(std::shared_ptr<const UniqueFd> wake) : wake_(std::move(wake)) {}

  void raise() noexcept;  // async-signal-safe
  [[nodiscard]] bool raised() const noexcept { return raised_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> raised_{false};
  std::shared_ptr<const UniqueFd> wake_;
};

// Ticks while a guest runs, for whoever samples what it does. Thread safety: `ticks` may be read from any thread.
struct SampleClock {
  explicit SampleClock(Clock::duration every) : period(every) {}
  const Clock::duration period;  // above zero
  std::atomic<std::uint64_t> ticks{0};
};

// Guest code compares the engine's epoch with its deadline at every loop and function entry, and asks its instance
// whether to go on when the epoch has moved. So the epoch moves only when some guest has a reason to stop: the thread
// sleeps until the next deadline or flag, and then moves the epoch every millisecond until that guest has left (a
// guest that is about to go on may miss one move). It also moves at every tick of a guest's sample clock. The thread
// starts with the first guest.
// Thread safety: all functions.
class Watchdog {
 public:
  // `wake` is a non-blocking eventfd.
  Watchdog(const ffi::Engine& engine, UniqueFd wake)
      : engine_(engine), wake_(std::make_shared<const UniqueFd>(std::move(wake))) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Starts the thread if it does not run yet. Errors: internal when the system has no thread left.
  Result<void> start();

  // A guest that is running code now; start() was called before. Its sample clock, which may be null, ticks meanwhile:
  // as often as its period has passed, even where the thread comes late. Links itself in and out in O(1).
  class Watched {
   public:
    Watched(Watchdog& watchdog, const StopFlag& flag, Clock::time_point deadline, SampleClock* samples);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    friend class Watchdog;
    Watchdog& watchdog_;
    const StopFlag& flag_;
    const Clock::time_point deadline_;
    SampleClock* const samples_;
    Clock::time_point next_sample_ = Clock::time_point::max();  // guarded by the watchdog's mutex
    Watched* previous_ = nullptr;
    Watched* next_ = nullptr;
  };

  // What a StopFlag of a guest of this watchdog wakes.
  [[nodiscard]] const std::shared_ptr<const UniqueFd>& wake() const { return wake_; }

 private:
  void watch();
  // When to look again: the next deadline or sample, or soon when a guest is to stop now. Moves the epoch when a guest
  // is to stop or its sample clock ticks.
  Clock::time_point look();

  const ffi::Engine& engine_;
  const std::shared_ptr<const UniqueFd> wake_;
  std::mutex mutex_;
  Watched* first_ = nullptr;                                // guarded by mutex_
  Clock::time_point next_look_ = Clock::time_point::max();  // guarded by mutex_
  bool ending_ = false;                                     // guarded by mutex_
  std::thread thread_;                                      // guarded by mutex_ until the destructor
};

}  // namespace cloister::sandbox
