// Convolutions, and windows of images as columns.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "layer_checks.h"
#include "shape.h"
#include "torch_backend.h"
#include "window.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

struct Convolution {
  Directions stride, padding, dilation, output_padding;
  ImageShape output;
  std::int64_t multiply_adds;
  bool beyond_onednn;  // whether oneDNN's kernels for 16 bits read out of bounds
};

// (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1, or nothing where that is too much.
std::optional<std::int64_t> transposed_size(std::int64_t size, std::int64_t kernel, const Convolution& all,
                                            std::size_t side) {
  const std::int64_t span = saturating_product(std::max<std::int64_t>(size - 1, 0), all.stride[side]);
  if (span > std::int64_t{1} << 62) return std::nullopt;
  return span - 2 * all.padding[side] + all.dilation[side] * (kernel - 1) + all.output_padding[side] + 1;
}

Result<void> check_output_padding(std::string_view op, const Convolution& all, bool transposed) {
  for (std::size_t side = 0; side < all.stride.size(); ++side) {
    const std::int64_t added = all.output_padding[side];
    if (added == 0 || (transposed && added < std::max(all.stride[side], all.dilation[side]))) continue;
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: output-padding is {}, but {}", op, added,
                            transposed ? "must be less than stride or dilation" : "only a transposed one takes it"));
  }
  return {};
}

// Checks everything that a convolution's kernels rely on. `batch`: whether the input must have one.
Result<Convolution> check_convolution(std::string_view op, Shape input, Shape weight, const std::optional<Shape>& bias,
                                      const ConvolutionOptions& options, bool batch) {
  const auto unfit = [&](std::string_view reason) {
    return fail(ErrorCode::shape_mismatch, fmt::format("{}: input {} and weight {} do not fit: {}", op,
                                                       format_shape(input), format_shape(weight), reason));
  };
  if (weight.size() < 3 || weight.size() > 5) {
    return unfit("the weight must be [out, in / groups, ...kernel] of one to three sides");
  }
  const std::size_t sides = weight.size() - 2;
  if (input.size() != weight.size() && (batch || input.size() + 1 != weight.size())) {
    return unfit("[n, in, ...] and [out, in / groups, ...] with equally many sides are needed");
  }
  CLOISTER_TRY(const Directions stride, window_setting(op, "stride", options.stride, sides, 1));
  CLOISTER_TRY(const Directions padding, window_setting(op, "padding", options.padding, sides, 0));
  CLOISTER_TRY(const Directions dilation, window_setting(op, "dilation", options.dilation, sides, 1));
  CLOISTER_TRY(const Directions more, window_setting(op, "output-padding", options.output_padding, sides, 0));
  const std::int64_t groups = options.groups;
  if (groups < 1) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: groups is {}, but must be at least 1", op, groups));
  }
  const Shape image = input.last(sides + 1);
  if (weight[0] < groups || weight[0] % groups != 0) {
    return unfit(fmt::format("the weight's first size, {}, is not a multiple of {} groups", weight[0], groups));
  }
  const std::int64_t channels = options.transposed ? weight[0] : saturating_product(weight[1], groups);
  if (image[0] != channels) {
    return unfit(
        fmt::format("the input has {} channels, but the weight and {} groups need {}", image[0], groups, channels));
  }
  const std::int64_t outputs = options.transposed ? saturating_product(weight[1], groups) : weight[0];
  if (bias) CLOISTER_CHECK(expect_shape(op, *bias, std::array{outputs}, "bias"));

  Convolution all{stride, padding, dilation, more, ImageShape(input, {}), 0, false};
  CLOISTER_CHECK(check_output_padding(op, all, options.transposed));
  const std::size_t first = input.size() - sides;
  all.output[first - 1] = outputs;
  all.multiply_adds = saturating_product(first == 2 ? input[0] : 1, saturating_product(weight[0], weight[1]));
  for (std::size_t side = 0; side < sides; ++side) {
    const std::int64_t size = image[1 + side];
    const std::int64_t kernel = weight[2 + side];
    if (kernel < 1 || kernel > std::numeric_limits<std::int32_t>::max()) {
      return unfit("the kernel is empty or too large");
    }
    const std::optional<std::int64_t> out = options.transposed
                                                ? transposed_size(size, kernel, all, side)
                                                : windows(size, kernel, stride[side], padding[side], dilation[side]);
    if (!out) return unfit("the result is too large");
    if (*out < 1)
      return unfit(options.transposed ? "the result is empty" : "the kernel is larger than the padded input");
    all.output[first + side] = *out;
    // A transposed one is the gradient of that whose image is its result.
    const std::int64_t seen = options.transposed ? *out : size;
    // A window lies beside the image altogether or steps over it; or dilated windows leave gaps between them.
    const std::int64_t reach = saturating_product(dilation[side], kernel - 1);
    all.beyond_onednn |=
        padding[side] > reach || dilation[side] > seen || (dilation[side] > 1 && stride[side] > reach + 1);
    all.multiply_adds =
        saturating_product(all.multiply_adds, saturating_product(options.transposed ? size : *out, kernel));
  }
  return all;
}

// oneDNN's kernels for 16 bits (3.x, AMX) read out of bounds for some windows, forward and backward.
template <class Convolve>
T in_sound_precision(const Convolution& all, const T& input, const T& weight, std::optional<T> bias,
                     Convolve&& convolve) {
  if (!all.beyond_onednn || input.element_size() > 2 || !input.is_cpu()) return convolve(input, weight, bias);
  if (bias) bias = bias->to(at::kFloat);
  return convolve(input.to(at::kFloat), weight.to(at::kFloat), bias).to(input.scalar_type());
}

}  // namespace

Result<Tensor> TorchBackend::convolution(const Tensor& input, const Tensor& weight, const Tensor* bias,
                                         const ConvolutionOptions& options) {
  std::optional<Shape> bias_shape;
  if (bias != nullptr) bias_shape = shape(*bias);
  CLOISTER_TRY(const Convolution all,
               check_convolution("convolution", shape(input), shape(weight), bias_shape, options, /*batch=*/true));
  CLOISTER_CHECK(expect_same_dtype("convolution", dtype(input), dtype(weight), "weight"));
  if (bias != nullptr) CLOISTER_CHECK(expect_same_dtype("convolution", dtype(input), dtype(*bias), "bias"));
  CLOISTER_CHECK(check_new("convolution", all.output, dtype(input)));
  CLOISTER_CHECK(check_cost("convolution", dtype(input), all.multiply_adds));
  return run(
      "convolution",
      [&](const T& a, const T& w) {
        return in_sound_precision(all, a, w, optional_tensor(bias), [&](const T& x, const T& k, const auto& added) {
          return at::convolution(x, k, added, sizes(all.stride), sizes(all.padding), sizes(all.dilation),
                                 options.transposed, sizes(all.output_padding), options.groups);
        });
      },
      input, weight);
}

Result<Tensor> TorchBackend::conv2d(const Tensor& input, const Tensor& weight, const Tensor* bias,
                                    const Conv2dOptions& options) {
  if (const Shape of = shape(weight); of.size() != 4) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("conv2d: the weight has shape {}, but [out, in / groups, height, "
                            "width] is needed",
                            format_shape(of)));
  }
  static constexpr std::int64_t kNone = 0;
  const ConvolutionOptions general{options.stride, options.padding, options.dilation,
                                   false,          {&kNone, 1},     options.groups};
  std::optional<Shape> bias_shape;
  if (bias != nullptr) bias_shape = shape(*bias);
  CLOISTER_TRY(const Convolution all,
               check_convolution("conv2d", shape(input), shape(weight), bias_shape, general, /*batch=*/false));
  CLOISTER_CHECK(expect_same_dtype("conv2d", dtype(input), dtype(weight), "weight"));
  if (bias != nullptr) CLOISTER_CHECK(expect_same_dtype("conv2d", dtype(input), dtype(*bias), "bias"));
  CLOISTER_CHECK(check_new("conv2d", all.output, dtype(input)));
  CLOISTER_CHECK(check_cost("conv2d", dtype(input), all.multiply_adds));
  return run(
      "conv2d",
      [&](const T& a, const T& w) {
        return in_sound_precision(all, a, w, optional_tensor(bias), [&](const T& x, const T& k, const auto& added) {
          return at::conv2d(x, k, added, sizes(all.stride), sizes(all.padding), sizes(all.dilation), options.groups);
        });
      },
      input, weight);
}

namespace {

struct Columns {
  Directions kernel, dilation, padding, stride;
};

Result<Columns> column_settings(std::string_view op, const WindowOptions& options) {
  CLOISTER_TRY(const Directions kernel, window_setting(op, "kernel-size", options.kernel_size, 2, 1));
  CLOISTER_TRY(const Directions dilation, window_setting(op, "dilation", options.dilation, 2, 1));
  CLOISTER_TRY(const Directions padding, window_setting(op, "padding", options.padding, 2, 0));
  CLOISTER_TRY(const Directions stride, window_setting(op, "stride", options.stride, 2, 1));
  return Columns{kernel, dilation, padding, stride};
}

// How many windows there are in an image of these sides.
std::int64_t count_columns(const Columns& all, Shape sides) {
  std::int64_t count = 1;
  for (std::size_t i = 0; i < 2; ++i) {
    count = saturating_product(count, windows(sides[i], all.kernel[i], all.stride[i], all.padding[i], all.dilation[i]));
  }
  return count;
}

}  // namespace

Result<Tensor> TorchBackend::im2col(const Tensor& self, const WindowOptions& options) {
  const Shape in = shape(self);
  CLOISTER_CHECK(check_images("im2col", in, 2, /*batch=*/false));
  CLOISTER_TRY(const Columns all, column_settings("im2col", options));
  const std::int64_t count = count_columns(all, in.last(2));
  if (count < 1) {
    return fail(ErrorCode::shape_mismatch, fmt::format("im2col: no window of {} fits the padded input {}",
                                                       format_shape(all.kernel), format_shape(in)));
  }
  const std::int64_t rows = saturating_product(in[in.size() - 3], all.kernel[0] * all.kernel[1]);
  CLOISTER_CHECK(check_new("im2col", std::array{in.size() == 4 ? in[0] : 1, rows, count}, dtype(self)));
  return run(
      "im2col",
      [&](const T& a) {
        return at::im2col(a, sizes(all.kernel), sizes(all.dilation), sizes(all.padding), sizes(all.stride));
      },
      self);
}

Result<Tensor> TorchBackend::col2im(const Tensor& self, Shape output_size, const WindowOptions& options) {
  const Shape in = shape(self);
  CLOISTER_TRY(const Columns all, column_settings("col2im", options));
  CLOISTER_TRY(const Directions output, window_setting("col2im", "output-size", output_size, 2, 1));
  const std::int64_t window = all.kernel[0] * all.kernel[1];
  const std::int64_t count = count_columns(all, output);
  if ((in.size() != 2 && in.size() != 3) || in.back() != count || in[in.size() - 2] % window != 0) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("col2im: the input has shape {}, but [n, channels * {}, {}] is needed for an image of {}",
                            format_shape(in), window, count, format_shape(output)));
  }
  const std::int64_t channels = in[in.size() - 2] / window;
  CLOISTER_CHECK(
      check_new("col2im", std::array{in.size() == 3 ? in[0] : 1, channels, output[0], output[1]}, dtype(self)));
  return run(
      "col2im",
      [&](const T& a) {
        return at::col2im(a, sizes(output), sizes(all.kernel), sizes(all.dilation), sizes(all.padding),
                          sizes(all.stride));
      },
      self);
}

}  // namespace cloister::engine
