// Pooling over windows of a given size.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "shape.h"
#include "torch_backend.h"
#include "window.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

struct Pooling {
  Directions kernel, stride, padding, dilation;
};

Result<Pooling> pool_settings(std::string_view op, std::size_t sides, Shape kernel_size, Shape strides, Shape paddings,
                              Shape dilations) {
  CLOISTER_TRY(const Directions kernel, window_setting(op, "kernel-size", kernel_size, sides, 1));
  Directions stride = kernel;
  if (!strides.empty()) {
    CLOISTER_TRY(stride, window_setting(op, "stride", strides, sides, 1));
  }
  CLOISTER_TRY(const Directions padding, window_setting(op, "padding", paddings, sides, 0));
  CLOISTER_TRY(const Directions dilation, window_setting(op, "dilation", dilations, sides, 1));
  for (std::size_t side = 0; side < sides; ++side) {
    if (padding[side] <= kernel[side] / 2) continue;
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: padding is {}, but at most half of the kernel's {} is possible", op,
                            format_shape(padding), format_shape(kernel)));
  }
  return Pooling{kernel, stride, padding, dilation};
}

// Elements that all windows read together.
std::int64_t pool_cost(Shape input, const Pooling& all) {
  const std::size_t sides = all.kernel.size();
  std::int64_t cost = 1;
  for (const std::int64_t size : input.first(input.size() - sides)) cost = saturating_product(cost, size);
  for (std::size_t side = 0; side < sides; ++side) {
    const std::int64_t size = input[input.size() - sides + side];
    // One more window than without ceil-mode.
    const std::int64_t count =
        windows(size, all.kernel[side], all.stride[side], all.padding[side], all.dilation[side]) + 1;
    cost = saturating_product(cost, saturating_product(count, std::min(all.kernel[side], size)));
  }
  return cost;
}

Result<Pooling> check_average(std::string_view op, std::size_t sides, Shape input, const AvgPoolOptions& options) {
  CLOISTER_CHECK(check_images(op, input, sides, /*batch=*/false));
  static constexpr std::int64_t kOne = 1;
  return pool_settings(op, sides, options.kernel_size, options.stride, options.padding, {&kOne, 1});
}

struct Maximum {
  Pooling window;
  std::int64_t cost;
};

Result<Maximum> check_maximum(std::string_view op, std::size_t sides, Shape input, const MaxPoolOptions& options) {
  CLOISTER_CHECK(check_images(op, input, sides, /*batch=*/false));
  CLOISTER_TRY(const Pooling all,
               pool_settings(op, sides, options.kernel_size, options.stride, options.padding, options.dilation));
  std::int64_t cost = pool_cost(input, all);
  std::int64_t plane = 1;
  for (std::size_t side = 0; side < sides; ++side) {
    const std::int64_t size = input[input.size() - sides + side];
    if (all.padding[side] > 0 && all.dilation[side] > size) {
      // Kernels would then take an element beyond the image for the maximum.
      return fail(ErrorCode::shape_mismatch,
                  fmt::format("{}: windows with padding {} and dilation {} may miss all of the input {}; use less of "
                              "either",
                              op, format_shape(all.padding), format_shape(all.dilation), format_shape(input)));
    }
    plane = saturating_product(plane, size);
    // Each window steps over the padding before its first element.
    cost = saturating_product(cost, 1 + all.padding[side] / std::max<std::int64_t>(size, 1));
  }
  if (plane > std::numeric_limits<std::int32_t>::max()) {
    // Kernels keep the place of a maximum in 32 bits.
    return fail(ErrorCode::unsupported, fmt::format("{}: the input {} has more than 2^31 - 1 elements a channel; pool "
                                                    "parts of it",
                                                    op, format_shape(input)));
  }
  return Maximum{all, cost};
}

}  // namespace

Result<Tensor> TorchBackend::avg_pool1d(const Tensor& self, const AvgPoolOptions& options) {
  CLOISTER_TRY(const Pooling all, check_average("avg_pool1d", 1, shape(self), options));
  if (options.divisor_override) {
    return fail(ErrorCode::invalid_argument,
                "avg_pool1d: a divisor-override is given, but only 2-D and 3-D pooling "
                "takes one");
  }
  CLOISTER_CHECK(check_cost("avg_pool1d", dtype(self), pool_cost(shape(self), all)));
  return run(
      "avg_pool1d",
      [&](const T& a) {
        return at::avg_pool1d(a, sizes(all.kernel), sizes(all.stride), sizes(all.padding), options.ceil_mode,
                              options.count_include_pad);
      },
      self);
}

Result<Tensor> TorchBackend::avg_pool2d(const Tensor& self, const AvgPoolOptions& options) {
  CLOISTER_TRY(const Pooling all, check_average("avg_pool2d", 2, shape(self), options));
  CLOISTER_CHECK(check_cost("avg_pool2d", dtype(self), pool_cost(shape(self), all)));
  return run(
      "avg_pool2d",
      [&](const T& a) {
        return at::avg_pool2d(a, sizes(all.kernel), sizes(all.stride), sizes(all.padding), options.ceil_mode,
                              options.count_include_pad, options.divisor_override);
      },
      self);
}

Result<Tensor> TorchBackend::avg_pool3d(const Tensor& self, const AvgPoolOptions& options) {
  CLOISTER_TRY(const Pooling all, check_average("avg_pool3d", 3, shape(self), options));
  CLOISTER_CHECK(check_cost("avg_pool3d", dtype(self), pool_cost(shape(self), all)));
  return run(
      "avg_pool3d",
      [&](const T& a) {
        return at::avg_pool3d(a, sizes(all.kernel), sizes(all.stride), sizes(all.padding), options.ceil_mode,
                              options.count_include_pad, options.divisor_override);
      },
      self);
}

Result<Tensor> TorchBackend::max_pool1d(const Tensor& self, const MaxPoolOptions& options) {
  CLOISTER_TRY(const Maximum all, check_maximum("max_pool1d", 1, shape(self), options));
  CLOISTER_CHECK(check_cost("max_pool1d", dtype(self), all.cost));
  return run(
      "max_pool1d",
      [&, w = all.window](const T& a) {
        return at::max_pool1d(a, sizes(w.kernel), sizes(w.stride), sizes(w.padding), sizes(w.dilation),
                              options.ceil_mode);
      },
      self);
}

Result<Tensor> TorchBackend::max_pool2d(const Tensor& self, const MaxPoolOptions& options) {
  CLOISTER_TRY(const Maximum all, check_maximum("max_pool2d", 2, shape(self), options));
  CLOISTER_CHECK(check_cost("max_pool2d", dtype(self), all.cost));
  return run(
      "max_pool2d",
      [&, w = all.window](const T& a) {
        return at::max_pool2d(a, sizes(w.kernel), sizes(w.stride), sizes(w.padding), sizes(w.dilation),
                              options.ceil_mode);
      },
      self);
}

Result<Tensor> TorchBackend::max_pool3d(const Tensor& self, const MaxPoolOptions& options) {
  CLOISTER_TRY(const Maximum all, check_maximum("max_pool3d", 3, shape(self), options));
  CLOISTER_CHECK(check_cost("max_pool3d", dtype(self), all.cost));
  return run(
      "max_pool3d",
      [&, w = all.window](const T& a) {
        return at::max_pool3d(a, sizes(w.kernel), sizes(w.stride), sizes(w.padding), sizes(w.dilation),
                              options.ceil_mode);
      },
      self);
}

Result<std::array<Tensor, 2>> TorchBackend::max_pool2d_with_indices(const Tensor& self, const MaxPoolOptions& options) {
  CLOISTER_TRY(const Maximum all, check_maximum("max_pool2d_with_indices", 2, shape(self), options));
  CLOISTER_CHECK(check_cost("max_pool2d_with_indices", dtype(self), all.cost));
  return run(
      "max_pool2d_with_indices",
      [&, w = all.window](const T& a) {
        return at::max_pool2d_with_indices(a, sizes(w.kernel), sizes(w.stride), sizes(w.padding), sizes(w.dilation),
                                           options.ceil_mode);
      },
      self);
}

Result<std::array<Tensor, 2>> TorchBackend::max_pool3d_with_indices(const Tensor& self, const MaxPoolOptions& options) {
  CLOISTER_TRY(const Maximum all, check_maximum("max_pool3d_with_indices", 3, shape(self), options));
  CLOISTER_CHECK(check_cost("max_pool3d_with_indices", dtype(self), all.cost));
  return run(
      "max_pool3d_with_indices",
      [&, w = all.window](const T& a) {
        return at::max_pool3d_with_indices(a, sizes(w.kernel), sizes(w.stride), sizes(w.padding), sizes(w.dilation),
                                           options.ceil_mode);
      },
      self);
}

}  // namespace cloister::engine
