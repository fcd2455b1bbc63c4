// EfficientNet-Lite0 without its classifier, for inference.
#pragma once

#include <cloister/cloister.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The network of Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019), in
// TensorFlow's Lite variant: no squeeze-and-excitation, ReLU6. Batch normalisation is folded into the convolutions
// once, at load, and activations stay in channels-last order, which is fastest on a CPU.
class EfficientNetLite0 {
 public:
  static constexpr std::int64_t kImageSize = 224;
  static constexpr std::int64_t kFeatures = 1280;

  // Errors: invalid_argument for weights that lack a parameter.
  static cloister::Expected<EfficientNetLite0> load(const cloister::Model& weights);

  // uint8 images [n, 224, 224, 3] -> features [n, 1280]. Call it in inference mode.
  [[nodiscard]] cloister::Tensor operator()(const cloister::Tensor& images) const;

 private:
  struct Convolution {
    cloister::Tensor weight, bias;
    cloister::Conv2dOptions options;
    std::vector<std::int64_t> pad;  // left, right, top, bottom where the padding is lopsided
    bool relu6 = true;
    [[nodiscard]] cloister::Tensor operator()(const cloister::Tensor& input) const;
  };
  // Expand to more channels, filter each channel by itself, project to fewer.
  struct Block {
    std::optional<Convolution> expand;
    Convolution depthwise, project;
    bool residual = false;
    [[nodiscard]] cloister::Tensor operator()(const cloister::Tensor& input) const;
  };

  Convolution stem_, head_;
  std::vector<Block> blocks_;
};
