#include "output_meter.h"

#include <fmt/format.h>

namespace cloister::host {

Result<void> OutputMeter::charge(std::string_view name, std::uint64_t bytes) {
  if (bytes > limits_.output_bytes - used_) {
    return fail(ErrorCode::quota_exceeded,
                fmt::format("writing the output '{}' would pass the bytes that the run may write; {}", name,
                            limit_hint(LimitKind::output, limits_)));
  }
  used_ += bytes;
  return {};
}

}  // namespace cloister::host
