// Counts what leaves the sandbox and refuses what would pass the limit.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "cloister/host/report.h"

namespace cloister::host {

// What some events tell. A code of fixed length is what each count stands for: what left can be told by so many bytes.

// One of few answers.
inline constexpr std::uint64_t kOutcomeBytes = 1;
// A failure where success counts nothing: which of the run's calls it was, of fewer than 2^64.
inline constexpr std::uint64_t kFailureBytes = 8;
// How a run ended: by one of 256 codes, a trap, a limit, each with a sentence of the host's.
inline constexpr std::uint64_t kEndBytes = 2;
// Of a tensor in a file: its dtype, its number of dimensions, where its name ends.
inline constexpr std::uint64_t kTensorHeaderBytes = 2;
// A number, or the size of a dimension.
inline constexpr std::uint64_t kNumberBytes = 8;
// What a checkpoint holds beside what it is given: seed and place of the generator and of two random streams, the
// clock, the mode of autograd.
inline constexpr std::uint64_t kInstanceStateBytes = 48;
// How often something was called, in the record of a run: of which function or phase it says so, and the number.
[[nodiscard]] constexpr std::uint64_t count_bytes(std::uint64_t calls) {
  return calls == 0 ? 0 : 2 + (static_cast<std::uint64_t>(std::bit_width(calls)) + 7) / 8;
}
// Of an optimizer in a checkpoint: its kind, where its name ends, its learning rate.
inline constexpr std::uint64_t kOptimizerHeaderBytes = 2 + kNumberBytes;

// Thread safety: the instance's thread only.
class EgressMeter {
 public:
  explicit EgressMeter(const Limits& limits) : limit_(limits.egress_bytes) {
    by_kind_limit_.fill(std::numeric_limits<std::uint64_t>::max());
    by_kind_limit_[static_cast<std::size_t>(EgressKind::stdout_)] = limits.print_bytes;
    by_kind_limit_[static_cast<std::size_t>(EgressKind::metrics)] = limits.metrics_bytes;
  }

  // Counts `bytes`, or counts nothing and returns false when they would pass the limit of all egress or that of their
  // kind. Call it before they leave.
  [[nodiscard]] bool charge(EgressKind kind, std::uint64_t bytes) {
    if (bytes > left() || bytes > left(kind)) [[unlikely]] {
      refused_ = bytes > left() ? LimitKind::egress : limit_of(kind);
      return false;
    }
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
  // The same without the number, where that would itself tell something that is not counted: to the guest of contents,
  // to the outside of a number that the guest chose.
  [[nodiscard]] std::string refusal(std::string_view what, const Limits& limits) const;

  [[nodiscard]] std::uint64_t left() const { return limit_ - std::min(limit_, total_); }
  // Of what its own limit lets out; without one, far more than ever leaves.
  [[nodiscard]] std::uint64_t left(EgressKind kind) const {
    const auto index = static_cast<std::size_t>(kind);
    return by_kind_limit_[index] - std::min(by_kind_limit_[index], by_kind_[index]);
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] const std::array<std::uint64_t, kEgressKinds>& by_kind() const { return by_kind_; }

 private:
  // The kinds that have a limit of their own.
  static LimitKind limit_of(EgressKind kind) {
    return kind == EgressKind::stdout_ ? LimitKind::print : LimitKind::metrics;
  }

  std::uint64_t limit_;
  std::array<std::uint64_t, kEgressKinds> by_kind_limit_{};
  LimitKind refused_ = LimitKind::egress;  // by the last charge
  std::uint64_t total_ = 0;
  std::array<std::uint64_t, kEgressKinds> by_kind_{};
};

}  // namespace cloister::host
