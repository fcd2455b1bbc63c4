#include "phases.h"

namespace cloister::host {

Nanoseconds cpu_time(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

Nanoseconds thread_cpu_time() { return cpu_time(CLOCK_THREAD_CPUTIME_ID); }
Nanoseconds process_cpu_time() { return cpu_time(CLOCK_PROCESS_CPUTIME_ID); }

void PhaseClock::start() { [[maybe_unused]] const bool entered = enter("start", std::nullopt); }

bool PhaseClock::enter(std::string_view name, std::optional<std::uint64_t> total) {
  if (phases_.size() >= kMaxPhases) return false;
  close();
  phases_.push_back({.name = std::string(name), .total = total});
  return true;
}

void PhaseClock::progress(std::uint64_t done, std::uint64_t items) {
  if (phases_.empty()) return;
  phases_.back().done = done;
  phases_.back().items = items;
}

void PhaseClock::close() {
  const auto wall = std::chrono::steady_clock::now();
  const Nanoseconds cpu = thread_cpu_time();
  const CallCounts::Sum calls = counts_.sum();
  if (!phases_.empty()) {
    PhaseTime& phase = phases_.back();
    phase.wall = wall - wall_;
    phase.cpu = cpu - cpu_;
    phase.calls = (calls - calls_).calls;
    phase.call_time = (calls - calls_).time;
  }
  wall_ = wall;
  cpu_ = cpu;
  calls_ = calls;
}

std::vector<PhaseTime> PhaseClock::finish() {
  close();
  return std::move(phases_);
}

}  // namespace cloister::host
