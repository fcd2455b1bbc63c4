// Time and randomness of an instance: functions of its seed and of what it asked before, never of the machine.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace cloister::host {

// One virtual time behind both clocks of WASI. It stands still while the guest computes, moves on by one tick at each
// reading, and jumps when the guest sleeps. It saturates after 292 years.
class VirtualClock {
 public:
  static constexpr std::uint64_t kTickNs = 1'000;
  // 2026-01-01T00:00:00Z in seconds since 1970: what the wall clock shows at virtual time 0.
  static constexpr std::uint64_t kWallStartSeconds = 1'767'225'600;
  static constexpr std::uint64_t kEnd = std::uint64_t{1} << 63;

  [[nodiscard]] std::uint64_t now() const { return now_; }
  // The time, after the tick of this reading.
  std::uint64_t read() {
    advance_to(now_ + kTickNs);
    return now_;
  }
  // Jumps to `time` unless it has passed.
  void advance_to(std::uint64_t time) {
    if (time > kEnd) time = kEnd;
    if (time > now_) now_ = time;
  }

 private:
  std::uint64_t now_ = 0;
};

// xoshiro256** 1.0 (Blackman and Vigna, 2018), its state filled by SplitMix64 (Steele, Lea and Flood, 2014) from a seed
// and the number of a stream. Not for secrets: whoever knows the seed knows every number.
class RandomStream {
 public:
  using State = std::array<std::uint64_t, 4>;
  // The interfaces of wasi:random draw from streams of their own, so that using one does not shift another.
  static constexpr std::uint64_t kRandom = 1, kInsecure = 2, kInsecureSeed = 3;

  RandomStream(std::uint64_t seed, std::uint64_t stream);
  std::uint64_t next();
  // Little-endian numbers, one after the other; the rest of the last one is thrown away.
  void fill(std::span<std::uint8_t> bytes);

  [[nodiscard]] const State& state() const { return state_; }
  // REQUIRES: not all zeros.
  void set_state(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace cloister::host
