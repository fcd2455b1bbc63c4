// EfficientNet-Lite0 in libtorch: uint8 images [n, 224, 224, 3] -> float32 features [n, 1280].
#pragma once

#include <ATen/ATen.h>

#include <functional>

#include "weights.h"

inline constexpr int64_t kImageSize = 224;
inline constexpr int64_t kFeatures = 1280;

using Backbone = std::function<at::Tensor(const at::Tensor&)>;

// The network of Tan and Le (2019) in TensorFlow's Lite variant, in channels-last order, its batch normalisation folded
// into the convolutions. Throws std::out_of_range for weights that lack a parameter.
Backbone make_lite0(const Weights& weights);
