// How block sizes are rounded: eight classes a doubling, so that at most an eighth of a block is slack.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace cloister::engine {

inline constexpr std::size_t kAlignment = 64;
// Up to this size blocks are carved out of slabs and cached by threads; larger ones are mappings of their own.
inline constexpr std::size_t kLargestSmall = std::size_t{64} << 10;
// No tensor is larger: what a user address space holds.
inline constexpr std::size_t kLargestBlock = std::size_t{1} << 46;

// The class of a size. REQUIRES: 1 <= size <= kLargestBlock, a multiple of kAlignment.
// Sizes up to 512 have a class each 64 bytes; above, a class is the exponent and the three bits below the leading one.
constexpr std::uint32_t size_class(std::size_t size) {
  if (size <= 512) return static_cast<std::uint32_t>(size / kAlignment - 1);
  const auto exponent =
      static_cast<std::uint32_t>(std::bit_width(size - 1) - 1);  // 2^exponent < size <= 2^(exponent+1)
  const auto step = static_cast<std::uint32_t>((size - 1) >> (exponent - 3)) & 7U;
  return 8 + (exponent - 9) * 8 + step;
}

// The largest size of a class.
constexpr std::size_t class_size(std::uint32_t index) {
  if (index < 8) return (std::size_t{index} + 1) * kAlignment;
  const std::uint32_t exponent = (index - 8) / 8 + 9;
  return (std::size_t{1} << exponent) + ((std::size_t{(index - 8) % 8} + 1) << (exponent - 3));
}

inline constexpr std::uint32_t kSmallClasses = size_class(kLargestSmall) + 1;
inline constexpr std::uint32_t kClasses = size_class(kLargestBlock) + 1;

}  // namespace cloister::engine
