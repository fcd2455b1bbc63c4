#include "window.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "shape.h"

namespace cloister::engine {

Result<Directions> window_setting(std::string_view op, std::string_view name, Shape values, std::size_t count,
                                  std::int64_t least) {
  if (values.size() != 1 && values.size() != count) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("{}: {} has {} numbers; one for all directions or {} are needed", op, name, values.size(), count));
  }
  Directions all(count, values.front());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] < least || values[i] > std::numeric_limits<std::int32_t>::max()) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: {} is {}, but must be at least {} and below 2^31", op, name, values[i], least));
    }
    if (values.size() == count) all[i] = values[i];
  }
  return all;
}

std::int64_t windows(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                     std::int64_t dilation) {
  // Settings below 2^31 and sizes below 2^47 (memory) cannot overflow: dilation * kernel stays below 2^62.
  const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

ImageShape::ImageShape(Shape like, Shape sides) : rank_(like.size()) {
  std::copy(like.begin(), like.end(), sizes_.begin());
  std::copy(sides.begin(), sides.end(), sizes_.begin() + static_cast<std::ptrdiff_t>(rank_ - sides.size()));
}

Result<void> check_images(std::string_view op, Shape input, std::size_t sides, bool batch) {
  if (input.size() == sides + 2 || (!batch && input.size() == sides + 1)) return {};
  constexpr std::array<std::string_view, 4> kSides{"", "length", "height, width", "depth, height, width"};
  return fail(ErrorCode::shape_mismatch,
              fmt::format("{}: the input has shape {}, but [n, channels, {}]{} is needed", op, format_shape(input),
                          kSides[sides], batch ? "" : " or the same without n"));
}

}  // namespace cloister::engine
