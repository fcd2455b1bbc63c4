#include <algorithm>
#include <array>
#include <cassert>

#include "cloister/data/image.h"

namespace cloister::data {
namespace {

constexpr unsigned kWeightBits = 14;
constexpr std::uint32_t kOne = 1u << kWeightBits;
constexpr unsigned kFractionBits = 8;  // of the values between the two directions

// Weights in units of 1/kOne from exact ones given as numerators over `denominator`, their sum. It is the running sum
// that is rounded, so the weights sum to kOne exactly and a flat area stays flat.
void append_weights(std::span<const std::uint64_t> numerators, std::uint64_t denominator,
                    std::vector<std::uint16_t>& weights) {
  std::uint64_t sum = 0;
  std::uint64_t rounded = 0;
  for (const std::uint64_t numerator : numerators) {
    sum += numerator;
    const std::uint64_t next = (2 * sum * kOne + denominator) / (2 * denominator);
    weights.push_back(static_cast<std::uint16_t>(next - rounded));
    rounded = next;
  }
}

}  // namespace

void ImageConverter::Axis::prepare(std::uint32_t from_size, std::uint32_t to_size) {
  if (from_size == from && to_size == to) return;
  from = from_size;
  to = to_size;
  taps.clear();
  weights.clear();
  std::vector<std::uint64_t> numerators;
  for (std::uint64_t i = 0; i < to; ++i) {
    numerators.clear();
    std::uint32_t first = 0;
    std::uint64_t denominator = 0;
    if (to < from) {
      // Pixel i covers [i * from, (i + 1) * from) of the source in units of 1/to of a source pixel.
      const std::uint64_t begin = i * from;
      const std::uint64_t end = begin + from;
      first = static_cast<std::uint32_t>(begin / to);
      for (std::uint64_t k = first; k * to < end; ++k) {
        numerators.push_back(std::min((k + 1) * to, end) - std::max(k * to, begin));
      }
      denominator = from;
    } else {
      // The centre of pixel i lies at (i + 1/2) * from / to - 1/2; here in units of 1/(2 * to), clamped to the centres.
      const std::int64_t unit = 2 * std::int64_t{to};
      const std::int64_t centre = (2 * static_cast<std::int64_t>(i) + 1) * from - to;
      const std::int64_t position = std::clamp<std::int64_t>(centre, 0, (std::int64_t{from} - 1) * unit);
      first = static_cast<std::uint32_t>(position / unit);
      const auto fraction = static_cast<std::uint64_t>(position % unit);
      denominator = static_cast<std::uint64_t>(unit);
      numerators.push_back(denominator - fraction);
      if (fraction != 0) numerators.push_back(fraction);
    }
    taps.push_back({first, static_cast<std::uint32_t>(weights.size()), static_cast<std::uint32_t>(numerators.size())});
    append_weights(numerators, denominator, weights);
  }
}

void ImageConverter::convert(const ImageShape& from_shape, std::span<const std::byte> from, const ImageShape& to_shape,
                             std::span<std::byte> to) {
  assert(from.size() == from_shape.bytes() && to.size() == to_shape.bytes());
  const bool same_size = from_shape.height == to_shape.height && from_shape.width == to_shape.width;
  if (from_shape.channels == to_shape.channels) {
    if (same_size) {
      std::copy(from.begin(), from.end(), to.begin());
    } else {
      resize(from_shape, from.data(), to_shape, to.data());
    }
    return;
  }
  if (!same_size) {
    const ImageShape grey_shape{to_shape.height, to_shape.width, 1};
    grey_.resize(static_cast<std::size_t>(grey_shape.bytes()));
    resize(from_shape, from.data(), grey_shape, grey_.data());
    from = grey_;
  }
  std::byte* out = to.data();
  for (const std::byte grey : from) {
    out[0] = out[1] = out[2] = grey;
    out += 3;
  }
}

// A source row brought to the new width, with kFractionBits: at most 255 * 2^8, which fits 16 bits.
void ImageConverter::widen_row(const std::byte* row, std::size_t channels, std::uint16_t* out) const {
  constexpr unsigned kDrop = kWeightBits - kFractionBits;
  for (const Taps& taps : horizontal_.taps) {
    const std::uint16_t* weights = horizontal_.weights.data() + taps.offset;
    for (std::size_t c = 0; c < channels; ++c) {
      const std::byte* pixel = row + taps.first * channels + c;
      std::uint32_t sum = 1u << (kDrop - 1);
      for (std::uint32_t k = 0; k < taps.count; ++k, pixel += channels) {
        sum += std::to_integer<std::uint32_t>(*pixel) * weights[k];
      }
      *out++ = static_cast<std::uint16_t>(sum >> kDrop);
    }
  }
}

void ImageConverter::resize(const ImageShape& from_shape, const std::byte* from, const ImageShape& to_shape,
                            std::byte* to) {
  horizontal_.prepare(from_shape.width, to_shape.width);
  vertical_.prepare(from_shape.height, to_shape.height);
  const std::size_t channels = from_shape.channels;
  const std::size_t from_stride = from_shape.width * channels;
  const std::size_t to_stride = to_shape.width * channels;

  // Output rows use source rows in rising order and share one or two with their neighbours, so two are kept: row y at
  // place y % 2. Whole images of the new width could be far larger than both images.
  rows_.resize(2 * to_stride);
  std::array<std::size_t, 2> kept;
  kept.fill(from_shape.height);
  const auto widened = [&](std::size_t y) {
    std::uint16_t* row = rows_.data() + y % 2 * to_stride;
    if (kept[y % 2] != y) {
      widen_row(from + y * from_stride, channels, row);
      kept[y % 2] = y;
    }
    return row;
  };

  // At most 255 * 2^22 and the rounding, which fits 32 bits.
  sums_.resize(to_stride);
  constexpr unsigned kShift = kWeightBits + kFractionBits;
  for (std::size_t y = 0; y < to_shape.height; ++y) {
    const Taps& taps = vertical_.taps[y];
    std::fill(sums_.begin(), sums_.end(), 1u << (kShift - 1));
    for (std::uint32_t k = 0; k < taps.count; ++k) {
      const std::uint32_t weight = vertical_.weights[taps.offset + k];
      const std::uint16_t* row = widened(taps.first + k);
      for (std::size_t x = 0; x < to_stride; ++x) sums_[x] += row[x] * weight;
    }
    std::byte* out = to + y * to_stride;
    for (std::size_t x = 0; x < to_stride; ++x) out[x] = static_cast<std::byte>(sums_[x] >> kShift);
  }
}

}  // namespace cloister::data
