#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "cloister/nn/linear.h"

namespace cloister::nn {

// What takes part in attention.
struct Attended {
  Tensor mask = {};        // broadcasts to [n, heads, l, s]: bool says what takes part, floating numbers are added
  bool is_causal = false;  // position i looks at 0 .. i only; there must be no mask
};

// Several heads of attention side by side (Vaswani et al., 2017), batch first: queries [n, l, e], keys and values
// [n, s, e] -> [n, l, e]. in_proj_weight starts as Glorot's uniform, out_proj.weight as a Linear layer's, biases at 0.
class MultiheadAttention : public Module {
 public:
  Tensor in_proj_weight, in_proj_bias;  // [3 * e, e] and [3 * e]: of queries, keys and values
  Linear out_proj;                      // of the heads' outputs, put side by side
  double dropout = 0;                   // probability of dropping a weight while `training`
  bool training = true;

  // `embed_dim` must be a multiple of `num_heads`.
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads)
      // PyTorch's order of draws: the output's layer is made, and its bias drawn and then zeroed, before the inputs'.
      : out_proj(embed_dim, embed_dim), embed_dim_(embed_dim), num_heads_(num_heads) {
    // Glorot's uniform (2010) of e inputs and 3 * e outputs.
    const double deviation = std::sqrt(2.0 / static_cast<double>(embed_dim + 3 * embed_dim));
    in_proj_weight = detail::uniform_parameter({3 * embed_dim, embed_dim}, std::sqrt(3.0) * deviation);
    in_proj_bias = detail::parameter(zeros(3 * embed_dim));
    out_proj.bias = detail::parameter(zeros(embed_dim));
  }

  // Attention of `query` to `key` and `value`.
  Tensor operator()(const Tensor& query, const Tensor& key, const Tensor& value, const Attended& attended = {}) const {
    const auto project = [&](const Tensor& input, std::int64_t part) {
      return heads(linear(input, in_proj_weight.narrow(0, part * embed_dim_, embed_dim_),
                          in_proj_bias.narrow(0, part * embed_dim_, embed_dim_)));
    };
    return attend({project(query, 0), project(key, 1), project(value, 2)}, attended);
  }
  // Attention of `input` to itself, whose three projections are one product.
  Tensor operator()(const Tensor& input, const Attended& attended = {}) const {
    const auto parts = linear(input, in_proj_weight, in_proj_bias).chunk(3, -1);
    return attend({heads(parts[0]), heads(parts[1]), heads(parts[2])}, attended);
  }

  void visit(Visitor& visitor) {
    visitor.parameter("in_proj_weight", in_proj_weight), visitor.parameter("in_proj_bias", in_proj_bias);
    visitor("out_proj", out_proj);
    visitor.training(training);
  }

 private:
  // [n, l, e] -> [n, heads, l, e / heads].
  [[nodiscard]] Tensor heads(const Tensor& input) const {
    return input.unflatten(-1, {num_heads_, -1}).transpose(1, 2);
  }
  [[nodiscard]] Tensor attend(const std::array<Tensor, 3>& all, const Attended& attended) const {
    const auto& [query, key, value] = all;
    const Tensor output = scaled_dot_product_attention(
        query, key, value, attended.mask, {.dropout_p = training ? dropout : 0, .is_causal = attended.is_causal});
    return out_proj(output.transpose(1, 2).flatten(2));
  }

  std::int64_t embed_dim_, num_heads_;
};

}  // namespace cloister::nn
