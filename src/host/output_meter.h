// Counts the bytes of files that a run writes, against the limit.
#pragma once

#include <cstdint>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/host/limits.h"

namespace cloister::host {

// Each file counts as often as it is written: what it takes on disk, headers included.
// Thread safety: the instance's thread only.
class OutputMeter {
 public:
  // REQUIRES: `limits` outlives it.
  explicit OutputMeter(const Limits& limits) : limits_(limits) {}

  // Before a file of `bytes` is written under the output `name`. Errors: quota_exceeded; nothing is counted then.
  Result<void> charge(std::string_view name, std::uint64_t bytes);

  [[nodiscard]] std::uint64_t used() const { return used_; }

 private:
  const Limits& limits_;
  std::uint64_t used_ = 0;
};

}  // namespace cloister::host
