// The limits of one run; docs/limits.md says what each counts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cloister/base/result.h"

namespace cloister::host {

enum class LimitKind : std::uint8_t { memory, tensors, handles, time, cpu, egress, output, print, metrics, dataset };
inline constexpr std::array<LimitKind, 10> kLimitKinds{
    LimitKind::memory, LimitKind::tensors, LimitKind::handles, LimitKind::time,    LimitKind::cpu,
    LimitKind::egress, LimitKind::output,  LimitKind::print,   LimitKind::metrics, LimitKind::dataset};

// The name in `--limit NAME=VALUE`.
[[nodiscard]] std::string_view limit_name(LimitKind kind);

// "memory, tensors, ... and dataset", with the word given before the last: all names, for a person.
[[nodiscard]] std::string limit_names(std::string_view before_last);

// The defaults suit an ordinary job on one machine; each may be lowered or raised.
struct Limits {
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;          // the guest's linear memories together
  std::uint64_t tensor_bytes = std::uint64_t{8} << 30;          // storage of the run's tensors, scratch memory included
  std::uint64_t handles = 100'000;                              // open handles of all kinds together
  std::uint64_t time_ns = std::uint64_t{3600} * 1'000'000'000;  // wall time from the start of the guest
  std::uint64_t cpu_ns = std::uint64_t{24 * 3600} * 1'000'000'000;  // CPU time of all threads that work for the run
  std::uint64_t egress_bytes = std::uint64_t{64} << 20;             // docs/egress.md
  std::uint64_t output_bytes = std::uint64_t{4} << 30;              // files of outputs and checkpoints, each time anew
  std::uint64_t print_bytes = std::uint64_t{16} << 20;              // standard output and error; egress of kind stdout
  std::uint64_t metrics_bytes = std::uint64_t{32} << 20;            // egress of kind metrics
  std::uint64_t dataset_bytes = std::uint64_t{1} << 40;             // read from granted datasets, each time anew

  [[nodiscard]] std::uint64_t of(LimitKind kind) const;
  [[nodiscard]] std::uint64_t& of(LimitKind kind);
};

// Sets one limit from "KIND=VALUE": bytes as "4096", "512KiB", "512MiB", "4GiB"; handles as a number; time and cpu as
// "250ms", "30s", "5m", "2h". Errors: invalid_argument, naming the kinds or the form.
[[nodiscard]] Result<void> set_limit(Limits& limits, std::string_view text);

// The value of a limit as a person writes it, such as "512MiB"; set_limit reads it back.
[[nodiscard]] std::string limit_text(LimitKind kind, std::uint64_t value);

// "raise it with --limit tensors=SIZE (now 8GiB)": the way out, for error sentences.
[[nodiscard]] std::string limit_hint(LimitKind kind, const Limits& limits);

}  // namespace cloister::host
