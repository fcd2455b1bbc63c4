// Whatever a guest passes is answered with an error of the right kind: nothing throws, crashes or hangs.
#include "torch_errors.h"

namespace cloister::engine {
namespace {

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

TEST_F(TorchErrors, Indices) {
  const Tensor rows = make({3, 2});
  invalid(backend_->index_select(rows, 2, make({1}, Dtype::int64)), "index_select");
  dtypes(backend_->index_select(rows, 0, make({1})), "index_select");
  shapes(backend_->index_select(rows, 0, make({1, 1}, Dtype::int64)), "index_select");
  invalid(backend_->index_select(make({0, 2}), 0, ok(backend_->zeros(S{1}, Dtype::int64))), "index_select");
  invalid(backend_->index_select(rows, 0, ok(backend_->full(S{2}, std::int64_t{-1}, Dtype::int32))), "index_select");
}

TEST_F(TorchErrors, CostsBeyondTheDeadlineAreRefusedBeforeTheyAreComputed) {
  allow_seconds();
  const Tensor row = ok(backend_->expand(make({1, 1}), S{1 << 16, 1 << 16}));
  const auto before = std::chrono::steady_clock::now();
  late(backend_->matmul(row, row), "matmul");
  const Tensor whole = ok(backend_->expand(make({1, 1}, Dtype::int64), S{1 << 13, 1 << 13}));
  late(backend_->matmul(whole, whole), "matmul");
  const Tensor image = ok(backend_->expand(make({1, 1, 1, 1}), S{1, 1, 30000, 30000}));
  late(backend_->avg_pool2d(image, {S{20000}, S{1}, S{0}, false}), "avg_pool2d");
  late(backend_->conv2d(image, ok(backend_->expand(make({1, 1, 1, 1}), S{1, 1, 10000, 10000})), nullptr,
                        {S{1}, S{0}, S{1}, 1}),
       "conv2d");
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
}

}  // namespace
}  // namespace cloister::engine
