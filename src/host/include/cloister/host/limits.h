// The limits of one run; docs/limits.md says what each counts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cloister/base/result.h"

namespace cloister::host {

enum class LimitKind : std::uint8_t { memory, tensors, handles, time, egress };
inline constexpr std::array<LimitKind, 5> kLimitKinds{LimitKind::memory, LimitKind::tensors, LimitKind::handles,
                                                      LimitKind::time, LimitKind::egress};

// The name in `--limit NAME=VALUE`.
[[nodiscard]] std::string_view limit_name(LimitKind kind);

// The defaults suit an ordinary job on one machine; each may be lowered or raised.
struct Limits {
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;          // the guest's linear memories together
  std::uint64_t tensor_bytes = std::uint64_t{8} << 30;          // storage of the run's tensors, scratch memory included
  std::uint64_t handles = 100'000;                              // open handles of all kinds together
  std::uint64_t time_ns = std::uint64_t{3600} * 1'000'000'000;  // wall time from the start of the guest
  std::uint64_t egress_bytes = std::uint64_t{64} << 20;         // docs/egress.md

  [[nodiscard]] std::uint64_t of(LimitKind kind) const;
  [[nodiscard]] std::uint64_t& of(LimitKind kind);
};

// Sets one limit from "KIND=VALUE": bytes as "4096", "512KiB", "512MiB", "4GiB"; handles as a number; time as "250ms",
// "30s", "5m", "2h". Errors: invalid_argument, naming the kinds or the form.
[[nodiscard]] Result<void> set_limit(Limits& limits, std::string_view text);

// The value of a limit as a person writes it, such as "512MiB"; set_limit reads it back.
[[nodiscard]] std::string limit_text(LimitKind kind, std::uint64_t value);

// "raise it with --limit tensors=SIZE (now 8GiB)": the way out, for error sentences.
[[nodiscard]] std::string limit_hint(LimitKind kind, const Limits& limits);

}  // namespace cloister::host
