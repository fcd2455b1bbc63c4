// What of the layers a table of rows does not show: statistics, random masks, mixed precision, odd shapes.
#include <ATen/CPUGeneratorImpl.h>

#include <limits>

#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class TorchLayers : public TorchTest {
 protected:
  at::Tensor random(const S& shape, at::ScalarType dtype = at::kFloat) {
    return at::randn(shape, numbers_, at::kFloat).to(dtype);
  }

 private:
  at::Generator numbers_ = at::detail::createCPUGenerator(11);
};

TEST_F(TorchLayers, BatchNormInTrainingUpdatesItsStatistics) {
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

TEST_F(TorchLayers, CrossEntropyGivesLibtorchsLossAndGradient) {
  at::Generator random = at::detail::createCPUGenerator(7);
  const at::Tensor target = at::randint(0, 10, {32}, random, at::kLong);
  for (const Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
    at::Tensor theirs = at::randn({32, 10}, random, at::kFloat);
    const Tensor ours = wrap(theirs.clone());
    theirs.requires_grad_(true);
    ok(backend_->set_requires_grad(ours, true));
    const at::Tensor expected = at::cross_entropy_loss(theirs, target, {}, static_cast<std::int64_t>(reduction));
    const Tensor loss = ok(backend_->cross_entropy(ours, wrap(target.clone()), nullptr, {reduction, -100, 0}));
    expect_same(at_of(loss), expected);
    const Tensor sum = ok(backend_->sum(loss, {}, false));
    ok(backend_->backward(sum, nullptr, false));
    expected.sum().backward();
    expect_same(at_of(*ok(backend_->grad(ours))), theirs.grad());
  }
}

TEST_F(TorchLayers, CrossEntropyOfNothingGivesLibtorchsLoss) {
  const at::Tensor target = at::zeros({0, 3}, at::kLong);
  for (const Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
    at::Tensor theirs = at::zeros({0, 5, 3});
    const Tensor ours = wrap(theirs.clone());
    ok(backend_->set_requires_grad(ours, true));
    const at::Tensor expected = at::cross_entropy_loss(theirs, target, {}, static_cast<std::int64_t>(reduction));
    const Tensor loss = ok(backend_->cross_entropy(ours, wrap(target.clone()), nullptr, {reduction, -100, 0}));
    ASSERT_EQ(at_of(loss).sizes(), expected.sizes());
    EXPECT_TRUE(at::allclose(at_of(loss), expected, 0, 0, /*equal_nan=*/true));
    ok(backend_->backward(ok(backend_->sum(loss, {}, false)), nullptr, false));
    EXPECT_EQ(at_of(*ok(backend_->grad(ours))).sizes(), theirs.sizes());
  }
}

// Shapes for which oneDNN's 16-bit kernels read out of bounds: windows that see nothing of the image.
TEST_F(TorchLayers, ConvolutionsWhoseWindowsSeeNothing) {
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

// Likewise: transposed ones, and dilated windows with gaps between them.
TEST_F(TorchLayers, TransposedConvolutionsWithOddWindows) {
  struct Case {
    std::int64_t length, kernel, stride, padding, dilation;
  };
  for (const Dtype dtype : {Dtype::bfloat16, Dtype::float16}) {
    for (const Case& each : {Case{5, 2, 1, 3, 2}, Case{3, 1, 1000, 0, 2}, Case{3, 3, 1000, 1, 2}}) {
      const Tensor image = ok(backend_->ones(S{1, 4, each.length}, dtype));
      const Tensor weight = ok(backend_->ones(S{4, 2, each.kernel}, dtype));
      ok(backend_->set_requires_grad(weight, true));
      const S stride{each.stride};
      const S padding{each.padding};
      const S dilation{each.dilation};
      const Tensor result =
          ok(backend_->convolution(image, weight, nullptr, {stride, padding, dilation, true, S{0}, 1}));
      const at::Tensor expected = at::convolution(at::ones({1, 4, each.length}), at::ones({4, 2, each.kernel}), {},
                                                  stride, padding, dilation, true, S{0}, 1);
      expect_same(at_of(result).to(at::kFloat), expected);
      ok(backend_->backward(ok(backend_->sum(result, {}, false)), nullptr, false));
    }
  }
}

TEST_F(TorchLayers, NormalisesHalfPrecisionByFloat32Parameters) {
  for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
    const at::Tensor x = random({4, 6, 5}, dtype);
    const at::Tensor six = random({6});
    const at::Tensor five = random({5});
    const Tensor ours = wrap(x.clone());
    const Tensor our_six = wrap(six.clone());
    const Tensor our_five = wrap(five.clone());
    expect_same(at_of(ok(backend_->layer_norm(ours, S{5}, &our_five, &our_five, 1e-5))),
                at::layer_norm(x, {5}, five, five));
    expect_same(at_of(ok(backend_->group_norm(ours, 3, &our_six, &our_six, 1e-5))), at::group_norm(x, 3, six, six));
    expect_same(at_of(ok(backend_->batch_norm(ours, &our_six, &our_six, nullptr, nullptr, {true, 0.1, 1e-5}))),
                at::batch_norm(x, six, six, {}, {}, true, 0.1, 1e-5, true));
    expect_same(at_of(ok(backend_->instance_norm(ours, &our_six, &our_six, 1e-5))),
                at::instance_norm(x, six, six, {}, {}, true, 0, 1e-5, true));
    expect_same(at_of(ok(backend_->rms_norm(ours, S{5}, &our_five, 1e-5))), at::rms_norm(x, {5}, five, 1e-5));
  }
}

TEST_F(TorchLayers, NativeDropoutKeepsWhatItsMaskSays) {
  const at::Tensor x = random({40, 50});
  const Tensor ours = wrap(x.clone());
  ok(backend_->set_requires_grad(ours, true));
  for (const double p : {0.0, 0.25, 1.0}) {
    const auto both = ok(backend_->native_dropout(ours, p, true));
    const at::Tensor mask = at_of(both[1]).clone();
    ASSERT_EQ(mask.scalar_type(), at::kBool);
    const double scale = p == 1 ? 0 : 1 / (1 - p);
    expect_same(at_of(both[0]), x.mul(mask).mul_(scale));
    EXPECT_NEAR(mask.to(at::kFloat).mean().item<double>(), 1 - p, 0.05);
    ok(backend_->zero_grad(ours));
    ok(backend_->backward(ok(backend_->sum(both[0], {}, false)), nullptr, false));
    expect_same(at_of(*ok(backend_->grad(ours))), at::native_dropout_backward(at::ones_like(x), mask, scale));
  }
  const auto still = ok(backend_->native_dropout(ours, 0.5, false));
  expect_same(at_of(still[0]), x);
  EXPECT_TRUE(at_of(still[1]).all().item<bool>());
}

TEST_F(TorchLayers, AttentionDropsWeightsByTheInstancesGenerator) {
  const at::Tensor q = random({2, 4, 8});
  const at::Tensor k = random({2, 6, 8});
  const Tensor ours_q = wrap(q.clone());
  const Tensor ours_k = wrap(k.clone());
  const auto attend = [&](double p, const Tensor* mask) {
    return at_of(
        ok(backend_->scaled_dot_product_attention(ours_q, ours_k, ours_k, mask, {p, false, std::nullopt, false})));
  };
  // The mask that the same seed draws, given to libtorch.
  context_->manual_seed(5);
  const at::Tensor dropped = attend(0.4, nullptr);
  at::Tensor kept = at::empty({2, 4, 6}, at::kBool);
  kept.bernoulli_(0.6, at::detail::createCPUGenerator(5));
  expect_same(dropped, std::get<0>(at::_scaled_dot_product_attention_math(q, k, k, {}, 0.4, false, kept)));
  context_->manual_seed(5);
  expect_same(attend(0.4, nullptr), dropped);
  // The process's generator takes no part.
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  attend(0.4, nullptr);
  EXPECT_TRUE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
  // Nothing and everything dropped, and what a bool mask hides.
  const Tensor hidden = wrap(at::ones({4, 6}, at::kBool).tril());
  const at::Tensor whole = at::scaled_dot_product_attention(q, k, k, at_of(hidden));
  EXPECT_TRUE(at::allclose(attend(1e-9, &hidden), whole, 1e-5, 1e-6));
  EXPECT_EQ(attend(1.0, nullptr).abs().sum().item<double>(), 0);
}

TEST_F(TorchLayers, NetworksWithoutGradientsGiveTheSame) {
  const at::Tensor x = random({6, 2, 5});
  const at::Tensor h = at::zeros({1, 2, 3});
  const at::Tensor ih = random({12, 5});
  const at::Tensor hh = random({12, 3});
  const std::vector<Tensor> hx{wrap(h.clone()), wrap(h.clone())};
  const std::vector<Tensor> params{wrap(ih.clone()), wrap(hh.clone())};
  context_->set_grad_mode(GradMode::no_grad);
  const auto ours = ok(backend_->lstm(wrap(x.clone()), hx, params, false, {}));
  const auto theirs = at::lstm(x, {h, h}, {ih, hh}, false, 1, 0, false, false, false);
  expect_same(at_of(ours[0]), std::get<0>(theirs));
  expect_same(at_of(ours[2]), std::get<2>(theirs));
}

// Points that are no numbers or lie anywhere read no memory beside the image.
TEST_F(TorchLayers, SamplesAtAnyPoint) {
  const float infinity = std::numeric_limits<float>::infinity();
  const at::Tensor image = random({1, 2, 3, 4});
  const at::Tensor points = at::tensor({std::numeric_limits<float>::quiet_NaN(), 0.F, infinity, -infinity, 1e30F,
                                        -1e30F, 3e9F, 2.F, -1.F, 1.F})
                                .view({1, 1, 5, 2});
  for (const auto mode : {InterpolationMode::bilinear, InterpolationMode::nearest, InterpolationMode::bicubic}) {
    for (const auto padding : {PaddingMode::zeros, PaddingMode::border, PaddingMode::reflection}) {
      const Tensor x = wrap(image.clone());
      const Tensor grid = wrap(points.clone());
      ok(backend_->set_requires_grad(x, true));
      ok(backend_->set_requires_grad(grid, true));
      const Tensor result = ok(backend_->grid_sampler2d(x, grid, mode, padding, true));
      expect_same(at_of(result), at::grid_sampler(image, points, static_cast<std::int64_t>(mode),
                                                  static_cast<std::int64_t>(padding), true));
      ok(backend_->backward(ok(backend_->sum(result, {}, false)), nullptr, false));
    }
  }
}

TEST_F(TorchLayers, LossesOfNothing) {
  const Tensor logits = ok(backend_->zeros(S{0, 5}, Dtype::float32));
  const Tensor target = ok(backend_->zeros(S{0}, Dtype::int64));
  EXPECT_EQ(shape(ok(backend_->nll_loss(logits, target, nullptr, Reduction::none, -100))), S{0});
  EXPECT_EQ(ok(backend_->item(ok(backend_->nll_loss(logits, target, nullptr, Reduction::sum, -100)))), Scalar(0.0));
  const Tensor mean = ok(backend_->nll_loss(logits, target, nullptr, Reduction::mean, -100));
  EXPECT_TRUE(std::isnan(at_of(mean).item<double>()));
}

}  // namespace
}  // namespace cloister::engine
