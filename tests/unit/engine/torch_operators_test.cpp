// Every operator against libtorch called directly: values and gradients, bit for bit, over dtypes and layouts.
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

#include "torch_cases.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class TorchOperator : public TorchTest, public testing::WithParamInterface<Case> {
 protected:
  // Strided: every second column of something larger. Channels-last: images only.
  enum class Layout : std::uint8_t { contiguous, strided, channels_last };

  // Random inputs of the case.
  static Inputs inputs(const Case& c, at::ScalarType dtype, Layout layout) {
    at::Generator random = at::detail::createCPUGenerator(17);
    Inputs all;
    const bool strided = layout == Layout::strided;
    for (S shape : c.shapes) {
      if (strided && !shape.empty()) shape.back() *= 2;
      at::Tensor t = c.positive ? at::rand(shape, random, at::kFloat).add(0.1) : at::randn(shape, random, at::kFloat);
      if (!at::isFloatingType(dtype)) t = t.abs().mul(10).add(1);
      t = t.to(dtype);
      if (strided && !shape.empty()) t = t.slice(-1, 0, shape.back(), 2);
      if (layout == Layout::channels_last && t.dim() == 4) t = t.contiguous(at::MemoryFormat::ChannelsLast);
      if (layout == Layout::channels_last && t.dim() == 5) t = t.contiguous(at::MemoryFormat::ChannelsLast3d);
      all.push_back(t);
    }
    return all;
  }

  static bool takes_images(const Case& c) {
    return std::ranges::any_of(c.shapes, [](const S& shape) { return shape.size() == 4 || shape.size() == 5; });
  }
};

TEST_P(TorchOperator, GivesLibtorchsValuesAndGradients) {
  const Case& c = GetParam();
  for (const at::ScalarType dtype : c.dtypes) {
    for (const Layout layout : {Layout::contiguous, Layout::strided, Layout::channels_last}) {
      if (layout == Layout::channels_last && !takes_images(c)) continue;
      SCOPED_TRACE(testing::Message() << dtype << ", layout " << static_cast<int>(layout));
      Inputs theirs = inputs(c, dtype, layout);
      Inputs leaves = inputs(c, dtype, layout);
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

std::string name_of(const testing::TestParamInfo<Case>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(Images, TorchOperator, testing::ValuesIn(image_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Layers, TorchOperator, testing::ValuesIn(layer_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Losses, TorchOperator, testing::ValuesIn(loss_cases()), name_of);

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
