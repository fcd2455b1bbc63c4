// The CPU time of one run: that of the threads which work for it, while they do.
#pragma once

#include <pthread.h>

#include <ctime>
#include <mutex>
#include <vector>

#include "cloister/host/report.h"

namespace cloister::host {

// Threads sign on and off; their clocks are read when somebody asks, so work itself is not slowed down.
// Thread safety: all functions may be called from any thread.
class CpuMeter {
 public:
  // The calling thread works for the run from now on, and no longer. Each begin has its end on the same thread.
  void begin();
  void end();

  // Of all threads that have worked for the run, and of those that do, up to now.
  [[nodiscard]] Nanoseconds used() const;

 private:
  struct Working {
    pthread_t thread;
    clockid_t clock;
    Nanoseconds since;  // the clock at begin()
  };

  mutable std::mutex mutex_;
  std::vector<Working> working_;
  Nanoseconds ended_{};
};

}  // namespace cloister::host
