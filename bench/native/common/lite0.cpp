#include "lite0.h"

#include <c10/core/InferenceMode.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Convolution {
  at::Tensor weight, bias;
  int64_t stride = 1, padding = 0, groups = 1;
  std::vector<int64_t> pad;  // left, right, top, bottom where the padding is lopsided
  bool relu6 = true;

  at::Tensor operator()(const at::Tensor& input) const {
    at::Tensor output =
        at::conv2d(pad.empty() ? input : at::constant_pad_nd(input, pad, 0), weight, bias, stride, padding, 1, groups);
    if (relu6) output.clamp_(0, 6);
    return output;
  }
};

struct Block {
  std::optional<Convolution> expand;
  Convolution depthwise, project;
  bool residual = false;

  at::Tensor operator()(const at::Tensor& input) const {
    at::Tensor output = project(depthwise(expand ? (*expand)(input) : input));
    if (residual) output += input;
    return output;
  }
};

struct Stage {
  int repeats;
  int64_t kernel, stride, expansion, in, out;
};
constexpr Stage kStages[] = {{1, 3, 1, 1, 32, 16},  {2, 3, 2, 6, 16, 24},   {2, 5, 2, 6, 24, 40},  {3, 3, 2, 6, 40, 80},
                             {3, 5, 1, 6, 80, 112}, {4, 5, 2, 6, 112, 192}, {1, 3, 1, 6, 192, 320}};

Convolution load_convolution(const Weights& weights, const std::string& name, const std::string& norm, int64_t kernel,
                             int64_t stride, int64_t groups, bool relu6) {
  const at::Tensor scale = weights.at(norm + ".weight") * (weights.at(norm + ".running_var") + 1e-3).rsqrt();
  Convolution layer;
  layer.weight =
      (weights.at(name + ".weight") * scale.reshape({-1, 1, 1, 1})).contiguous(at::MemoryFormat::ChannelsLast);
  layer.bias = weights.at(norm + ".bias") - weights.at(norm + ".running_mean") * scale;
  layer.stride = stride;
  layer.groups = groups;
  layer.relu6 = relu6;
  // TensorFlow's "SAME" padding of even sizes by a stride of 2 has one more at the end.
  if (stride == 1) {
    layer.padding = kernel / 2;
  } else {
    layer.pad = {kernel / 2 - 1, kernel / 2, kernel / 2 - 1, kernel / 2};
  }
  return layer;
}

struct Lite0 {
  Convolution stem, head;
  std::vector<Block> blocks;

  at::Tensor operator()(const at::Tensor& images) const {
    at::Tensor x = images.permute({0, 3, 1, 2}).to(at::kFloat) - 127;
    x *= 1.0 / 128;
    x = stem(x);
    for (const Block& block : blocks) x = block(x);
    return head(x).mean({2, 3});
  }
};

}  // namespace

Backbone make_lite0(const Weights& weights) {
  const c10::InferenceMode inference;
  Lite0 network;
  network.stem = load_convolution(weights, "_conv_stem", "_bn0", 3, 2, 1, true);
  for (const Stage& stage : kStages) {
    for (int repeat = 0; repeat < stage.repeats; ++repeat) {
      const std::string prefix = "_blocks." + std::to_string(network.blocks.size()) + ".";
      const int64_t in = repeat == 0 ? stage.in : stage.out;
      const int64_t stride = repeat == 0 ? stage.stride : 1;
      Block block;
      if (stage.expansion != 1) {
        block.expand = load_convolution(weights, prefix + "_expand_conv", prefix + "_bn0", 1, 1, 1, true);
      }
      block.depthwise = load_convolution(weights, prefix + "_depthwise_conv", prefix + "_bn1", stage.kernel, stride,
                                         in * stage.expansion, true);
      block.project = load_convolution(weights, prefix + "_project_conv", prefix + "_bn2", 1, 1, 1, false);
      block.residual = stride == 1 && in == stage.out;
      network.blocks.push_back(std::move(block));
    }
  }
  network.head = load_convolution(weights, "_conv_head", "_bn1", 1, 1, 1, true);
  return network;
}
