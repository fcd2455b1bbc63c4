// The stretches that a workload divides its run into, with their times.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call_count.h"
#include "cloister/host/report.h"

namespace cloister::host {

// What a CPU clock shows; CPU time of the calling thread, and of all threads of the process.
[[nodiscard]] Nanoseconds cpu_time(clockid_t clock);
[[nodiscard]] Nanoseconds thread_cpu_time();
[[nodiscard]] Nanoseconds process_cpu_time();

// Thread safety: the instance's thread only; start() and finish() on the same one.
class PhaseClock {
 public:
  static constexpr std::size_t kMaxPhases = 1024;

  // `calls` must outlive the clock.
  explicit PhaseClock(const CallCounts& calls) : counts_(calls) {}

  // Begins the phase "start".
  void start();
  // Ends the current phase and begins another; false when there are kMaxPhases already.
  [[nodiscard]] bool enter(std::string_view name, std::optional<std::uint64_t> total);
  void progress(std::uint64_t done, std::uint64_t items);
  // Ends the last phase. All phases, in order; none when start() was not called.
  [[nodiscard]] std::vector<PhaseTime> finish();

 private:
  void close();

  const CallCounts& counts_;
  std::vector<PhaseTime> phases_;
  std::chrono::steady_clock::time_point wall_;
  Nanoseconds cpu_{};
  CallCounts::Sum calls_;
};

}  // namespace cloister::host
