#include <cmath>
#include <utility>

#include "check.h"

using namespace cloister;

void check_handles() {
  Tensor none;
  expect_true("a default tensor is undefined", !none.defined());
  Tensor a = ones(2);
  const Tensor copy = a;
  expect_true("copies share the handle", copy.raw().__handle == a.raw().__handle);
  a = std::move(none);
  expect("a copy outlives the first", copy, {1, 1}, {2});
  const auto refused = attempt<cloister_ml_ops_matmul>(copy, ones({3, 3}));
  expect_true("attempt returns the error",
              !refused && refused.error().kind == ErrorKind::shape_mismatch && !refused.error().message.empty());
  const auto taken = attempt<cloister_ml_ops_add>(copy, copy, Scalar(1));
  expect_true("attempt returns the tensor", taken.has_value());
  if (taken) expect("its contents", *taken, {2, 2}, {2});
}

void check_autograd() {
  Tensor x = tensor<float>({1, 2, 3});
  x.requires_grad_();
  expect_true("requires_grad", x.requires_grad() && !x.grad().defined());
  (x * x).sum().backward();
  expect("grad", x.grad(), {2, 4, 6}, {3});
  (x * 2).backward(tensor<float>({1, 0, 1}));
  expect("gradients add up", x.grad(), {4, 4, 8}, {3});
  x.zero_grad();
  expect_true("zero_grad forgets", !x.grad().defined() || x.grad().sum().item<double>() == 0);
  expect_true("detach leaves the graph", !x.detach().requires_grad());
  {
    NoGradGuard no_grad;
    expect_true("nothing is recorded in NoGradGuard", !(x * 2).requires_grad());
    {
      AutoGradMode grad;
      expect_true("guards nest", (x * 2).requires_grad());
    }
    expect_true("and restore", !(x * 2).requires_grad());
  }
  expect_true("the initial mode is back", (x * 2).requires_grad());
  Tensor features;
  {
    InferenceMode inference;
    features = ones(3) * 2;
  }
  (features.clone() * x).sum().backward();
  expect("a copy of an inference tensor takes part", x.grad(), {2, 2, 2}, {3});
}

void check_training() {
  // 1 + 0.4 = 1.4; gradient -3.2; 1.4 + 0.32 = 1.72.
  expect("SGD", after_two_steps([](Parameters p) { return optim::SGD(p, {.lr = 0.1}); }), {1.72}, {1});
  // The second step adds half of the first gradient: 1.4 + 0.1 * (3.2 + 2) = 1.92.
  expect("SGD with momentum", after_two_steps([](Parameters p) { return optim::SGD(p, {.lr = 0.1, .momentum = 0.5}); }),
         {1.92}, {1});
  // Adam's first steps are of size lr; the second's is slightly less (gradients 4 and 3.8).
  expect("Adam", after_two_steps([](Parameters p) { return optim::Adam(p, {.lr = 0.1}); }), {1.199834}, {1});

  const nn::Linear layer(4, 2);
  expect_true("a layer's parameters train", layer.parameters().size() == 2 && layer.weight.requires_grad());
  expect_true("Linear starts within 1/sqrt(in)", layer.weight.detach().abs().amax().item<double>() <= 0.5);
  const nn::Conv2d convolution(3, 8, 3, {.stride = 2, .padding = 1});
  expect_true("Conv2d's output", convolution(ones({1, 3, 8, 8})).sizes() == std::vector<std::int64_t>({1, 8, 4, 4}));
  nn::BatchNorm2d norm(2);
  expect_true("BatchNorm2d centres", std::abs(norm(rand({4, 2, 3, 3})).mean().item<double>()) < 1e-5);
  expect_true("and follows the mean", norm.running_mean.sum().item<double>() > 0);
  nn::Dropout rest(0.5);
  rest.eval();
  expect("Dropout at rest", rest(ones(2)), {1, 1}, {2});
}
