// Whatever a guest passes is answered with an error of the right kind: nothing throws, crashes or hangs.
#include <limits>

#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kTiny = std::numeric_limits<std::int64_t>::min();
class TorchErrors : public TorchTest {
 protected:
  Tensor make(const S& shape, Dtype dtype = Dtype::float32) { return ok(backend_->ones(shape, dtype)); }

  template <class Value>
  void expect(const Result<Value>& result, ErrorCode code, std::string_view op) {
    ASSERT_FALSE(result.has_value()) << op;
    EXPECT_EQ(result.error().code, code) << result.error().message;
    const std::string& message = result.error().message;
    EXPECT_TRUE(message.starts_with(op)) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_EQ(message.find("Exception raised from"), std::string::npos) << message;
    EXPECT_LT(message.size(), 600U) << message;
  }
  template <class Value>
  void invalid(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::invalid_argument, op);
  }
  template <class Value>
  void shapes(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::shape_mismatch, op);
  }
  template <class Value>
  void dtypes(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::dtype_mismatch, op);
  }
  template <class Value>
  void quota(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::quota_exceeded, op);
  }
};

TEST_F(TorchErrors, Making) {
  invalid(backend_->zeros(S{-1}, Dtype::float32), "zeros");
  invalid(backend_->rand(S{kHuge, 2}, Dtype::float32), "rand");
  invalid(backend_->ones(S{0, kHuge, kHuge}, Dtype::float32), "ones");
  invalid(backend_->zeros(S{0, std::int64_t{1} << 46}, Dtype::float32), "zeros");
  quota(backend_->randn(S{std::int64_t{1} << 45}, Dtype::float32), "randn");
  quota(backend_->randperm(kHuge / 16), "randperm");
  invalid(backend_->randperm(-1), "randperm");
  dtypes(backend_->rand(S{2}, Dtype::int64), "rand");
  dtypes(backend_->randn(S{2}, Dtype::bool_), "randn");
  invalid(backend_->full(S{2}, 1e300, Dtype::int8), "full");
  invalid(backend_->arange(0.0, 1.0, 0.0, Dtype::float32), "arange");
  invalid(backend_->arange(0.0, 1.0, -1.0, Dtype::float32), "arange");
  invalid(backend_->arange(0.0, std::numeric_limits<double>::infinity(), 1.0, Dtype::float32), "arange");
  invalid(backend_->arange(0.0, std::numeric_limits<double>::quiet_NaN(), 1.0, Dtype::float32), "arange");
  quota(backend_->arange(std::int64_t{0}, std::int64_t{1} << 46, std::int64_t{1}, Dtype::int64), "arange");
  EXPECT_FALSE(backend_->arange(kTiny, kHuge, std::int64_t{1}, Dtype::int64).has_value());
  EXPECT_FALSE(backend_->arange(0.0, 1e300, 1e-300, Dtype::float64).has_value());
}

TEST_F(TorchErrors, ElementByElement) {
  shapes(backend_->add(make({2, 3}), make({4}), 1.0), "add([2, 3] float32, [4] float32)");
  shapes(backend_->where(make({2}, Dtype::bool_), make({3}), make({3})), "where");
  dtypes(backend_->where(make({2}), make({2}), make({2})), "where");
  dtypes(backend_->sub(make({2}, Dtype::bool_), make({2}, Dtype::bool_), true), "sub");
  dtypes(backend_->neg(make({2}, Dtype::bool_)), "neg");
  dtypes(backend_->add_in_place(make({2}, Dtype::int64), make({2}), 1.0), "add_in_place");
  dtypes(backend_->mul_scalar_in_place(make({2}, Dtype::int64), 0.5), "mul_scalar_in_place");
  invalid(backend_->pow_scalar(make({2}, Dtype::int64), std::int64_t{-1}), "pow_scalar");
  invalid(backend_->clamp(make({2}), std::nullopt, std::nullopt), "clamp");
  const Tensor wide = ok(backend_->expand(make({1}), S{4}));
  invalid(backend_->add_in_place(wide, make({4}), 1.0), "add_in_place");
  invalid(backend_->copy_in_place(wide, make({4})), "copy_in_place");
  invalid(backend_->clamp_in_place(wide, 0.0, std::nullopt), "clamp_in_place");
  invalid(backend_->addcmul_in_place(wide, make({4}), make({4}), 1.0), "addcmul_in_place");
}

TEST_F(TorchErrors, Shaping) {
  const Tensor a = make({2, 3});
  shapes(backend_->reshape(a, S{4}), "reshape");
  invalid(backend_->reshape(a, S{-2, 3}), "reshape");
  EXPECT_FALSE(backend_->reshape(a, S{-1, -1}).has_value());
  invalid(backend_->reshape(make({0}), S{std::int64_t{1} << 32, std::int64_t{1} << 32}), "reshape");
  EXPECT_FALSE(backend_->reshape(make({0}), S{-1, 0}).has_value());
  EXPECT_FALSE(backend_->permute(a, S{0}).has_value());
  invalid(backend_->permute(a, S{0, 0}), "permute");
  invalid(backend_->permute(a, S{0, kTiny}), "permute");
  invalid(backend_->transpose(a, kTiny, kHuge), "transpose");
  invalid(backend_->flatten(a, 1, 0), "flatten");
  invalid(backend_->flatten(a, kTiny, kHuge), "flatten");
  invalid(backend_->unsqueeze(a, 4), "unsqueeze");
  invalid(backend_->unsqueeze(make(S(64, 1)), 0), "unsqueeze");
  invalid(backend_->squeeze(a, 7), "squeeze");
  shapes(backend_->expand(a, S{2, 4}), "expand");
  EXPECT_FALSE(backend_->expand(a, S{-1, 2, 3}).has_value());
  EXPECT_FALSE(backend_->expand(a, S{3}).has_value());
  invalid(backend_->expand(make({1}), S{kHuge, kHuge}), "expand");
  quota(backend_->expand(make({1}), S{std::int64_t{1} << 45}), "expand");
  invalid(backend_->narrow(a, 0, 1, kHuge), "narrow");
  invalid(backend_->narrow(a, 0, kTiny, 1), "narrow");
  invalid(backend_->narrow(a, 5, 0, 1), "narrow");
  invalid(backend_->select(a, 0, 2), "select");
  invalid(backend_->select(a, 0, kTiny), "select");
  EXPECT_FALSE(backend_->select(make({}), 0, 0).has_value());
  invalid(backend_->cat({}, 0), "cat");
  const std::vector<Tensor> unlike{make({2, 3}), make({2, 4})};
  shapes(backend_->cat(unlike, 0), "cat");
  invalid(backend_->cat(unlike, 9), "cat");
  shapes(backend_->stack(unlike, 0), "stack");
  invalid(backend_->stack({}, 0), "stack");
  shapes(backend_->contiguous_channels_last(a), "contiguous_channels_last");
  invalid(backend_->constant_pad_nd(a, S{1}, 0.0), "constant_pad_nd");
  invalid(backend_->constant_pad_nd(a, S{1, 1, 1, 1, 1, 1}, 0.0), "constant_pad_nd");
  invalid(backend_->constant_pad_nd(a, S{-4, 0}, 0.0), "constant_pad_nd");
  invalid(backend_->constant_pad_nd(a, S{kHuge, kHuge}, 0.0), "constant_pad_nd");
  quota(backend_->constant_pad_nd(a, S{std::int64_t{1} << 44, 0}, 0.0), "constant_pad_nd");
}

TEST_F(TorchErrors, Reducing) {
  const Tensor a = make({2, 3});
  invalid(backend_->sum(a, S{2}, false), "sum");
  EXPECT_FALSE(backend_->sum(a, S{0, 0}, false).has_value());
  dtypes(backend_->mean(make({2}, Dtype::int64), {}, false), "mean");
  dtypes(backend_->std(make({2}, Dtype::int64), {}, 1, false), "std");
  EXPECT_FALSE(backend_->amax(make({0}), {}, false).has_value());
  EXPECT_FALSE(backend_->argmax(make({0}), std::nullopt, false).has_value());
  invalid(backend_->argmax(a, kTiny, false), "argmax");
  invalid(backend_->softmax(a, 2), "softmax");
  dtypes(backend_->softmax(make({2}, Dtype::int64), 0), "softmax");
  dtypes(backend_->log_softmax(make({2}, Dtype::int32), 0), "log_softmax");
  // Odd but defined: no error, no crash.
  for (const std::int64_t correction : {std::int64_t{-5}, std::int64_t{99}, kHuge}) {
    EXPECT_TRUE(backend_->std(a, {}, correction, false).has_value());
  }
}

TEST_F(TorchErrors, Products) {
  shapes(backend_->matmul(make({2, 3}), make({4, 5})), "matmul([2, 3] float32, [4, 5] float32)");
  EXPECT_FALSE(backend_->matmul(make({}), make({2, 2})).has_value());
  dtypes(backend_->matmul(make({2, 2}), make({2, 2}, Dtype::float64)), "matmul");
  dtypes(backend_->linear(make({2, 2}), make({2, 2}, Dtype::float64), nullptr), "linear");
  shapes(backend_->linear(make({2, 3}), make({3}), nullptr), "linear");
  const Tensor bias = make({5});
  shapes(backend_->linear(make({2, 3}), make({4, 3}), &bias), "linear");
}

TEST_F(TorchErrors, Convolutions) {
  const Tensor image = make({1, 4, 8, 8});
  const Tensor weight = make({6, 4, 3, 3});
  const S one{1};
  const S zero{0};
  const auto conv = [&](const Tensor& x, const Tensor& w, const S& stride, const S& padding, const S& dilation,
                        std::int64_t groups) {
    return backend_->conv2d(x, w, nullptr, {stride, padding, dilation, groups});
  };
  ok(conv(image, weight, one, zero, one, 1).has_value() ? Result<void>() : fail(ErrorCode::internal, "conv2d"));
  for (const S& bad : {zero, S{-1}, S{kTiny}, S{kHuge}, S{}, S{1, 1, 1}}) {
    invalid(conv(image, weight, bad, zero, one, 1), "conv2d");
    invalid(conv(image, weight, one, zero, bad, 1), "conv2d");
  }
  for (const S& bad : {S{-1}, S{kHuge}, S{std::int64_t{1} << 40, 0}, S{}}) {
    invalid(conv(image, weight, one, bad, one, 1), "conv2d");
  }
  for (const std::int64_t groups : {std::int64_t{0}, std::int64_t{-1}, kTiny}) {
    invalid(conv(image, weight, one, zero, one, groups), "conv2d");
  }
  for (const std::int64_t groups : {std::int64_t{2}, std::int64_t{4}, kHuge}) {
    shapes(conv(image, weight, one, zero, one, groups), "conv2d");
  }
  shapes(conv(image, make({6, 4, 9, 9}), one, zero, one, 1), "conv2d");
  shapes(conv(image, make({6, 4, 0, 3}), one, zero, one, 1), "conv2d");
  shapes(conv(image, make({0, 4, 3, 3}), one, zero, one, 1), "conv2d");
  shapes(conv(image, weight, one, zero, S{1000000}, 1), "conv2d");
  shapes(conv(make({4, 8}), weight, one, zero, one, 1), "conv2d");
  shapes(conv(image, make({6, 4, 3}), one, zero, one, 1), "conv2d");
  dtypes(conv(image, make({6, 4, 3, 3}, Dtype::float64), one, zero, one, 1), "conv2d");
  invalid(conv(image, weight, one, S{2000000000}, one, 1), "conv2d");
  quota(conv(image, weight, one, S{2000000}, one, 1), "conv2d");
  const Tensor bias = make({7});
  shapes(backend_->conv2d(image, weight, &bias, {one, zero, one, 1}), "conv2d");
}

TEST_F(TorchErrors, Pooling) {
  const Tensor image = make({1, 4, 8, 8});
  const S two{2};
  const S zero{0};
  for (const S& bad : {zero, S{-1}, S{kHuge}, S{}, S{1, 2, 3}}) {
    invalid(backend_->avg_pool2d(image, {bad, two, zero, false}), "avg_pool2d");
    invalid(backend_->max_pool2d(image, {bad, two, zero, false}), "max_pool2d");
    if (bad.empty()) continue;
    invalid(backend_->avg_pool2d(image, {two, bad, zero, false}), "avg_pool2d");
    invalid(backend_->max_pool2d(image, {two, bad, zero, false}), "max_pool2d");
  }
  invalid(backend_->avg_pool2d(image, {two, two, S{2}, false}), "avg_pool2d");
  invalid(backend_->max_pool2d(image, {two, two, S{-1}, true}), "max_pool2d");
  EXPECT_FALSE(backend_->max_pool2d(image, {S{100}, two, zero, false}).has_value());
  shapes(backend_->avg_pool2d(make({8, 8}), {two, two, zero, false}), "avg_pool2d");
  invalid(backend_->adaptive_avg_pool2d(image, S{-1, 2}), "adaptive_avg_pool2d");
  invalid(backend_->adaptive_avg_pool2d(image, S{}), "adaptive_avg_pool2d");
  invalid(backend_->adaptive_avg_pool2d(image, S{2000000000, 2000000000}), "adaptive_avg_pool2d");
  quota(backend_->adaptive_avg_pool2d(image, S{8000000, 8000000}), "adaptive_avg_pool2d");
  shapes(backend_->adaptive_avg_pool2d(make({8, 8}), S{1, 1}), "adaptive_avg_pool2d");
}

TEST_F(TorchErrors, Normalising) {
  const Tensor image = make({2, 4, 3, 3});
  const Tensor four = make({4});
  const Tensor five = make({5});
  const Tensor doubles = make({4}, Dtype::float64);
  invalid(backend_->batch_norm(image, nullptr, nullptr, nullptr, nullptr, {}), "batch_norm");
  invalid(backend_->batch_norm(image, nullptr, nullptr, &four, nullptr, {true, 0.1, 1e-5}), "batch_norm");
  shapes(backend_->batch_norm(image, &five, nullptr, &four, &four, {}), "batch_norm");
  shapes(backend_->batch_norm(image, nullptr, nullptr, &image, &four, {}), "batch_norm");
  shapes(backend_->batch_norm(four, nullptr, nullptr, &four, &four, {}), "batch_norm");
  dtypes(backend_->batch_norm(image, &doubles, nullptr, &four, &four, {}), "batch_norm");
  dtypes(backend_->batch_norm(make({2, 4}, Dtype::int64), nullptr, nullptr, &four, &four, {}), "batch_norm");
  invalid(backend_->dropout(image, 1.5, true), "dropout");
  invalid(backend_->dropout(image, std::numeric_limits<double>::quiet_NaN(), true), "dropout");
  dtypes(backend_->dropout(make({2}, Dtype::int64), 0.5, true), "dropout");
}

TEST_F(TorchErrors, Losses) {
  const Tensor logits = make({2, 3});
  const auto target = [&](std::vector<std::int64_t> classes) {
    const auto n = static_cast<std::int64_t>(classes.size());
    return tensor(classes, {n});
  };
  for (const std::int64_t bad : {std::int64_t{3}, std::int64_t{-1}, kHuge, kTiny}) {
    const auto result = backend_->cross_entropy(logits, target({0, bad}), Reduction::mean);
    invalid(result, "cross_entropy");
    EXPECT_EQ(result.error().message, "cross_entropy: an index lies outside of 0 .. 2");
  }
  EXPECT_TRUE(backend_->cross_entropy(logits, target({0, -100}), Reduction::mean).has_value()) << "an ignored class";
  shapes(backend_->cross_entropy(logits, target({0}), Reduction::mean), "cross_entropy");
  shapes(backend_->cross_entropy(make({}), make({}, Dtype::int64), Reduction::mean), "cross_entropy");
  dtypes(backend_->cross_entropy(logits, make({2}), Reduction::mean), "cross_entropy");
  EXPECT_FALSE(backend_->cross_entropy(make({2, 0}), target({0, 0}), Reduction::mean).has_value());
  shapes(backend_->mse_loss(logits, make({4}), Reduction::mean), "mse_loss");
}

TEST_F(TorchErrors, Indices) {
  const Tensor rows = make({3, 2});
  invalid(backend_->index_select(rows, 2, make({1}, Dtype::int64)), "index_select");
  dtypes(backend_->index_select(rows, 0, make({1})), "index_select");
  shapes(backend_->index_select(rows, 0, make({1, 1}, Dtype::int64)), "index_select");
  invalid(backend_->index_select(make({0, 2}), 0, ok(backend_->zeros(S{1}, Dtype::int64))), "index_select");
  invalid(backend_->index_select(rows, 0, ok(backend_->full(S{2}, std::int64_t{-1}, Dtype::int32))), "index_select");
}

TEST_F(TorchErrors, CostsBeyondTheDeadlineAreRefusedBeforeTheyAreComputed) {
  context_->set_deadline(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  const Tensor row = ok(backend_->expand(make({1, 1}), S{1 << 16, 1 << 16}));
  const auto before = std::chrono::steady_clock::now();
  quota(backend_->matmul(row, row), "matmul");
  const Tensor whole = ok(backend_->expand(make({1, 1}, Dtype::int64), S{1 << 13, 1 << 13}));
  quota(backend_->matmul(whole, whole), "matmul");
  const Tensor image = ok(backend_->expand(make({1, 1, 1, 1}), S{1, 1, 30000, 30000}));
  quota(backend_->avg_pool2d(image, {S{20000}, S{1}, S{0}, false}), "avg_pool2d");
  quota(backend_->conv2d(image, ok(backend_->expand(make({1, 1, 1, 1}), S{1, 1, 10000, 10000})), nullptr,
                         {S{1}, S{0}, S{1}, 1}),
        "conv2d");
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
}

}  // namespace
}  // namespace cloister::engine
