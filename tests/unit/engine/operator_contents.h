// The operands that rows are tried with, made from fixed seeds.
#pragma once

#include "operator_rows.h"

namespace cloister::engine {

enum class Layout : std::uint8_t {
  contiguous,
  strided,        // every second column of something larger
  transposed,     // the last dimension has the largest stride
  expanded,       // the first dimension has stride 0
  channels_last,  // of four dimensions
};
inline constexpr std::array kLayouts{Layout::contiguous, Layout::strided, Layout::transposed, Layout::expanded,
                                     Layout::channels_last};

enum class Numbers : std::uint8_t {
  ordinary,  // of both signs, about 1 (floating) or up to 9 (whole)
  special,   // NaN, infinities, zeros of both signs, the largest, the smallest; ordinary ones between them
};

inline constexpr std::array kScalarTypes{at::kBool, at::kByte, at::kChar,     at::kShort, at::kInt,
                                         at::kLong, at::kHalf, at::kBFloat16, at::kFloat, at::kDouble};

// The same for the same arguments; `dtypes` has one for each operand, of which only typed ones look.
std::vector<at::Tensor> make_operands(const Operands& operands, std::span<const at::ScalarType> dtypes, Layout layout,
                                      Numbers numbers);

}  // namespace cloister::engine
