// The frozen networks, in libtorch: uint8 images [n, 224, 224, 3] -> float32 features [n, 1280].
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <string>

inline constexpr int64_t kImageSize = 224;
inline constexpr int64_t kFeatures = 1280;

using Backbone = std::function<at::Tensor(const at::Tensor&)>;
using Weights = std::map<std::string, at::Tensor>;

// EfficientNet-Lite0 (Tan and Le, 2019; TensorFlow's Lite variant) in channels-last order, its batch normalisation
// folded into the convolutions. Throws std::out_of_range for weights that lack a parameter.
Backbone make_lite0(const Weights& weights);

// Means of 32 x 32 patches, each channel by itself, and a random projection drawn from the default generator.
Backbone make_pool();
