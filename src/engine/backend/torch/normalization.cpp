// Normalisation over batches, layers and groups.
#include <fmt/format.h>

#include <algorithm>

#include "layer_checks.h"
#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

Result<void> check_channels(std::string_view op, Shape input) {
  if (input.size() >= 2) return {};
  return fail(ErrorCode::shape_mismatch,
              fmt::format("{}: the input has shape {}, but [n, channels, ...] is needed", op, format_shape(input)));
}

Result<void> check_normalized_shape(std::string_view op, Shape input, Shape normalized_shape) {
  if (!normalized_shape.empty() && normalized_shape.size() <= input.size() &&
      std::ranges::equal(input.last(normalized_shape.size()), normalized_shape)) {
    return {};
  }
  return fail(ErrorCode::shape_mismatch, fmt::format("{}: the input has shape {}, but must end in the normalized-shape "
                                                     "{} of one dimension or more",
                                                     op, format_shape(input), format_shape(normalized_shape)));
}

}  // namespace

Result<Tensor> TorchBackend::batch_norm(const Tensor& input, const Tensor* weight, const Tensor* bias,
                                        const Tensor* running_mean, const Tensor* running_var,
                                        const BatchNormOptions& options) {
  const Shape in = shape(input);
  CLOISTER_CHECK(check_channels("batch_norm", in));
  if ((running_mean == nullptr) != (running_var == nullptr) || (!options.training && running_mean == nullptr)) {
    return fail(ErrorCode::invalid_argument,
                "batch_norm: running-mean and running-var must both be given, or both be absent in training");
  }
  CLOISTER_CHECK(check_parameters(
      *this, "batch_norm", dtype(input), in.subspan(1, 1),
      {{weight, "weight"}, {bias, "bias"}, {running_mean, "running-mean"}, {running_var, "running-var"}}));
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

Result<Tensor> TorchBackend::layer_norm(const Tensor& input, Shape normalized_shape, const Tensor* weight,
                                        const Tensor* bias, double eps) {
  CLOISTER_CHECK(check_normalized_shape("layer_norm", shape(input), normalized_shape));
  CLOISTER_CHECK(
      check_parameters(*this, "layer_norm", dtype(input), normalized_shape, {{weight, "weight"}, {bias, "bias"}}));
  return run(
      "layer_norm",
      [&](const T& a) {
        return at::layer_norm(a, sizes(normalized_shape), optional_tensor(weight), optional_tensor(bias), eps,
                              /*cudnn_enable=*/true);
      },
      input);
}

Result<Tensor> TorchBackend::group_norm(const Tensor& input, std::int64_t num_groups, const Tensor* weight,
                                        const Tensor* bias, double eps) {
  const Shape in = shape(input);
  CLOISTER_CHECK(check_channels("group_norm", in));
  if (num_groups < 1) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("group_norm: num-groups is {}, but must be at least 1", num_groups));
  }
  if (in[1] % num_groups != 0) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("group_norm: the {} channels of the input {} are not a multiple of {} groups", in[1],
                            format_shape(in), num_groups));
  }
  CLOISTER_CHECK(
      check_parameters(*this, "group_norm", dtype(input), in.subspan(1, 1), {{weight, "weight"}, {bias, "bias"}}));
  return run(
      "group_norm",
      [&](const T& a) {
        return at::group_norm(a, num_groups, optional_tensor(weight), optional_tensor(bias), eps,
                              /*cudnn_enabled=*/true);
      },
      input);
}

Result<Tensor> TorchBackend::instance_norm(const Tensor& input, const Tensor* weight, const Tensor* bias, double eps) {
  const Shape in = shape(input);
  CLOISTER_CHECK(check_channels("instance_norm", in));
  CLOISTER_CHECK(
      check_parameters(*this, "instance_norm", dtype(input), in.subspan(1, 1), {{weight, "weight"}, {bias, "bias"}}));
  return run(
      "instance_norm",
      [&](const T& a) {
        return at::instance_norm(a, optional_tensor(weight), optional_tensor(bias), {}, {}, /*use_input_stats=*/true,
                                 /*momentum=*/0, eps, /*cudnn_enabled=*/true);
      },
      input);
}

Result<Tensor> TorchBackend::rms_norm(const Tensor& input, Shape normalized_shape, const Tensor* weight,
                                      std::optional<double> eps) {
  CLOISTER_CHECK(check_normalized_shape("rms_norm", shape(input), normalized_shape));
  CLOISTER_CHECK(check_parameters(*this, "rms_norm", dtype(input), normalized_shape, {{weight, "weight"}}));
  return run(
      "rms_norm", [&](const T& a) { return at::rms_norm(a, sizes(normalized_shape), optional_tensor(weight), eps); },
      input);
}

}  // namespace cloister::engine
