// Layers with parameters, initialised as PyTorch initialises them.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "cloister/ops.h"

namespace cloister::nn {

namespace detail {

// A leaf that requires gradients, uniform on [-bound, bound).
inline Tensor uniform_parameter(IntArrayRef shape, double bound) {
  Tensor parameter = rand(shape) * (2 * bound) - bound;
  parameter.requires_grad_();
  return parameter;
}

}  // namespace detail

// y = x * weight^T + bias. weight [out, in] and bias [out] start uniform on +-1/sqrt(in).
class Linear {
 public:
  Tensor weight, bias;

  Linear(std::int64_t in_features, std::int64_t out_features, bool with_bias = true) {
    const double bound = 1 / std::sqrt(static_cast<double>(in_features));
    weight = detail::uniform_parameter({out_features, in_features}, bound);
    if (with_bias) bias = detail::uniform_parameter(out_features, bound);
  }

  Tensor operator()(const Tensor& input) const { return linear(input, weight, bias); }
  [[nodiscard]] std::vector<Tensor> parameters() const {
    return bias.defined() ? std::vector{weight, bias} : std::vector{weight};
  }
};

// weight [out, in / groups, kh, kw] and bias [out] start uniform on +-1/sqrt(in / groups * kh * kw).
class Conv2d {
 public:
  Tensor weight, bias;
  Conv2dOptions options;

  Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2d kernel, const Conv2dOptions& conv_options = {},
         bool with_bias = true)
      : options(conv_options) {
    const std::int64_t inputs = in_channels / options.groups;
    const auto [height, width] = kernel.sizes;
    const double bound = 1 / std::sqrt(static_cast<double>(inputs * height * width));
    weight = detail::uniform_parameter({out_channels, inputs, height, width}, bound);
    if (with_bias) bias = detail::uniform_parameter(out_channels, bound);
  }

  Tensor operator()(const Tensor& input) const { return conv2d(input, weight, bias, options); }
  [[nodiscard]] std::vector<Tensor> parameters() const {
    return bias.defined() ? std::vector{weight, bias} : std::vector{weight};
  }
};

// Normalises the channels of [n, c, h, w]: by the batch's statistics while `options.training`, else by the running
// ones.
class BatchNorm2d {
 public:
  Tensor weight, bias, running_mean, running_var;
  BatchNormOptions options{.training = true};

  explicit BatchNorm2d(std::int64_t channels)
      : weight(ones(channels).requires_grad_()),
        bias(zeros(channels).requires_grad_()),
        running_mean(zeros(channels)),
        running_var(ones(channels)) {}

  Tensor operator()(const Tensor& input) const {
    return batch_norm(input, weight, bias, running_mean, running_var, options);
  }
  [[nodiscard]] std::vector<Tensor> parameters() const { return {weight, bias}; }
};

// While `training`, zeroes elements with probability `p` and scales the rest.
class Dropout {
 public:
  double p = 0.5;
  bool training = true;

  Tensor operator()(const Tensor& input) const { return training ? dropout(input, p) : input; }
};

}  // namespace cloister::nn
