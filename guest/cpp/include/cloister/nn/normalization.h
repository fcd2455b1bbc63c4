#pragma once

#include <cstdint>
#include <vector>

#include "cloister/nn/module.h"

namespace cloister::nn {

// Normalises the channels of [n, c, h, w]: by the batch's statistics while `options.training`, which the running ones
// then follow, else by the running ones.
class BatchNorm2d : public Module {
 public:
  Tensor weight, bias;               // [c], start at 1 and 0
  Tensor running_mean, running_var;  // [c], start at 0 and 1
  Tensor num_batches_tracked;        // int64 [], batches seen in training
  BatchNormOptions options{.training = true};

  explicit BatchNorm2d(std::int64_t num_features)
      : weight(detail::parameter(ones(num_features))),
        bias(detail::parameter(zeros(num_features))),
        running_mean(zeros(num_features)),
        running_var(ones(num_features)),
        num_batches_tracked(zeros({}, kInt64)) {}

  Tensor operator()(const Tensor& input) const {
    if (options.training) Tensor(num_batches_tracked).add_(1);
    return batch_norm(input, weight, bias, running_mean, running_var, options);
  }
  void visit(Visitor& visitor) {
    visitor.parameter("weight", weight), visitor.parameter("bias", bias);
    visitor.buffer("running_mean", running_mean), visitor.buffer("running_var", running_var);
    visitor.buffer("num_batches_tracked", num_batches_tracked);
    visitor.training(options.training);
  }
};

// Normalises over the last dimensions (Ba, Kiros and Hinton, 2016). weight and bias start at 1 and 0.
class LayerNorm : public Module {
 public:
  Tensor weight, bias;  // of the shape that is normalised
  double eps = 1e-5;

  explicit LayerNorm(IntArrayRef shape)
      : weight(detail::parameter(ones(shape))),
        bias(detail::parameter(zeros(shape))),
        shape_(shape.data(), shape.data() + shape.size()) {}

  Tensor operator()(const Tensor& input) const { return layer_norm(input, shape_, weight, bias, eps); }
  void visit(Visitor& visitor) { visitor.parameter("weight", weight), visitor.parameter("bias", bias); }

 private:
  std::vector<std::int64_t> shape_;
};

}  // namespace cloister::nn
