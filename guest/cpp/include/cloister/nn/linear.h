#pragma once

#include <cmath>
#include <cstdint>

#include "cloister/nn/module.h"

namespace cloister::nn {

// y = x * weight^T + bias. weight [out, in] and bias [out] start uniform on +-1/sqrt(in), as torch::nn::Linear's.
class Linear : public Module {
 public:
  Tensor weight, bias;

  Linear(std::int64_t in_features, std::int64_t out_features, bool with_bias = true) {
    const auto inputs = static_cast<double>(in_features);
    weight = detail::uniform_parameter({out_features, in_features}, detail::kaiming_bound(inputs));
    if (with_bias) bias = detail::uniform_parameter(out_features, 1 / std::sqrt(inputs));
  }

  Tensor operator()(const Tensor& input) const { return linear(input, weight, bias); }
  void visit(Visitor& visitor) { visitor.parameter("weight", weight), visitor.parameter("bias", bias); }
};

// Rows of a table: int64 indices of any shape -> [..., dim]. weight [count, dim] starts standard normal; the row of
// `padding_idx` is zero and stays so.
class Embedding : public Module {
 public:
  Tensor weight;
  std::optional<std::int64_t> padding_idx;

  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, std::optional<std::int64_t> padding = {})
      : padding_idx(padding) {
    Tensor table = randn({num_embeddings, embedding_dim});
    if (padding_idx) table.select(0, *padding_idx).zero_();
    weight = detail::parameter(table);
  }

  Tensor operator()(const Tensor& indices) const { return embedding(weight, indices, padding_idx); }
  void visit(Visitor& visitor) { visitor.parameter("weight", weight); }
};

}  // namespace cloister::nn
