#include "dataset_meter.h"

#include <fmt/format.h>

namespace cloister::host {

Result<void> DatasetMeter::charge(std::uint64_t bytes) {
  std::uint64_t before = used();
  while (!is_spent() && before <= limits_.dataset_bytes && bytes <= limits_.dataset_bytes - before) {
    if (used_.compare_exchange_weak(before, before + bytes, std::memory_order_relaxed)) return {};
  }
  is_spent_.store(true, std::memory_order_relaxed);
  // Not how many bytes were wanted: the size of a file may be what somebody is after.
  return fail(ErrorCode::quota_exceeded, fmt::format("the run has read as much of its datasets as it may; {}",
                                                     limit_hint(LimitKind::dataset, limits_)));
}

}  // namespace cloister::host
