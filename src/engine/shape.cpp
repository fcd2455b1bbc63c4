#include "shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace cloister::engine {

Result<Extent> checked_extent(std::string_view op, Shape shape, Dtype dtype) {
  if (shape.size() > kMaxDims) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("{}: a shape of {} dimensions was given; at most {} are possible", op, shape.size(), kMaxDims));
  }
  std::int64_t numel = 1;
  bool overflow = false;
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: the shape {} has a negative size", op, format_shape(shape)));
    }
    empty |= size == 0;
    overflow |= __builtin_mul_overflow(numel, size, &numel);
  }
  // Kernels loop over the other dimensions of an empty tensor all the same.
  constexpr std::int64_t kMostBesideNothing = std::int64_t{1} << 31;
  std::int64_t beside = 1;
  if (empty) {
    for (const std::int64_t size : shape) {
      if (size != 0) beside = saturating_product(beside, size);
    }
  }
  if (beside > kMostBesideNothing) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: the shape {} is of no elements, but its other sizes are too large; make them smaller",
                            op, format_shape(shape)));
  }
  std::int64_t bytes = 0;
  overflow |= __builtin_mul_overflow(numel, static_cast<std::int64_t>(element_size(dtype)), &bytes);
  // An empty tensor still has strides, which are products of its sizes.
  if (overflow) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: the shape {} has more elements than can be counted", op, format_shape(shape)));
  }
  if (empty) return Extent{};
  return Extent{numel, static_cast<std::uint64_t>(bytes)};
}

Result<std::int64_t> wrap_dim(std::string_view op, std::int64_t dim, std::size_t rank) {
  const auto limit = static_cast<std::int64_t>(std::max<std::size_t>(rank, 1));
  if (dim < -limit || dim >= limit) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: dimension {} does not exist in a tensor of {} dimensions", op, dim, rank));
  }
  return dim < 0 ? dim + limit : dim;
}

std::int64_t saturating_product(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::numeric_limits<std::int64_t>::max();
  return product;
}

std::string format_shape(Shape shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

}  // namespace cloister::engine
