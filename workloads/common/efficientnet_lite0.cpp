#include "efficientnet_lite0.h"

#include <array>
#include <utility>

using cloister::Expected;
using cloister::Model;
using cloister::Tensor;

namespace {

struct Stage {
  int repeats;
  std::int64_t kernel, stride, expansion, in, out;
};
constexpr std::array<Stage, 7> kStages{{{1, 3, 1, 1, 32, 16},
                                        {2, 3, 2, 6, 16, 24},
                                        {2, 5, 2, 6, 24, 40},
                                        {3, 3, 2, 6, 40, 80},
                                        {3, 5, 1, 6, 80, 112},
                                        {4, 5, 2, 6, 112, 192},
                                        {1, 3, 1, 6, 192, 320}}};
constexpr double kBatchNormEpsilon = 1e-3;

// A convolution's weight and bias with the batch normalisation that follows it multiplied in.
struct Folded {
  Tensor weight, bias;
};
Expected<Folded> fold(const Model& weights, const std::string& convolution, const std::string& norm) {
  CLOISTER_TRY(const Tensor weight, weights.parameter(convolution + ".weight"));
  CLOISTER_TRY(const Tensor gamma, weights.parameter(norm + ".weight"));
  CLOISTER_TRY(const Tensor beta, weights.parameter(norm + ".bias"));
  CLOISTER_TRY(const Tensor mean, weights.parameter(norm + ".running_mean"));
  CLOISTER_TRY(const Tensor variance, weights.parameter(norm + ".running_var"));
  const Tensor scale = gamma * (variance + kBatchNormEpsilon).rsqrt();
  return Folded{(weight * scale.reshape({-1, 1, 1, 1})).channels_last(), beta - mean * scale};
}

}  // namespace

Tensor EfficientNetLite0::Convolution::operator()(const Tensor& input) const {
  Tensor output = conv2d(pad.empty() ? input : cloister::pad(input, pad), weight, bias, options);
  if (relu6) output.clamp_(0, 6);
  return output;
}

Tensor EfficientNetLite0::Block::operator()(const Tensor& input) const {
  Tensor output = project(depthwise(expand ? (*expand)(input) : input));
  if (residual) output += input;
  return output;
}

Expected<EfficientNetLite0> EfficientNetLite0::load(const Model& weights) {
  // Strided layers see even sizes, for which TensorFlow's "SAME" pads one more at the end than at the beginning.
  const auto convolution = [&weights](const std::string& name, const std::string& norm, std::int64_t kernel,
                                      std::int64_t stride, std::int64_t groups, bool relu6) -> Expected<Convolution> {
    CLOISTER_TRY(Folded folded, fold(weights, name, norm));
    Convolution layer{.weight = folded.weight, .bias = folded.bias, .options = {}, .pad = {}, .relu6 = relu6};
    layer.options.stride = stride;
    layer.options.groups = groups;
    if (stride == 1)
      layer.options.padding = kernel / 2;
    else
      layer.pad = {kernel / 2 - 1, kernel / 2, kernel / 2 - 1, kernel / 2};
    return layer;
  };

  EfficientNetLite0 network;
  CLOISTER_TRY(network.stem_, convolution("_conv_stem", "_bn0", 3, 2, 1, true));
  for (const Stage& stage : kStages) {
    for (int repeat = 0; repeat < stage.repeats; ++repeat) {
      const std::string prefix = "_blocks." + std::to_string(network.blocks_.size()) + ".";
      const std::int64_t in = repeat == 0 ? stage.in : stage.out;
      const std::int64_t stride = repeat == 0 ? stage.stride : 1;
      Block block;
      if (stage.expansion != 1) {
        CLOISTER_TRY(block.expand, convolution(prefix + "_expand_conv", prefix + "_bn0", 1, 1, 1, true));
      }
      CLOISTER_TRY(block.depthwise, convolution(prefix + "_depthwise_conv", prefix + "_bn1", stage.kernel, stride,
                                                in * stage.expansion, true));
      CLOISTER_TRY(block.project, convolution(prefix + "_project_conv", prefix + "_bn2", 1, 1, 1, false));
      block.residual = stride == 1 && in == stage.out;
      network.blocks_.push_back(std::move(block));
    }
  }
  CLOISTER_TRY(network.head_, convolution("_conv_head", "_bn1", 1, 1, 1, true));
  return network;
}

Tensor EfficientNetLite0::operator()(const Tensor& images) const {
  // [n, h, w, c] read as [n, c, h, w] is channels-last storage; the cast keeps it.
  Tensor x = images.permute({0, 3, 1, 2}).to(cloister::kFloat32) - 127;
  x *= 1.0 / 128;
  x = stem_(x);
  for (const Block& block : blocks_) x = block(x);
  return head_(x).mean({2, 3});
}
