// Looks after runs from outside: a thread of its own, which a signal handler may ask to stop them all.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "cloister/base/file.h"

namespace cloister::host {

// Thread safety: all functions may be called from any thread.
class Watcher {
 public:
  // Looks after one run: called on the watcher's thread about ten times a second while the run is registered, and at
  // once when all are to stop. It must not wait.
  using Check = std::function<void(bool stopping)>;

  static Result<std::unique_ptr<Watcher>> create();
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Keeps a run registered. When the scope has ended, `check` is not running and will not be called.
  class Registration {
   public:
    Registration(Watcher& watcher, Check check);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    Watcher& watcher_;
    std::list<Check>::iterator check_;
  };

  // Tells all runs to stop, and those that are registered later. Async-signal-safe.
  void stop_all() noexcept;

 private:
  explicit Watcher(UniqueFd wake);
  void watch();
  void wake() noexcept;

  UniqueFd wake_;  // an eventfd: write(2) is the one way to wake a thread that a signal handler may use
  std::atomic<bool> stopping_{false};
  std::atomic<bool> done_{false};
  std::mutex mutex_;
  std::list<Check> checks_;
  bool sleeping_ = false;  // waits without a timeout; guarded by mutex_
  std::thread thread_;
};

}  // namespace cloister::host
