// The optimizers against torch::optim, bit for bit, and what they refuse.
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include <ATen/CPUGeneratorImpl.h>

#include <limits>

#include "cloister/engine/optimizers.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class TorchOptimizers : public TorchTest {
 protected:
  // Trains a layer for 20 steps with both; the weights are compared after each. `lr_after` is set after ten steps.
  void compare(const std::function<Result<std::unique_ptr<Optimizer>>(std::vector<Tensor>)>& make,
               const std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<at::Tensor>)>& reference,
               double lr_after) {
    at::Generator random = at::detail::createCPUGenerator(11);
    const at::Tensor x = at::randn({32, 50}, random, at::kFloat);
    const at::Tensor y = at::randn({32, 7}, random, at::kFloat);
    std::vector<at::Tensor> theirs{at::randn({7, 50}, random, at::kFloat), at::randn({7}, random, at::kFloat)};
    std::vector<Tensor> ours;
    for (at::Tensor& parameter : theirs) {
      ours.push_back(wrap(parameter.clone()));
      ok(backend_->set_requires_grad(ours.back(), true));
      parameter.requires_grad_(true);
    }
    // One without a gradient is left alone.
    ours.push_back(wrap(at::ones({3})));
    ok(backend_->set_requires_grad(ours.back(), true));
    const auto our_optimizer = ok(make(ours));
    const auto their_optimizer = reference(theirs);
    const Tensor our_x = wrap(x.clone());
    const Tensor our_y = wrap(y.clone());
    for (int step = 0; step < 20; ++step) {
      if (step == 10) {
        ok(our_optimizer->set_lr(lr_after));
        for (auto& group : their_optimizer->param_groups()) group.options().set_lr(lr_after);
      }
      ok(our_optimizer->zero_grad());
      their_optimizer->zero_grad();
      const Tensor loss =
          ok(backend_->mse_loss(ok(backend_->linear(our_x, ours[0], &ours[1])), our_y, Reduction::mean));
      ok(backend_->backward(loss, nullptr, false));
      at::mse_loss(at::linear(x, theirs[0], theirs[1]), y).backward();
      ok(our_optimizer->step());
      their_optimizer->step();
      for (std::size_t i = 0; i < theirs.size(); ++i) expect_same(at_of(ours[i]), theirs[i]);
      if (HasFailure()) FAIL() << "after step " << step;
    }
    EXPECT_EQ(values<float>(ours[2]), (std::vector<float>{1, 1, 1}));
    EXPECT_TRUE(backend_->is_leaf(ours[0]));
    EXPECT_EQ(context_->grad_mode(), GradMode::grad);
  }

  void compare_sgd(const SgdOptions& options) {
    torch::optim::SGDOptions same(options.lr);
    same.momentum(options.momentum).dampening(options.dampening).weight_decay(options.weight_decay);
    same.nesterov(options.nesterov);
    compare([&](std::vector<Tensor> p) { return make_sgd(*backend_, std::move(p), options); },
            [&](std::vector<at::Tensor> p) { return std::make_unique<torch::optim::SGD>(std::move(p), same); }, 0.02);
  }
  void compare_adam(const AdamOptions& options) {
    torch::optim::AdamOptions same(options.lr);
    same.betas({options.beta1, options.beta2}).eps(options.eps).weight_decay(options.weight_decay);
    compare([&](std::vector<Tensor> p) { return make_adam(*backend_, std::move(p), options); },
            [&](std::vector<at::Tensor> p) { return std::make_unique<torch::optim::Adam>(std::move(p), same); }, 0.02);
  }

  void compare_adamw(const AdamwOptions& options) {
    torch::optim::AdamWOptions same(options.lr);
    same.betas({options.beta1, options.beta2}).eps(options.eps).weight_decay(options.weight_decay);
    compare([&](std::vector<Tensor> p) { return make_adamw(*backend_, std::move(p), options); },
            [&](std::vector<at::Tensor> p) { return std::make_unique<torch::optim::AdamW>(std::move(p), same); }, 0.02);
  }
  void compare_rmsprop(const RmspropOptions& options) {
    torch::optim::RMSpropOptions same(options.lr);
    same.alpha(options.alpha).eps(options.eps).weight_decay(options.weight_decay);
    same.momentum(options.momentum).centered(options.centered);
    compare([&](std::vector<Tensor> p) { return make_rmsprop(*backend_, std::move(p), options); },
            [&](std::vector<at::Tensor> p) { return std::make_unique<torch::optim::RMSprop>(std::move(p), same); },
            0.02);
  }

  // Leaves with these gradients, and libtorch's own beside them.
  struct Leaves {
    std::vector<Tensor> ours;
    std::vector<at::Tensor> theirs;
  };
  Leaves leaves_with(const std::vector<at::Tensor>& gradients) {
    Leaves leaves;
    for (const at::Tensor& gradient : gradients) {
      leaves.theirs.push_back(at::ones_like(gradient).requires_grad_(true));
      (leaves.theirs.back() * gradient).sum().backward();
      leaves.ours.push_back(wrap(at::ones_like(gradient)));
      ok(backend_->set_requires_grad(leaves.ours.back(), true));
      const Tensor product = ok(backend_->mul(leaves.ours.back(), wrap(gradient.clone())));
      ok(backend_->backward(ok(backend_->sum(product, {}, false)), nullptr, false));
    }
    return leaves;
  }
  void expect_same_gradients(const Leaves& leaves) {
    for (std::size_t i = 0; i < leaves.theirs.size(); ++i) {
      expect_same(at_of(*ok(backend_->grad(leaves.ours[i]))), leaves.theirs[i].grad());
    }
  }
  static std::vector<at::Tensor> some_gradients() {
    at::Generator random = at::detail::createCPUGenerator(5);
    return {at::randn({7, 50}, random, at::kFloat), at::randn({7}, random, at::kFloat), at::zeros({3}),
            at::randn({200}, random, at::kFloat) * 100};
  }

  template <class Made>
  void refuses(const Made& made) {
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument) << made.error().message;
  }
};

TEST_F(TorchOptimizers, Sgd) { compare_sgd({.lr = 0.05}); }
TEST_F(TorchOptimizers, SgdWithMomentum) { compare_sgd({.lr = 0.05, .momentum = 0.9}); }
TEST_F(TorchOptimizers, SgdWithDampeningAndDecay) {
  compare_sgd({.lr = 0.05, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.01});
}
TEST_F(TorchOptimizers, SgdWithNesterov) {
  compare_sgd({.lr = 0.05, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
}
TEST_F(TorchOptimizers, Adam) { compare_adam({.lr = 0.01}); }
TEST_F(TorchOptimizers, AdamWithDecay) {
  compare_adam({.lr = 0.01, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-6, .weight_decay = 0.1});
}

TEST_F(TorchOptimizers, Adamw) { compare_adamw({.lr = 0.01}); }
TEST_F(TorchOptimizers, AdamwWithoutDecay) { compare_adamw({.lr = 0.01, .weight_decay = 0}); }
TEST_F(TorchOptimizers, AdamwWithOtherOptions) {
  compare_adamw({.lr = 0.03, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-5, .weight_decay = 0.2});
}
TEST_F(TorchOptimizers, Rmsprop) { compare_rmsprop({.lr = 0.01}); }
TEST_F(TorchOptimizers, RmspropWithMomentum) { compare_rmsprop({.lr = 0.01, .momentum = 0.9}); }
TEST_F(TorchOptimizers, RmspropCentered) { compare_rmsprop({.lr = 0.01, .centered = true}); }
TEST_F(TorchOptimizers, RmspropWithAll) {
  compare_rmsprop({.lr = 0.01, .alpha = 0.9, .eps = 1e-6, .weight_decay = 0.05, .momentum = 0.5, .centered = true});
}

TEST_F(TorchOptimizers, ClipTheNormOfAllGradients) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double order : {1.0, 2.0, 3.5, infinity}) {
    for (const double max_norm : {1e9, 10.0, 0.5, 0.0}) {
      const Leaves leaves = leaves_with(some_gradients());
      const auto optimizer = ok(make_sgd(*backend_, leaves.ours, {}));
      const Tensor norm = ok(optimizer->clip_grad_norm(max_norm, order));
      const double expected = torch::nn::utils::clip_grad_norm_(leaves.theirs, max_norm, order);
      EXPECT_EQ(values<float>(norm), std::vector<float>{static_cast<float>(expected)}) << order;
      expect_same_gradients(leaves);
    }
  }
}

TEST_F(TorchOptimizers, ClipTheNormOfOneGradient) {
  const Leaves leaves = leaves_with({some_gradients().front()});
  ok(ok(make_sgd(*backend_, leaves.ours, {}))->clip_grad_norm(0.25, 2));
  torch::nn::utils::clip_grad_norm_(leaves.theirs, 0.25);
  expect_same_gradients(leaves);
}

TEST_F(TorchOptimizers, ClippingWithoutGradientsFindsANormOfZero) {
  const Tensor w = ok(backend_->ones(S{2}, Dtype::float32));
  ok(backend_->set_requires_grad(w, true));
  const auto optimizer = ok(make_sgd(*backend_, {w}, {}));
  EXPECT_EQ(values<float>(ok(optimizer->clip_grad_norm(1, 2))), std::vector<float>{0});
  ok(optimizer->clip_grad_value(1));
}

TEST_F(TorchOptimizers, ClipEachValue) {
  const Leaves leaves = leaves_with(some_gradients());
  ok(ok(make_sgd(*backend_, leaves.ours, {}))->clip_grad_value(0.75));
  torch::nn::utils::clip_grad_value_(leaves.theirs, 0.75);
  expect_same_gradients(leaves);
}

TEST_F(TorchOptimizers, GradientsOfSeveralPassesAddUp) {
  // Two halves of a batch, each loss weighted by its share, make the step of the whole.
  at::Generator random = at::detail::createCPUGenerator(8);
  const at::Tensor x = at::randn({8, 5}, random, at::kFloat), y = at::randn({8, 2}, random, at::kFloat);
  const at::Tensor start = at::randn({2, 5}, random, at::kFloat);
  const auto train = [&](std::int64_t parts) {
    const Tensor w = wrap(start.clone());
    ok(backend_->set_requires_grad(w, true));
    const auto optimizer = ok(make_adam(*backend_, {w}, {.lr = 0.1}));
    for (int step = 0; step < 3; ++step) {
      ok(optimizer->zero_grad());
      for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t size = 8 / parts;
        const Tensor some_x = wrap(x.narrow(0, part * size, size).clone());
        const Tensor some_y = wrap(y.narrow(0, part * size, size).clone());
        const Tensor loss = ok(backend_->mse_loss(ok(backend_->linear(some_x, w, nullptr)), some_y, Reduction::mean));
        ok(backend_->backward(ok(backend_->div_scalar(loss, static_cast<double>(parts))), nullptr, false));
      }
      ok(optimizer->step());
    }
    return values<float>(w);
  };
  const auto whole = train(1), halves = train(2);
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(whole[i], halves[i], 1e-5);
}

TEST_F(TorchOptimizers, StepInAnyMode) {
  for (const GradMode mode : {GradMode::grad, GradMode::no_grad, GradMode::inference}) {
    const Tensor w = ok(backend_->ones(S{2}, Dtype::float32));
    ok(backend_->set_requires_grad(w, true));
    const auto optimizer = ok(make_adam(*backend_, {w}, {.lr = 0.1}));
    for (int step = 0; step < 2; ++step) {
      ok(optimizer->zero_grad());
      ok(backend_->backward(ok(backend_->sum(w, {}, false)), nullptr, false));
      context_->set_grad_mode(mode);
      ok(optimizer->step());
      EXPECT_EQ(context_->grad_mode(), mode);
      context_->set_grad_mode(GradMode::grad);
    }
    EXPECT_NEAR(values<float>(w)[0], 0.8, 1e-6);
  }
}

TEST_F(TorchOptimizers, TrainWeightsThatAreSharedCopyOnWrite) {
  const Tensor granted = tensor(std::vector<float>{1, 2}, {2});
  const Tensor w = ok(backend_->lazy_clone(granted));
  ok(backend_->set_requires_grad(w, true));
  const auto optimizer = ok(make_sgd(*backend_, {w}, {.lr = 0.5}));
  ok(backend_->backward(ok(backend_->sum(w, {}, false)), nullptr, false));
  ok(optimizer->step());
  EXPECT_EQ(values<float>(w), (std::vector<float>{0.5, 1.5}));
  EXPECT_EQ(values<float>(granted), (std::vector<float>{1, 2}));
}

TEST_F(TorchOptimizers, RefuseOptionsOutOfRange) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor w = ok(backend_->ones(S{2}, Dtype::float32));
  refuses(make_sgd(*backend_, {w}, {}));  // no leaf that requires gradients
  ok(backend_->set_requires_grad(w, true));
  refuses(make_sgd(*backend_, {}, {}));
  refuses(make_sgd(*backend_, {ok(backend_->mul_scalar(w, 2.0))}, {}));
  refuses(make_sgd(*backend_, {w}, {.lr = -1}));
  refuses(make_sgd(*backend_, {w}, {.lr = nan}));
  refuses(make_sgd(*backend_, {w}, {.momentum = -0.1}));
  refuses(make_sgd(*backend_, {w}, {.dampening = nan}));
  refuses(make_sgd(*backend_, {w}, {.weight_decay = -0.1}));
  refuses(make_sgd(*backend_, {w}, {.nesterov = true}));
  refuses(make_sgd(*backend_, {w}, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}));
  refuses(make_adam(*backend_, {}, {}));
  refuses(make_adam(*backend_, {w}, {.lr = -1}));
  refuses(make_adam(*backend_, {w}, {.beta1 = 1}));
  refuses(make_adam(*backend_, {w}, {.beta2 = nan}));
  refuses(make_adam(*backend_, {w}, {.eps = -1}));
  refuses(make_adam(*backend_, {w}, {.weight_decay = -1}));
  refuses(make_adamw(*backend_, {}, {}));
  refuses(make_adamw(*backend_, {w}, {.lr = nan}));
  refuses(make_adamw(*backend_, {w}, {.beta1 = -0.1}));
  refuses(make_adamw(*backend_, {w}, {.weight_decay = -1}));
  refuses(make_rmsprop(*backend_, {}, {}));
  refuses(make_rmsprop(*backend_, {w}, {.lr = -1}));
  refuses(make_rmsprop(*backend_, {w}, {.alpha = nan}));
  refuses(make_rmsprop(*backend_, {w}, {.eps = -1}));
  refuses(make_rmsprop(*backend_, {w}, {.weight_decay = -1}));
  refuses(make_rmsprop(*backend_, {w}, {.momentum = -1}));
  const auto optimizer = ok(make_sgd(*backend_, {w}, {.lr = 0.5}));
  EXPECT_EQ(optimizer->lr(), 0.5);
  refuses(optimizer->clip_grad_norm(-1, 2));
  refuses(optimizer->clip_grad_norm(nan, 2));
  refuses(optimizer->clip_grad_norm(1, -2));
  refuses(optimizer->clip_grad_norm(1, nan));
  refuses(optimizer->clip_grad_value(-1));
  refuses(optimizer->clip_grad_value(nan));
  refuses(ok(make_sgd(*backend_, {w}, {}))->set_lr(-1));
  refuses(ok(make_sgd(*backend_, {w}, {}))->set_lr(nan));
}

}  // namespace
}  // namespace cloister::engine
