// Checked arithmetic on shapes that come from guests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/engine/tensor.h"

namespace cloister::engine {

// More dimensions than this no operator takes.
inline constexpr std::size_t kMaxDims = 64;

struct Extent {
  std::int64_t numel = 0;
  std::uint64_t bytes = 0;
};

// How much a tensor of this shape holds.
// Errors: invalid_argument for a negative size, more than 64 dimensions, or more than 2^63 - 1 elements or bytes.
Result<Extent> checked_extent(std::string_view op, Shape shape, Dtype dtype);

// `dim` counted from the front. Errors: invalid_argument unless -rank <= dim < rank (a scalar counts as rank 1).
Result<std::int64_t> wrap_dim(std::string_view op, std::int64_t dim, std::size_t rank);

// a * b, or the largest number when it does not fit. REQUIRES: a, b >= 0.
std::int64_t saturating_product(std::int64_t a, std::int64_t b);

// "[2, 3]".
std::string format_shape(Shape shape);

}  // namespace cloister::engine
