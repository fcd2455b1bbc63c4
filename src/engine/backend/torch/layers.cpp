// Matrix products, convolutions, normalisation and losses.
#include <fmt/format.h>

#include "shape.h"
#include "torch_backend.h"
#include "window.h"

namespace cloister::engine {
namespace {

using T = at::Tensor;

// Multiply-adds of a product with PyTorch's rules: the batches broadcast.
std::int64_t product_cost(Shape a, Shape b) {
  if (a.empty() || b.empty()) return 0;
  const std::int64_t inner = a.back();
  const std::int64_t rows = a.size() > 1 ? a[a.size() - 2] : 1;
  const std::int64_t columns = b.size() > 1 ? b.back() : 1;
  const auto batch = [](Shape shape) {
    std::int64_t n = 1;
    for (std::size_t i = 0; i + 2 < shape.size(); ++i) n = saturating_product(n, shape[i]);
    return n;
  };
  // The broadcast batch is the larger one in all but odd cases, which the memory of the result bounds.
  const std::int64_t matrices = std::max(batch(a), batch(b));
  return saturating_product(saturating_product(matrices, inner), saturating_product(rows, columns));
}

Result<void> same_dtype(std::string_view op, Dtype expected, Dtype found, std::string_view which) {
  if (expected == found) return {};
  return fail(ErrorCode::dtype_mismatch, fmt::format("{}: the input is {}, but the {} is {}; convert one of them", op,
                                                     dtype_name(expected), which, dtype_name(found)));
}

Error conv_shapes(Shape input, Shape weight, std::string_view reason) {
  return {ErrorCode::shape_mismatch, fmt::format("conv2d: input {} and weight {} do not fit: {}", format_shape(input),
                                                 format_shape(weight), reason)};
}

struct Convolution {
  std::array<std::int64_t, 4> output;  // shape
  std::int64_t multiply_adds;
  bool sees_nothing;  // a window may lie beside the image altogether, or step over it
};

// Checks everything that a convolution's kernels rely on.
Result<Convolution> check_conv(Shape input, Shape weight, const Shape* bias, const Conv2dOptions& options) {
  CLOISTER_TRY(const Pair stride, window_setting("conv2d", "stride", options.stride, 1));
  CLOISTER_TRY(const Pair padding, window_setting("conv2d", "padding", options.padding, 0));
  CLOISTER_TRY(const Pair dilation, window_setting("conv2d", "dilation", options.dilation, 1));
  const std::int64_t groups = options.groups;
  if (groups < 1) {
    return fail(ErrorCode::invalid_argument, fmt::format("conv2d: groups is {}, but must be at least 1", groups));
  }
  if (weight.size() != 4 || (input.size() != 4 && input.size() != 3)) {
    return Unexpected(conv_shapes(input, weight, "[n, in, h, w] and [out, in / groups, kh, kw] are needed"));
  }
  const Shape image = input.last(3);  // in, h, w
  if (weight[0] < groups || weight[0] % groups != 0) {
    return Unexpected(
        conv_shapes(input, weight, fmt::format("{} outputs are not a multiple of {} groups", weight[0], groups)));
  }
  if (image[0] % groups != 0 || image[0] / groups != weight[1]) {
    return Unexpected(
        conv_shapes(input, weight,
                    fmt::format("{} channels in {} groups need a weight of {}", image[0], groups, image[0] / groups)));
  }
  if (bias != nullptr && (bias->size() != 1 || bias->front() != weight[0])) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("conv2d: the bias has shape {}, but [{}] is needed", format_shape(*bias), weight[0]));
  }
  Convolution all{{input.size() == 4 ? input[0] : 1, weight[0], 0, 0}, 0, false};
  all.multiply_adds = saturating_product(all.output[0], saturating_product(weight[0], weight[1]));
  for (std::size_t side = 0; side < 2; ++side) {
    const std::int64_t kernel = weight[2 + side];
    if (kernel < 1 || kernel > std::numeric_limits<std::int32_t>::max()) {
      return Unexpected(conv_shapes(input, weight, "the kernel is empty or too large"));
    }
    const std::int64_t out = windows(image[1 + side], kernel, stride[side], padding[side], dilation[side]);
    if (out < 1) return Unexpected(conv_shapes(input, weight, "the kernel is larger than the padded input"));
    all.output[2 + side] = out;
    all.sees_nothing |=
        padding[side] > saturating_product(dilation[side], kernel - 1) || dilation[side] > image[1 + side];
    all.multiply_adds = saturating_product(all.multiply_adds, saturating_product(out, kernel));
  }
  return all;
}

}  // namespace

Result<Tensor> TorchBackend::matmul(const Tensor& self, const Tensor& other) {
  CLOISTER_CHECK(check_cost("matmul", dtype(self), product_cost(shape(self), shape(other))));
  return run("matmul", [](const T& a, const T& b) { return at::matmul(a, b); }, self, other);
}

Result<Tensor> TorchBackend::linear(const Tensor& input, const Tensor& weight, const Tensor* bias) {
  const Shape in = shape(input);
  const Shape by = shape(weight);
  if (in.empty() || by.size() != 2 || in.back() != by[1]) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("linear: input {} and weight {} do not fit: [..., in] and [out, in] are "
                            "needed",
                            format_shape(in), format_shape(by)));
  }
  if (bias != nullptr && (shape(*bias).size() != 1 || shape(*bias).front() != by[0])) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("linear: the bias has shape {}, but [{}] is needed", format_shape(shape(*bias)), by[0]));
  }
  CLOISTER_CHECK(same_dtype("linear", dtype(input), dtype(weight), "weight"));
  if (bias != nullptr) CLOISTER_CHECK(same_dtype("linear", dtype(input), dtype(*bias), "bias"));
  CLOISTER_CHECK(check_cost("linear", dtype(input), saturating_product(numel(input), by[0])));
  if (bias == nullptr) {
    return run("linear", [](const T& a, const T& w) { return at::linear(a, w); }, input, weight);
  }
  return run("linear", [](const T& a, const T& w, const T& b) { return at::linear(a, w, b); }, input, weight, *bias);
}

Result<Tensor> TorchBackend::conv2d(const Tensor& input, const Tensor& weight, const Tensor* bias,
                                    const Conv2dOptions& options) {
  Shape bias_shape;
  if (bias != nullptr) bias_shape = shape(*bias);
  CLOISTER_TRY(const Convolution all,
               check_conv(shape(input), shape(weight), bias != nullptr ? &bias_shape : nullptr, options));
  CLOISTER_CHECK(same_dtype("conv2d", dtype(input), dtype(weight), "weight"));
  if (bias != nullptr) CLOISTER_CHECK(same_dtype("conv2d", dtype(input), dtype(*bias), "bias"));
  CLOISTER_CHECK(check_new("conv2d", all.output, dtype(input)));
  CLOISTER_CHECK(check_cost("conv2d", dtype(input), all.multiply_adds));
  return run(
      "conv2d",
      [&](const T& a, const T& w) {
        const auto convolve = [&](const T& image, const T& kernel, const std::optional<T>& added) {
          return at::conv2d(image, kernel, added, sizes(options.stride), sizes(options.padding),
                            sizes(options.dilation), options.groups);
        };
        std::optional<T> added = optional_tensor(bias);
        if (!all.sees_nothing || a.element_size() > 2 || !a.is_cpu()) return convolve(a, w, added);
        // oneDNN's kernels for 16 bits (3.x, AMX) read out of bounds where a window sees nothing of the image.
        if (added) added = added->to(at::kFloat);
        return convolve(a.to(at::kFloat), w.to(at::kFloat), added).to(a.scalar_type());
      },
      input, weight);
}

Result<Tensor> TorchBackend::batch_norm(const Tensor& input, const Tensor* weight, const Tensor* bias,
                                        const Tensor* running_mean, const Tensor* running_var,
                                        const BatchNormOptions& options) {
  const Shape in = shape(input);
  if (in.size() < 2) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("batch_norm: the input has shape {}, but [n, channels, ...] is needed", format_shape(in)));
  }
  if ((running_mean == nullptr) != (running_var == nullptr) || (!options.training && running_mean == nullptr)) {
    return fail(ErrorCode::invalid_argument,
                "batch_norm: running-mean and running-var must both be given, or both be absent in training");
  }
  // Half-precision inputs may come with float32 parameters; otherwise all have the input's dtype.
  const Dtype parameters =
      weight != nullptr ? dtype(*weight) : (running_mean != nullptr ? dtype(*running_mean) : dtype(input));
  const bool mixed = element_size(dtype(input)) == 2 && is_floating_point(dtype(input)) && parameters == Dtype::float32;
  if (!mixed) CLOISTER_CHECK(same_dtype("batch_norm", dtype(input), parameters, "weight"));
  for (const Tensor* each : {weight, bias, running_mean, running_var}) {
    if (each == nullptr) continue;
    if (shape(*each).size() != 1 || shape(*each).front() != in[1]) {
      return fail(ErrorCode::shape_mismatch, fmt::format("batch_norm: a parameter has shape {}, but [{}] is needed",
                                                         format_shape(shape(*each)), in[1]));
    }
    CLOISTER_CHECK(same_dtype("batch_norm", parameters, dtype(*each), "bias or a statistic"));
  }
  if (options.training && running_mean != nullptr) {
    CLOISTER_CHECK(check_writable("batch_norm", *running_mean));
    CLOISTER_CHECK(check_writable("batch_norm", *running_var));
  }
  return run(
      "batch_norm",
      [&](const T& a) {
        return at::batch_norm(a, optional_tensor(weight), optional_tensor(bias), optional_tensor(running_mean),
                              optional_tensor(running_var), options.training, options.momentum, options.eps,
                              /*cudnn_enabled=*/true);
      },
      input);
}

Result<Tensor> TorchBackend::dropout(const Tensor& input, double p, bool train) {
  if (!(p >= 0 && p <= 1)) {
    return fail(ErrorCode::invalid_argument, fmt::format("dropout: p is {}, but must be between 0 and 1", p));
  }
  if (!is_floating_point(dtype(input))) {
    return fail(ErrorCode::dtype_mismatch,
                fmt::format("dropout: the input is {}, but must be floating point", dtype_name(dtype(input))));
  }
  CLOISTER_TRY(const at::Generator numbers, generator("dropout"));
  return run(
      "dropout",
      [&](const T& a) {
        if (p == 0 || !train || a.numel() == 0) return a;
        // at::dropout takes no generator; these are its operators on a CPU, with ours.
        if (p == 1) return at::mul(a, at::zeros({}, a.options()));
        T mask = at::empty_like(a);
        mask.bernoulli_(1 - p, numbers).div_(1 - p);
        return at::mul(a, mask);
      },
      input);
}

Result<Tensor> TorchBackend::cross_entropy(const Tensor& input, const Tensor& target, Reduction reduction) {
  const Shape in = shape(input);
  const Shape of = shape(target);
  if (in.empty() || of.size() + 1 != in.size()) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("cross_entropy: input {} and target {} do not fit: [n, classes, ...] "
                            "and [n, ...] are needed",
                            format_shape(in), format_shape(of)));
  }
  if (dtype(target) != Dtype::int64) {
    return fail(ErrorCode::dtype_mismatch,
                fmt::format("cross_entropy: the target is {}, but must be int64 classes", dtype_name(dtype(target))));
  }
  constexpr std::int64_t ignored = -100;
  CLOISTER_CHECK(check_indices("cross_entropy", target, in.size() == 1 ? in[0] : in[1], ignored));
  return run(
      "cross_entropy",
      [&](const T& a, const T& classes) {
        // The kernel loops over sizes beside the empty one.
        if (classes.numel() == 0 && classes.dim() > 0) {
          const T none = a.sum(1);
          return reduction == Reduction::none ? none : reduction == Reduction::sum ? none.sum() : none.mean();
        }
        return at::cross_entropy_loss(a, classes, {}, static_cast<std::int64_t>(reduction), ignored);
      },
      input, target);
}

Result<Tensor> TorchBackend::mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  return run(
      "mse_loss", [&](const T& a, const T& b) { return at::mse_loss(a, b, static_cast<std::int64_t>(reduction)); },
      input, target);
}

}  // namespace cloister::engine
