#include "guest_clock.h"

#include <algorithm>

namespace cloister::host {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

}  // namespace

std::uint64_t GuestClock::machine_now() const {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count());
}

std::uint64_t GuestClock::after(std::uint64_t duration) const {
  const std::uint64_t from = now();
  return duration > VirtualClock::kEnd - from ? VirtualClock::kEnd : from + duration;
}

GuestClock::WallTime GuestClock::read_wall() {
  if (!of_machine_) {
    const std::uint64_t time = virtual_.read();
    return {VirtualClock::kWallStartSeconds + time / kSecond, static_cast<std::uint32_t>(time % kSecond)};
  }
  const auto since = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
  return {time / kSecond, static_cast<std::uint32_t>(time % kSecond)};
}

std::chrono::steady_clock::time_point GuestClock::wake(std::uint64_t time) const {
  // A century is for ever, and keeps the sum in range.
  constexpr std::uint64_t kForever = std::uint64_t{100} * 365 * 24 * 3600 * kSecond;
  return start_ + std::chrono::nanoseconds(std::min(time, kForever));
}

}  // namespace cloister::host
