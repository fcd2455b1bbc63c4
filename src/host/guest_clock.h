// The time that a guest sees: virtual, or the machine's where that is granted.
#pragma once

#include <chrono>
#include <cstdint>

#include "deterministic.h"

namespace cloister::host {

// Thread safety: the instance's thread only.
class GuestClock {
 public:
  explicit GuestClock(bool of_machine) : of_machine_(of_machine) {}

  [[nodiscard]] bool of_machine() const { return of_machine_; }

  // Nanoseconds since the clock was made. `read` is what the guest does: virtual time ticks then.
  [[nodiscard]] std::uint64_t now() const { return of_machine_ ? machine_now() : virtual_.now(); }
  std::uint64_t read() { return of_machine_ ? machine_now() : virtual_.read(); }
  // The time `duration` from now; never beyond VirtualClock::kEnd.
  [[nodiscard]] std::uint64_t after(std::uint64_t duration) const;

  // Since 1970.
  struct WallTime {
    std::uint64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
  };
  WallTime read_wall();

  // Sleeping in virtual time. REQUIRES: !of_machine().
  void jump_to(std::uint64_t time) { virtual_.advance_to(time); }
  // When a sleep until `time` ends. REQUIRES: of_machine().
  [[nodiscard]] std::chrono::steady_clock::time_point wake(std::uint64_t time) const;

 private:
  [[nodiscard]] std::uint64_t machine_now() const;

  bool of_machine_;
  VirtualClock virtual_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace cloister::host
