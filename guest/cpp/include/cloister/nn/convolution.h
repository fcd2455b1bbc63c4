#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "cloister/nn/module.h"

namespace cloister::nn {

// Filters images [n, in, h, w]. weight [out, in / groups, kh, kw] and bias [out] start uniform on
// +-1/sqrt(in / groups * kh * kw), as torch::nn::Conv2d's.
class Conv2d : public Module {
 public:
  Tensor weight, bias;
  Conv2dOptions options;

  Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2d kernel, const Conv2dOptions& conv_options = {},
         bool with_bias = true)
      : options(conv_options) {
    // No groups are the host's to refuse.
    const std::int64_t inputs = in_channels / std::max<std::int64_t>(options.groups, 1);
    const auto [height, width] = kernel.sizes;
    const auto fan_in = static_cast<double>(inputs * height * width);
    weight = detail::uniform_parameter({out_channels, inputs, height, width}, detail::kaiming_bound(fan_in));
    if (with_bias) bias = detail::uniform_parameter(out_channels, 1 / std::sqrt(fan_in));
  }

  Tensor operator()(const Tensor& input) const { return conv2d(input, weight, bias, options); }
  void visit(Visitor& visitor) { visitor.parameter("weight", weight), visitor.parameter("bias", bias); }
};

}  // namespace cloister::nn
