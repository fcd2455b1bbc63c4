// Ends runs from outside: a signal handler asks, a thread of its own does it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "cloister/base/file.h"

namespace cloister::host {

// Thread safety: all functions may be called from any thread.
class Watcher {
 public:
  // A run that can be stopped. `stop` is called on the watcher's thread, perhaps several times, until the registration
  // ends: because of stop_all, or because the deadline has passed (checked about ten times a second: the sandbox and
  // the engine hold deadlines exactly; this one is for waits outside both).
  struct Run {
    std::function<void()> stop;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  };

  static Result<std::unique_ptr<Watcher>> create();
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Keeps a run registered. When the scope has ended, `stop` is not running and will not be called.
  class Registration {
   public:
    Registration(Watcher& watcher, Run run);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    Watcher& watcher_;
    std::list<Run>::iterator run_;
  };

  // Stops all runs, and those that are registered later. Async-signal-safe.
  void stop_all() noexcept;
  [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_relaxed); }

 private:
  explicit Watcher(UniqueFd wake);
  void watch();
  void wake() noexcept;

  UniqueFd wake_;  // an eventfd: write(2) is the one way to wake a thread that a signal handler may use
  std::atomic<bool> stopping_{false};
  std::atomic<bool> done_{false};
  std::mutex mutex_;
  std::list<Run> runs_;
  std::thread thread_;
};

}  // namespace cloister::host
