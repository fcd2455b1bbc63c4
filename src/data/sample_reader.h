// What a pass reads its samples through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>

#include "cloister/base/result.h"
#include "cloister/data/dataset.h"

namespace cloister::data {

inline constexpr std::uint64_t kMaxSamples = std::uint64_t{1} << 28;
inline constexpr std::size_t kMaxClasses = 65536;

// A dataset's samples for one pass. Thread safety: none; it keeps what it needs of the dataset alive.
class SampleReader {
 public:
  virtual ~SampleReader() = default;

  // Brings the given samples to `shape`, one after the other into `pixels`, and their labels into `labels`. Samples
  // that this would resize or bring to three channels without `options` asking for it are an error. Errors: bad_data,
  // io; interrupted when `stop` was requested. REQUIRES: samples below the dataset's size; pixels.size() ==
  // samples.size() * shape.bytes(); labels.size() == samples.size().
  virtual Result<void> read(std::span<const std::uint32_t> samples, const ImageShape& shape,
                            const BatchOptions& options, std::span<std::byte> pixels, std::span<std::int64_t> labels,
                            const std::stop_token& stop) = 0;

  // Proves what read() handed out and could not yet prove. Errors: bad_data, io.
  virtual Result<void> finish() = 0;
};

[[nodiscard]] inline Unexpected<Error> fail_interrupted() {
  return fail(ErrorCode::interrupted, "the pass over the dataset was stopped");
}

}  // namespace cloister::data
