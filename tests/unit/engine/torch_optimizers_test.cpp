// The optimizers against torch::optim, bit for bit, and what they refuse.
#include <torch/optim/adam.h>
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
  refuses(ok(make_sgd(*backend_, {w}, {}))->set_lr(-1));
  refuses(ok(make_sgd(*backend_, {w}, {}))->set_lr(nan));
}

}  // namespace
}  // namespace cloister::engine
