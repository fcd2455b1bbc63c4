#include "cpu_meter.h"

#include <algorithm>

#include "phases.h"

namespace cloister::host {

void CpuMeter::begin() {
  Working working{pthread_self(), CLOCK_THREAD_CPUTIME_ID, {}};
  // A clock that other threads can read. It is valid for as long as the thread lives, and end() comes before that ends.
  pthread_getcpuclockid(working.thread, &working.clock);
  working.since = thread_cpu_time();
  const std::lock_guard lock(mutex_);
  working_.push_back(working);
}

void CpuMeter::end() {
  const Nanoseconds now = thread_cpu_time();
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(working_.rbegin(), working_.rend(),
                                  [](const Working& each) { return pthread_equal(each.thread, pthread_self()) != 0; });
  if (found == working_.rend()) return;
  ended_ += now - found->since;
  working_.erase(std::next(found).base());
}

Nanoseconds CpuMeter::used() const {
  const std::lock_guard lock(mutex_);
  Nanoseconds sum = ended_;
  for (const Working& each : working_) sum += cpu_time(each.clock) - each.since;
  return sum;
}

}  // namespace cloister::host
