#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "check.h"

using namespace cloister;

void check_making() {
  expect("zeros", zeros({2, 1}), {0, 0}, {2, 1});
  expect("ones", ones(3), {1, 1, 1}, {3});
  expect("full", full({2}, 7, kInt32), {7, 7}, {2});
  expect("empty holds zeros", empty(4), {0, 0, 0, 0}, {4});
  expect("arange", arange(1, 7, 2), {1, 3, 5}, {3});
  expect("arange of reals", arange(0, 1, 0.25, kFloat32), {0, 0.25, 0.5, 0.75}, {4});
  expect("tensor", tensor<float>({1.5F, -2}), {1.5, -2}, {2});
  const std::array<std::int16_t, 4> elements{1, 2, 3, 4};
  expect("from_elements", from_elements<std::int16_t>(elements, {2, 2}), {1, 2, 3, 4}, {2, 2});
  expect("a scalar tensor", from_elements<float>(std::array{2.5F}, {}), {2.5}, {});
  expect("a tensor without elements", zeros({0, 3}), {}, {0, 3});

  manual_seed(11);
  const Tensor first = rand(1000);
  manual_seed(11);
  expect_value("the seed decides", (first == rand(1000)).sum(), 1000);
  expect_true("rand lies in [0, 1)", first.amax().item<double>() < 1 && (-first).amax().item<double>() <= 0);
  const Tensor normal = randn(10'000);
  expect_true("randn is centred", std::abs(normal.mean().item<double>()) < 0.05);
  expect_true("randn has deviation 1", std::abs(normal.std().item<double>() - 1) < 0.05);
  const Tensor order = randperm(100);
  expect_true("randperm is int64", order.dtype() == kInt64);
  expect_value("randperm holds each once", order.sum(), 4950);
}

void check_elementwise() {
  const Tensor a = tensor<float>({1, -2, 4}), b = tensor<float>({2, 2, -1});
  expect("a + b", a + b, {3, 0, 3}, {3});
  expect("add with alpha", a.add(b, 2), {5, 2, 2}, {3});
  expect("a + 1", a + 1, {2, -1, 5}, {3});
  expect("1 + a", 1 + a, {2, -1, 5}, {3});
  expect("a - b", a - b, {-1, -4, 5}, {3});
  expect("a - 1", a - 1, {0, -3, 3}, {3});
  expect("1 - a", 1 - a, {0, 3, -3}, {3});
  expect("-a", -a, {-1, 2, -4}, {3});
  expect("a * b", a * b, {2, -4, -4}, {3});
  expect("a * 3", a * 3, {3, -6, 12}, {3});
  expect("3 * a", 3 * a, {3, -6, 12}, {3});
  expect("a / b", a / b, {0.5, -1, -4}, {3});
  expect("a / 4", a / 4, {0.25, -0.5, 1}, {3});
  expect("4 / a", 4 / a, {4, -2, 1}, {3});
  expect("pow", a.pow(2), {1, 4, 16}, {3});
  expect("abs", a.abs(), {1, 2, 4}, {3});
  expect("exp", tensor<float>({0, 1}).exp(), {1, 2.718282}, {2});
  expect("log", tensor<float>({1, 2.718282F}).log(), {0, 1}, {2});
  expect("sqrt", tensor<float>({4, 9}).sqrt(), {2, 3}, {2});
  expect("rsqrt", tensor<float>({4, 16}).rsqrt(), {0.5, 0.25}, {2});
  expect("relu", relu(a), {1, 0, 4}, {3});
  expect("sigmoid", sigmoid(tensor<float>({0, 2})), {0.5, 0.880797}, {2});
  expect("tanh", tanh(tensor<float>({0, 1})), {0, 0.761594}, {2});
  expect("silu", silu(tensor<float>({0, 2})), {0, 1.761594}, {2});
  expect("clamp", a.clamp(0, 3), {1, 0, 3}, {3});
  expect("clamp without a lower bound", a.clamp(std::nullopt, 2), {1, -2, 2}, {3});
  expect("maximum", maximum(a, b), {2, 2, 4}, {3});
  expect("eq", a == tensor<float>({1, 0, 4}), {1, 0, 1}, {3});
  expect_true("eq is bool", (a == b).dtype() == kBool);
  expect("gt", a > 0, {1, 0, 1}, {3});
  expect("where", where(a > 0, a, b), {1, 2, 4}, {3});
  expect_true("whole numbers and reals make reals", (arange(0, 3) + 0.5).dtype() == kFloat32);
  expect_true("whole numbers stay whole", (arange(0, 3) + 1).dtype() == kInt64);
  expect("to cuts", tensor<float>({1.9F, -1.9F}).to(kInt32), {1, -1}, {2});

  Tensor c = a.clone();
  c += b;
  expect("+=", c, {3, 0, 3}, {3});
  c -= b;
  expect("-=", c, {1, -2, 4}, {3});
  c *= 2;
  expect("*=", c, {2, -4, 8}, {3});
  c.clamp_(-1, 1);
  expect("clamp_", c, {1, -1, 1}, {3});
  c.copy_(b);
  expect("copy_", c, {2, 2, -1}, {3});
  expect("a copy has storage of its own", a, {1, -2, 4}, {3});
}

void check_shapes() {
  const Tensor x = arange(0, 6).reshape({2, 3});
  expect_true("size", x.size(-1) == 3 && x.numel() == 6 && x.cuda_index() < 1);
  expect("permute", x.permute({1, 0}), {0, 3, 1, 4, 2, 5}, {3, 2});
  expect("transpose", x.transpose(0, 1), {0, 3, 1, 4, 2, 5}, {3, 2});
  expect("flatten", x.flatten(), {0, 1, 2, 3, 4, 5}, {6});
  expect("unsqueeze", x.unsqueeze(0), {0, 1, 2, 3, 4, 5}, {1, 2, 3});
  expect("squeeze", x.unsqueeze(0).squeeze(0), {0, 1, 2, 3, 4, 5}, {2, 3});
  expect("expand", tensor<float>({1, 2}).reshape({2, 1}).expand({2, 2}), {1, 1, 2, 2}, {2, 2});
  expect("narrow", x.narrow(1, 1, 2), {1, 2, 4, 5}, {2, 2});
  expect("select", x.select(0, 1), {3, 4, 5}, {3});
  expect("cat", cat({{x, x}}, 1), {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}, {2, 6});
  expect("stack", stack({{tensor<float>({1, 2}), tensor<float>({3, 4})}}), {1, 2, 3, 4}, {2, 2});
  expect("contiguous", x.transpose(0, 1).contiguous(), {0, 3, 1, 4, 2, 5}, {3, 2});
  expect("channels_last", arange(0, 4).reshape({1, 2, 1, 2}).channels_last(), {0, 1, 2, 3}, {1, 2, 1, 2});
  expect("pad", pad(tensor<float>({1, 2}), {1, 0}, 9), {9, 1, 2}, {3});
  expect("index_select", x.index_select(1, tensor<std::int64_t>({2, 0})), {2, 0, 5, 3}, {2, 2});
}

void check_reductions() {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 9}).reshape({2, 3});
  expect("sum", x.sum(), {24}, {});
  expect("sum of rows", x.sum(1), {6, 18}, {2});
  expect("sum, dimension kept", x.sum(0, true), {5, 7, 12}, {1, 3});
  expect("mean", x.mean({0, 1}), {4}, {});
  expect("mean of rows", x.mean(-1), {2, 6}, {2});
  expect("std", x.std(1), {1, 2.645751}, {2});
  expect("std without correction", tensor<float>({1, 3}).std({}, 0), {1}, {});
  expect("amax", x.amax(1), {3, 9}, {2});
  expect("argmax", x.argmax(), {5}, {});
  expect("argmax of columns", x.argmax(0), {1, 1, 1}, {3});
  expect("softmax", softmax(tensor<float>({0, 0}), 0), {0.5, 0.5}, {2});
  expect("log_softmax", log_softmax(tensor<float>({0, 0}), 0), {-0.693147, -0.693147}, {2});
}

void check_layers() {
  const Tensor x = tensor<float>({1, 2, 3, 4}).reshape({2, 2});
  expect("matmul", matmul(x, x), {7, 10, 15, 22}, {2, 2});
  const Tensor weight = tensor<float>({1, 1, 0, 2, 1, 0}).reshape({3, 2});
  expect("linear", linear(x, weight, tensor<float>({0, 1, 2})), {3, 5, 3, 7, 9, 5}, {2, 3});
  expect("linear without bias", linear(x, weight), {3, 4, 1, 7, 8, 3}, {2, 3});
  const Tensor image = arange(0, 16, 1, kFloat32).reshape({1, 1, 4, 4});
  expect("conv2d", conv2d(image, ones({1, 1, 2, 2}), {}, {.stride = 2}), {10, 18, 42, 50}, {1, 1, 2, 2});
  expect("conv2d with padding and bias", conv2d(ones({1, 1, 1, 1}), ones({1, 1, 3, 3}), ones(1), {.padding = 1}), {2},
         {1, 1, 1, 1});
  expect("conv2d in groups", conv2d(ones({1, 2, 1, 1}), full({2, 1, 1, 1}, 3), {}, {.groups = 2}), {3, 3},
         {1, 2, 1, 1});
  expect("avg_pool2d", avg_pool2d(image, {.kernel_size = 2}), {2.5, 4.5, 10.5, 12.5}, {1, 1, 2, 2});
  expect("max_pool2d", max_pool2d(image, {.kernel_size = Size2d(1, 4), .stride = Size2d(2, 1)}), {3, 11}, {1, 1, 2, 1});
  expect("adaptive_avg_pool2d", adaptive_avg_pool2d(image, 1), {7.5}, {1, 1, 1, 1});
  expect("batch_norm", batch_norm(full({1, 1, 1, 1}, 5), full(1, 2), full(1, 1), full(1, 3), full(1, 4)), {3},
         {1, 1, 1, 1});
  expect("dropout at rest", dropout(x, 0.5, false), {1, 2, 3, 4}, {2, 2});
  const Tensor dropped = dropout(ones(10'000));
  expect_true("dropout keeps the mean", std::abs(dropped.mean().item<double>() - 1) < 0.1);
  expect_value("dropout scales by 2", dropped.amax(), 2);
  const Tensor logits = zeros({2, 4}), classes = tensor<std::int64_t>({0, 3});
  expect("cross_entropy", cross_entropy(logits, classes), {1.386294}, {});
  expect("cross_entropy, summed", cross_entropy(logits, classes, {}, {.reduction = Reduction::sum}), {2.772589}, {});
  expect("mse_loss", mse_loss(tensor<float>({1, 2}), tensor<float>({3, 2})), {2}, {});
  expect("mse_loss, each", mse_loss(tensor<float>({1, 2}), tensor<float>({3, 2}), Reduction::none), {4, 0}, {2});
}
