// What a guest can get wrong with sizes, dimensions and numbers: an error of the right kind, and no crash, no hang.
#include "torch_errors.h"

namespace cloister::engine {
namespace {

class OperatorMisuse : public TorchErrors {
 protected:
  static Scalar whole(std::int64_t value) { return value; }
};

const std::vector<std::int64_t> kFarOut{kHuge, kHuge - 1, kTiny, kTiny + 1, std::int64_t{1} << 40};

TEST_F(OperatorMisuse, NewTensorsOfImpossibleSizes) {
  for (const S& shape :
       {S{-1}, S{kHuge, 2}, S{kTiny}, S{0, kHuge, kHuge}, S(65, 1), S{0, std::int64_t{1} << 60}, S{2, -3}, S{kHuge}}) {
    invalid(backend_->zeros(shape, Dtype::float32), "zeros");
    invalid(backend_->ones(shape, Dtype::float32), "ones");
    invalid(backend_->empty(shape, Dtype::float32), "empty");
    invalid(backend_->full(shape, 1.0, Dtype::float32), "full");
    invalid(backend_->rand(shape, Dtype::float32), "rand");
    invalid(backend_->randn(shape, Dtype::float32), "randn");
    invalid(backend_->randint(0, 2, shape, Dtype::int64), "randint");
  }
  invalid(backend_->eye(kHuge, kHuge, Dtype::float32), "eye");
  invalid(backend_->eye(3, -1, Dtype::float32), "eye");
  quota(backend_->eye(std::int64_t{1} << 24, std::int64_t{1} << 24, Dtype::float32), "eye");
  invalid(backend_->linspace(0.0, 1.0, kTiny, Dtype::float32), "linspace");
  invalid(backend_->linspace(0.0, 1.0, kHuge, Dtype::float32), "linspace");
  quota(backend_->linspace(0.0, 1.0, std::int64_t{1} << 45, Dtype::float32), "linspace");
  invalid(backend_->randint(3, 3, S{2}, Dtype::int64), "randint");
  invalid(backend_->randint(kHuge, kTiny, S{2}, Dtype::int64), "randint");
  invalid(backend_->randint(0, 300, S{2}, Dtype::uint8), "randint");
  EXPECT_TRUE(backend_->randint(kTiny, kHuge, S{2}, Dtype::int64).has_value());
}

TEST_F(OperatorMisuse, NewTensorsLikeExpandedOnes) {
  const Tensor wide = ok(backend_->expand(make({1}, Dtype::bool_), S{std::int64_t{1} << 32}));
  const auto limited = backend_->make_context({.memory_limit_bytes = 1 << 20});
  const Entered entered(*backend_, limited.get());
  quota(backend_->zeros_like(wide), "zeros_like");
  quota(backend_->ones_like(wide), "ones_like");
  quota(backend_->empty_like(wide), "empty_like");
  quota(backend_->full_like(wide, true), "full_like");
  quota(backend_->rand_like(wide), "rand_like");
  quota(backend_->randn_like(wide), "randn_like");
  quota(backend_->contiguous(wide), "contiguous");
  quota(backend_->add(wide, wide, whole(1)), "add");
  quota(backend_->nonzero(wide), "nonzero");
  quota(backend_->sort(wide, 0, false), "sort");
  quota(backend_->cat(std::vector{wide, wide}, 0), "cat");
  quota(backend_->median_dim(wide, 0, false), "median_dim");
}

TEST_F(OperatorMisuse, DrawsThatAreNoProbabilities) {
  for (const double p : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    invalid(backend_->bernoulli(ok(backend_->full(S{3}, p, Dtype::float32))), "bernoulli");
    invalid(backend_->multinomial(ok(backend_->full(S{3}, -p * p, Dtype::float32)), 1, true), "multinomial");
    invalid(backend_->bernoulli_in_place(make({3}), p), "bernoulli_in_place");
  }
  invalid(backend_->multinomial(ok(backend_->zeros(S{3}, Dtype::float32)), 1, true), "multinomial");
  invalid(backend_->multinomial(make({3}), 4, false), "multinomial");
  invalid(backend_->multinomial(make({3}), 0, false), "multinomial");
  invalid(backend_->multinomial(make({3}), -1, true), "multinomial");
  invalid(backend_->multinomial(make({3}), kHuge, true), "multinomial");
  shapes(backend_->multinomial(make({2, 2, 2}), 1, true), "multinomial");
  dtypes(backend_->multinomial(make({3}, Dtype::int64), 1, true), "multinomial");
  invalid(backend_->normal_in_place(make({3}), 0, -1), "normal_in_place");
  invalid(backend_->uniform_in_place(make({3}), 1, 0), "uniform_in_place");
  invalid(backend_->uniform_in_place(make({3}), -1e300, 1e300), "uniform_in_place");
}

TEST_F(OperatorMisuse, WholeNumbersDividedByZero) {
  for (const Dtype dtype : {Dtype::uint8, Dtype::int8, Dtype::int16, Dtype::int32, Dtype::int64}) {
    const Tensor a = make({9}, dtype);
    const Tensor zero = ok(backend_->zeros(S{9}, dtype));
    for (const RoundingMode mode : {RoundingMode::trunc, RoundingMode::floor}) {
      invalid(backend_->div_mode(a, zero, mode), "div_mode");
      invalid(backend_->div_scalar_mode(a, whole(0), mode), "div_scalar_mode");
    }
    invalid(backend_->remainder(a, zero), "remainder");
    invalid(backend_->remainder_scalar(a, whole(0)), "remainder_scalar");
    invalid(backend_->fmod(a, zero), "fmod");
    invalid(backend_->fmod_scalar(a, whole(0)), "fmod_scalar");
  }
}

// The quotient wraps around, as on a GPU; libtorch's kernels for a CPU end the process.
TEST_F(OperatorMisuse, TheSmallestWholeNumberDividedByMinusOne) {
  const auto check = [&]<class Value>(Value least, Dtype dtype) {
    const std::vector<Value> quotients(5, least);
    const std::vector<Value> zeros(5, Value{0});
    const Tensor a = ok(backend_->full(S{5}, static_cast<std::int64_t>(least), dtype));
    const Tensor minus_one = ok(backend_->full(S{5}, whole(-1), dtype));
    const Tensor alone = ok(backend_->full({}, whole(-1), Dtype::int64));
    for (const RoundingMode mode : {RoundingMode::trunc, RoundingMode::floor}) {
      EXPECT_EQ(values<Value>(ok(backend_->div_mode(a, minus_one, mode))), quotients);
      EXPECT_EQ(values<Value>(ok(backend_->div_mode(a, alone, mode))), quotients);
      EXPECT_EQ(values<Value>(ok(backend_->div_scalar_mode(a, whole(-1), mode))), quotients);
    }
    for (const Tensor& by : {minus_one, alone}) {
      EXPECT_EQ(values<Value>(ok(backend_->remainder(a, by))), zeros);
      EXPECT_EQ(values<Value>(ok(backend_->fmod(a, by))), zeros);
    }
    EXPECT_EQ(values<Value>(ok(backend_->remainder_scalar(a, whole(-1)))), zeros);
    EXPECT_EQ(values<Value>(ok(backend_->fmod_scalar(a, whole(-1)))), zeros);
  };
  check(std::numeric_limits<std::int64_t>::min(), Dtype::int64);
  check(std::numeric_limits<std::int32_t>::min(), Dtype::int32);
}

TEST_F(OperatorMisuse, ShiftsBeyondTheBits) {
  for (const auto& [dtype, bits] :
       {std::pair(Dtype::uint8, 8), std::pair(Dtype::int32, 32), std::pair(Dtype::int64, 64)}) {
    const Tensor a = make({3}, dtype);
    for (const std::int64_t count : {std::int64_t{-1}, static_cast<std::int64_t>(bits), kHuge, kTiny}) {
      invalid(backend_->bitwise_left_shift_scalar(a, count), "bitwise_left_shift_scalar");
      invalid(backend_->bitwise_right_shift_scalar(a, count), "bitwise_right_shift_scalar");
    }
    invalid(backend_->bitwise_left_shift_scalar(a, 1.0), "bitwise_left_shift_scalar");
    EXPECT_TRUE(backend_->bitwise_left_shift_scalar(a, whole(bits - 1)).has_value());
  }
  dtypes(backend_->bitwise_left_shift_scalar(make({3}), whole(1)), "bitwise_left_shift_scalar");
  dtypes(backend_->bitwise_and(make({3}), make({3})), "bitwise_and");
  dtypes(backend_->bitwise_not(make({3})), "bitwise_not");
}

TEST_F(OperatorMisuse, DimensionsFarOut) {
  const Tensor a = make({2, 3});
  for (const std::int64_t far : kFarOut) {
    invalid(backend_->glu(a, far), "glu");
    invalid(backend_->slice(a, far, {}, {}, 1), "slice");
    invalid(backend_->split(a, 1, far), "split");
    invalid(backend_->split_with_sizes(a, S{1, 1}, far), "split_with_sizes");
    invalid(backend_->chunk(a, 2, far), "chunk");
    invalid(backend_->unbind(a, far), "unbind");
    invalid(backend_->unfold(a, far, 1, 1), "unfold");
    invalid(backend_->unflatten(a, far, S{1, 2}), "unflatten");
    invalid(backend_->diagonal(a, 0, far, 1), "diagonal");
    invalid(backend_->diag_embed(a, 0, far, 1), "diag_embed");
    invalid(backend_->movedim(a, S{far}, S{0}), "movedim");
    invalid(backend_->squeeze_dims(a, S{far}), "squeeze_dims");
    invalid(backend_->flip(a, S{far}), "flip");
    invalid(backend_->roll(a, S{1}, S{far}), "roll");
    invalid(backend_->repeat_interleave(a, 2, far), "repeat_interleave");
    invalid(backend_->slice_scatter(a, a, far, {}, {}, 1), "slice_scatter");
    invalid(backend_->select_scatter(a, make({3}), far, 0), "select_scatter");
    invalid(backend_->select_scatter(a, make({3}), 0, far), "select_scatter");
    invalid(backend_->sort(a, far, false), "sort");
    invalid(backend_->argsort(a, far, false), "argsort");
    invalid(backend_->topk(a, 1, far, true, true), "topk");
    invalid(backend_->topk(a, far, 0, true, true), "topk");
    invalid(backend_->kthvalue(a, 1, far, false), "kthvalue");
    invalid(backend_->kthvalue(a, far, 0, false), "kthvalue");
    invalid(backend_->cumsum(a, far), "cumsum");
    invalid(backend_->cumprod(a, far), "cumprod");
    invalid(backend_->cummax(a, far), "cummax");
    invalid(backend_->max_dim(a, far, false), "max_dim");
    invalid(backend_->median_dim(a, far, false), "median_dim");
    invalid(backend_->prod(a, far, false), "prod");
    invalid(backend_->logsumexp(a, S{far}, false), "logsumexp");
    invalid(backend_->linalg_vector_norm(a, 2, S{far}, false), "linalg_vector_norm");
    invalid(backend_->var(a, S{far}, 1, false), "var");
    invalid(backend_->all(a, S{far}, false), "all");
    invalid(backend_->count_nonzero(a, S{far}), "count_nonzero");
    invalid(backend_->cosine_similarity(a, a, far, 1e-8), "cosine_similarity");
    // Far from the diagonal there is nothing.
    EXPECT_TRUE(backend_->tril(a, far).has_value());
    EXPECT_TRUE(backend_->triu(a, far).has_value());
    EXPECT_TRUE(backend_->diagonal(a, far, 0, 1).has_value());
    EXPECT_TRUE(backend_->roll(a, S{far}, {}).has_value());
    EXPECT_TRUE(backend_->roll(a, S{far, far}, S{0, 1}).has_value());
    EXPECT_FALSE(backend_->diag_embed(a, far, -2, -1).has_value());
    EXPECT_TRUE(backend_->slice(a, 0, far, {}, 1).has_value());
    EXPECT_TRUE(backend_->slice(a, 0, {}, far, 1).has_value());
  }
}

}  // namespace
}  // namespace cloister::engine
