// Every operator against libtorch called directly: values and gradients, bit for bit, over dtypes and layouts.
#include <ATen/CPUGeneratorImpl.h>

#include "torch_cases.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class TorchOperator : public TorchTest, public testing::WithParamInterface<Case> {
 protected:
  // Random inputs of the case; `strided` ones are every second column of something larger.
  static Inputs inputs(const Case& c, at::ScalarType dtype, bool strided) {
    at::Generator random = at::detail::createCPUGenerator(17);
    Inputs all;
    for (S shape : c.shapes) {
      if (strided && !shape.empty()) shape.back() *= 2;
      at::Tensor t = c.positive ? at::rand(shape, random, at::kFloat).add(0.1) : at::randn(shape, random, at::kFloat);
      if (!at::isFloatingType(dtype)) t = t.abs().mul(10).add(1);
      t = t.to(dtype);
      if (strided && !shape.empty()) t = t.slice(-1, 0, shape.back(), 2);
      all.push_back(t);
    }
    return all;
  }
};

TEST_P(TorchOperator, GivesLibtorchsValuesAndGradients) {
  const Case& c = GetParam();
  for (const at::ScalarType dtype : c.dtypes) {
    for (const bool strided : {false, true}) {
      SCOPED_TRACE(testing::Message() << dtype << (strided ? ", strided" : ""));
      Inputs theirs = inputs(c, dtype, strided);
      Inputs leaves = inputs(c, dtype, strided);
      std::vector<Tensor> ours;
      for (std::size_t i = 0; i < theirs.size(); ++i) {
        if (c.differentiable) theirs[i].requires_grad_(true);
        ours.push_back(wrap(leaves[i]));
        if (c.differentiable) ok(backend_->set_requires_grad(ours[i], true));
      }
      const Tensor result = ok(c.ours(*backend_, ours));
      ASSERT_TRUE(result);
      const at::Tensor expected = c.theirs(theirs);
      expect_same(at_of(result), expected);
      EXPECT_EQ(at_of(result).strides(), expected.strides());
      if (!c.differentiable) continue;
      const at::Tensor gradient =
          at::linspace(-1, 1, expected.numel()).to(expected.scalar_type()).view(expected.sizes());
      expected.backward(gradient);
      const Tensor our_gradient = wrap(gradient.clone());
      ok(backend_->backward(result, &our_gradient, false));
      for (std::size_t i = 0; i < ours.size(); ++i) {
        const auto grad = ok(backend_->grad(ours[i]));
        ASSERT_EQ(grad.has_value(), theirs[i].grad().defined());
        if (grad) expect_same(at_of(*grad), theirs[i].grad());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TorchOperator, testing::ValuesIn(operator_cases()),
                         [](const auto& one) { return std::string(one.param.name); });

class TorchOps : public TorchTest {};

TEST_F(TorchOps, InPlaceFormsWriteWhatLibtorchWrites) {
  at::Generator random = at::detail::createCPUGenerator(3);
  const at::Tensor a = at::randn({6, 7}, random, at::kFloat);
  const at::Tensor b = at::randn({7}, random, at::kFloat);
  const at::Tensor c = at::rand({6, 7}, random, at::kFloat).add(0.5);
  const auto check = [&](auto&& ours, auto&& theirs) {
    const Tensor mine = wrap(a.clone());
    ok(ours(mine));
    at::Tensor expected = a.clone();
    theirs(expected);
    expect_same(at_of(mine), expected);
  };
  const Tensor tb = wrap(b.clone());
  const Tensor tc = wrap(c.clone());
  check([&](const Tensor& x) { return backend_->add_in_place(x, tb, -0.3); }, [&](at::Tensor& x) { x.add_(b, -0.3); });
  check([&](const Tensor& x) { return backend_->mul_scalar_in_place(x, 1.7); }, [&](at::Tensor& x) { x.mul_(1.7); });
  check([&](const Tensor& x) { return backend_->clamp_in_place(x, 0.0, std::nullopt); },
        [&](at::Tensor& x) { x.clamp_min_(0.0); });
  check([&](const Tensor& x) { return backend_->copy_in_place(x, tb); }, [&](at::Tensor& x) { x.copy_(b); });
  check([&](const Tensor& x) { return backend_->addcmul_in_place(x, tb, tc, 0.1); },
        [&](at::Tensor& x) { x.addcmul_(b, c, 0.1); });
  check([&](const Tensor& x) { return backend_->addcdiv_in_place(x, tb, tc, -0.1); },
        [&](at::Tensor& x) { x.addcdiv_(b, c, -0.1); });
}

TEST_F(TorchOps, BatchNormInTrainingUpdatesItsStatistics) {
  at::Generator random = at::detail::createCPUGenerator(5);
  const at::Tensor x = at::randn({8, 3, 4, 4}, random, at::kFloat);
  at::Tensor mean = at::zeros({3});
  at::Tensor var = at::ones({3});
  const Tensor our_mean = wrap(mean.clone());
  const Tensor our_var = wrap(var.clone());
  const at::Tensor expected = at::batch_norm(x, {}, {}, mean, var, true, 0.2, 1e-5, true);
  const Tensor result =
      ok(backend_->batch_norm(wrap(x.clone()), nullptr, nullptr, &our_mean, &our_var, {true, 0.2, 1e-5}));
  expect_same(at_of(result), expected);
  expect_same(at_of(our_mean), mean);
  expect_same(at_of(our_var), var);
  const Tensor later = ok(backend_->batch_norm(wrap(x.clone()), nullptr, nullptr, &our_mean, &our_var, {}));
  expect_same(at_of(later), at::batch_norm(x, {}, {}, mean, var, false, 0.1, 1e-5, true));
}

TEST_F(TorchOps, CrossEntropyGivesLibtorchsLossAndGradient) {
  at::Generator random = at::detail::createCPUGenerator(7);
  const at::Tensor target = at::randint(0, 10, {32}, random, at::kLong);
  for (const Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
    at::Tensor theirs = at::randn({32, 10}, random, at::kFloat);
    const Tensor ours = wrap(theirs.clone());
    theirs.requires_grad_(true);
    ok(backend_->set_requires_grad(ours, true));
    const at::Tensor expected = at::cross_entropy_loss(theirs, target, {}, static_cast<std::int64_t>(reduction));
    const Tensor loss = ok(backend_->cross_entropy(ours, wrap(target.clone()), reduction));
    expect_same(at_of(loss), expected);
    const Tensor sum = ok(backend_->sum(loss, {}, false));
    ok(backend_->backward(sum, nullptr, false));
    expected.sum().backward();
    expect_same(at_of(*ok(backend_->grad(ours))), theirs.grad());
  }
}

TEST_F(TorchOps, CrossEntropyOfNothingGivesLibtorchsLoss) {
  const at::Tensor target = at::zeros({0, 3}, at::kLong);
  for (const Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
    at::Tensor theirs = at::zeros({0, 5, 3});
    const Tensor ours = wrap(theirs.clone());
    ok(backend_->set_requires_grad(ours, true));
    const at::Tensor expected = at::cross_entropy_loss(theirs, target, {}, static_cast<std::int64_t>(reduction));
    const Tensor loss = ok(backend_->cross_entropy(ours, wrap(target.clone()), reduction));
    ASSERT_EQ(at_of(loss).sizes(), expected.sizes());
    EXPECT_TRUE(at::allclose(at_of(loss), expected, 0, 0, /*equal_nan=*/true));
    ok(backend_->backward(ok(backend_->sum(loss, {}, false)), nullptr, false));
    EXPECT_EQ(at_of(*ok(backend_->grad(ours))).sizes(), theirs.sizes());
  }
}

// Shapes for which oneDNN's 16-bit kernels read out of bounds: windows that see nothing of the image.
TEST_F(TorchOps, ConvolutionsWhoseWindowsSeeNothing) {
  struct Case {
    S image, weight, stride, padding, dilation;
    std::int64_t groups;
  };
  const Case cases[] = {{{1, 1, 1, 5}, {3, 1, 4, 3}, {1}, {3}, {2}, 1},
                        {{1, 16, 1, 5}, {16, 16, 4, 3}, {1}, {3}, {2}, 1},
                        {{2, 5, 1, 9}, {15, 1, 3, 2}, {2}, {3, 1}, {2}, 5},
                        {{1, 1, 2, 2}, {1, 1, 1, 1}, {1}, {7}, {1}, 1}};
  for (const Dtype dtype : {Dtype::bfloat16, Dtype::float16}) {
    for (const Case& each : cases) {
      const Tensor image = ok(backend_->ones(each.image, dtype));
      const Tensor weight = ok(backend_->ones(each.weight, dtype));
      ok(backend_->set_requires_grad(weight, true));
      const Tensor result =
          ok(backend_->conv2d(image, weight, nullptr, {each.stride, each.padding, each.dilation, each.groups}));
      const at::Tensor expected = at::conv2d(at::ones(each.image), at::ones(each.weight), {}, each.stride, each.padding,
                                             each.dilation, each.groups);
      // Sums of a few ones are exact.
      expect_same(at_of(result).to(at::kFloat), expected);
      ok(backend_->backward(ok(backend_->sum(result, {}, false)), nullptr, false));
    }
  }
}

TEST_F(TorchOps, IndexSelectGivesLibtorchsRowsAndGradient) {
  for (const at::ScalarType type : {at::kInt, at::kLong}) {
    const at::Tensor index = at::tensor({4, 0, 4, 2}, at::kLong).to(type);
    at::Tensor theirs = at::arange(15, at::kFloat).view({5, 3});
    const Tensor ours = wrap(theirs.clone());
    theirs.requires_grad_(true);
    ok(backend_->set_requires_grad(ours, true));
    const Tensor rows = ok(backend_->index_select(ours, 0, wrap(index.clone())));
    const at::Tensor expected = theirs.index_select(0, index);
    expect_same(at_of(rows), expected);
    ok(backend_->backward(ok(backend_->sum(rows, {}, false)), nullptr, false));
    expected.sum().backward();
    expect_same(at_of(*ok(backend_->grad(ours))), theirs.grad());
  }
}

TEST_F(TorchOps, MakesWhatLibtorchMakes) {
  for (std::size_t i = 0; i < kDtypeCount; ++i) {
    const auto dtype = static_cast<Dtype>(i);
    const Tensor ours = ok(backend_->ones(S{2, 3}, dtype));
    EXPECT_EQ(backend_->dtype(ours), dtype);
    EXPECT_EQ(at_of(ours).element_size(), static_cast<std::int64_t>(element_size(dtype)));
    EXPECT_EQ(at_of(ours).sum().item<double>(), 6);
  }
  expect_same(at_of(ok(backend_->arange(std::int64_t{2}, 9.5, 1.5, Dtype::float32))),
              at::arange(2, 9.5, 1.5, at::kFloat));
  expect_same(at_of(ok(backend_->arange(std::int64_t{9}, std::int64_t{0}, std::int64_t{-2}, Dtype::int64))),
              at::arange(9, 0, -2, at::kLong));
  expect_same(at_of(ok(backend_->full(S{2}, true, Dtype::bool_))), at::full({2}, true, at::kBool));
}

}  // namespace
}  // namespace cloister::engine
