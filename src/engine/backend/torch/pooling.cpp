#include <fmt/format.h>

#include "shape.h"
#include "torch_backend.h"
#include "window.h"

namespace cloister::engine {

using T = at::Tensor;

Result<Pair> window_setting(std::string_view op, std::string_view name, Shape values, std::int64_t least) {
  if (values.size() != 1 && values.size() != 2) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("{}: {} has {} numbers; one for both directions or two are needed", op, name, values.size()));
  }
  const Pair pair{values.front(), values.back()};
  for (const std::int64_t value : pair) {
    if (value < least || value > std::numeric_limits<std::int32_t>::max()) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: {} is {}, but must be at least {} and below 2^31", op, name, value, least));
    }
  }
  return pair;
}

std::int64_t windows(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                     std::int64_t dilation) {
  // Settings below 2^31 and sizes below 2^47 (memory) cannot overflow: dilation * kernel stays below 2^62.
  const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

namespace {

struct Window {
  Pair kernel, stride, padding;
};

Result<Window> pool_window(std::string_view op, const Pool2dOptions& options) {
  CLOISTER_TRY(const Pair kernel, window_setting(op, "kernel-size", options.kernel_size, 1));
  Pair stride = kernel;
  if (!options.stride.empty()) {
    CLOISTER_TRY(stride, window_setting(op, "stride", options.stride, 1));
  }
  CLOISTER_TRY(const Pair padding, window_setting(op, "padding", options.padding, 0));
  if (padding[0] > kernel[0] / 2 || padding[1] > kernel[1] / 2) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: padding is [{}, {}], but at most half of the kernel's [{}, {}] is possible", op,
                            padding[0], padding[1], kernel[0], kernel[1]));
  }
  return Window{kernel, stride, padding};
}

// Elements that all windows read together.
Result<std::int64_t> pool_cost(std::string_view op, Shape input, const Window& window) {
  if (input.size() != 3 && input.size() != 4) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("{}: the input has shape {}, but [n, channels, height, width] or "
                            "[channels, height, width] is needed",
                            op, format_shape(input)));
  }
  std::int64_t cost = input.size() == 4 ? saturating_product(input[0], input[1]) : input[0];
  for (std::size_t side = 0; side < 2; ++side) {
    const std::int64_t size = input[input.size() - 2 + side];
    // One more window than without ceil-mode.
    const std::int64_t count = windows(size, window.kernel[side], window.stride[side], window.padding[side], 1) + 1;
    cost = saturating_product(cost, saturating_product(count, std::min(window.kernel[side], size)));
  }
  return cost;
}

}  // namespace

Result<Tensor> TorchBackend::avg_pool2d(const Tensor& self, const Pool2dOptions& options) {
  CLOISTER_TRY(const Window window, pool_window("avg_pool2d", options));
  CLOISTER_TRY(const std::int64_t cost, pool_cost("avg_pool2d", shape(self), window));
  CLOISTER_CHECK(check_cost("avg_pool2d", dtype(self), cost));
  return run(
      "avg_pool2d",
      [&](const T& a) { return at::avg_pool2d(a, window.kernel, window.stride, window.padding, options.ceil_mode); },
      self);
}

Result<Tensor> TorchBackend::max_pool2d(const Tensor& self, const Pool2dOptions& options) {
  CLOISTER_TRY(const Window window, pool_window("max_pool2d", options));
  CLOISTER_TRY(const std::int64_t cost, pool_cost("max_pool2d", shape(self), window));
  CLOISTER_CHECK(check_cost("max_pool2d", dtype(self), cost));
  return run(
      "max_pool2d",
      [&](const T& a) {
        return at::max_pool2d(a, window.kernel, window.stride, window.padding, /*dilation=*/1, options.ceil_mode);
      },
      self);
}

Result<Tensor> TorchBackend::adaptive_avg_pool2d(const Tensor& self, Shape output_size) {
  CLOISTER_TRY(const Pair output, window_setting("adaptive_avg_pool2d", "output-size", output_size, 0));
  const Shape in = shape(self);
  if (in.size() != 3 && in.size() != 4) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("adaptive_avg_pool2d: the input has shape {}, but [n, channels, height, width] or "
                            "[channels, height, width] is needed",
                            format_shape(in)));
  }
  const std::array<std::int64_t, 4> result{in.size() == 4 ? in[0] : 1, in[in.size() - 3], output[0], output[1]};
  CLOISTER_CHECK(check_new("adaptive_avg_pool2d", result, dtype(self)));
  return run("adaptive_avg_pool2d", [&](const T& a) { return at::adaptive_avg_pool2d(a, output); }, self);
}

}  // namespace cloister::engine
