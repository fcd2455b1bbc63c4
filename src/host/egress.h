// Counts what leaves the sandbox and refuses what would pass the limit.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cloister/host/report.h"

namespace cloister::host {

// Thread safety: the instance's thread only.
class EgressMeter {
 public:
  explicit EgressMeter(std::uint64_t limit) : limit_(limit) {}

  // Counts `bytes`, or counts nothing and returns false when they would pass the limit. Call it before they leave.
  [[nodiscard]] bool charge(EgressKind kind, std::uint64_t bytes) {
    if (bytes > left()) return false;
    count(kind, bytes);
    return true;
  }

  // Counts what cannot be held back, such as how the run ended, beyond the limit if need be.
  void count(EgressKind kind, std::uint64_t bytes) {
    total_ += bytes;
    by_kind_[static_cast<std::size_t>(kind)] += bytes;
  }

  // Why the last charge was refused: "WHAT would let out N bytes ...", with the way out.
  [[nodiscard]] std::string refusal(std::string_view what, std::uint64_t bytes, const Limits& limits) const;

  [[nodiscard]] std::uint64_t left() const { return limit_ - std::min(limit_, total_); }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] const std::array<std::uint64_t, kEgressKinds>& by_kind() const { return by_kind_; }

 private:
  std::uint64_t limit_;
  std::uint64_t total_ = 0;
  std::array<std::uint64_t, kEgressKinds> by_kind_{};
};

}  // namespace cloister::host
