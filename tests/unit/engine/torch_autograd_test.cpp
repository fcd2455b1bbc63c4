// Gradients, modes and graphs.
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;
using F = std::vector<float>;

class TorchAutograd : public TorchTest {
 protected:
  Tensor parameter(const F& numbers) {
    Tensor t = tensor(numbers, {static_cast<std::int64_t>(numbers.size())});
    ok(backend_->set_requires_grad(t, true));
    return t;
  }
  template <class Value>
  void expect_error(const Result<Value>& result, ErrorCode code) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, code) << result.error().message;
  }
};

TEST_F(TorchAutograd, GradientsAccumulateUntilTheyAreForgotten) {
  const Tensor x = parameter({1, 2});
  EXPECT_FALSE(ok(backend_->grad(x)).has_value());
  for (int i = 1; i <= 2; ++i) {
    const Tensor loss = ok(backend_->sum(ok(backend_->mul(x, x)), {}, false));
    ok(backend_->backward(loss, nullptr, false));
    EXPECT_EQ(values<float>(*ok(backend_->grad(x))), (F{2.0F * static_cast<float>(i), 4.0F * static_cast<float>(i)}));
  }
  ok(backend_->zero_grad(x));
  EXPECT_FALSE(ok(backend_->grad(x)).has_value());
}

TEST_F(TorchAutograd, TellsLeavesFromResults) {
  const Tensor x = parameter({1});
  const Tensor y = ok(backend_->mul_scalar(x, 2.0));
  EXPECT_TRUE(backend_->is_leaf(x));
  EXPECT_TRUE(backend_->requires_grad(y));
  EXPECT_FALSE(backend_->is_leaf(y));
  EXPECT_FALSE(ok(backend_->grad(y)).has_value());
  ok(backend_->zero_grad(y));
  expect_error(backend_->set_requires_grad(y, false), ErrorCode::invalid_argument);
  const Tensor apart = ok(backend_->detach(y));
  EXPECT_FALSE(backend_->requires_grad(apart));
  expect_error(backend_->set_requires_grad(ok(backend_->ones(S{1}, Dtype::int64)), true), ErrorCode::dtype_mismatch);
}

TEST_F(TorchAutograd, BackwardTwiceNeedsTheGraph) {
  const Tensor x = parameter({3});
  const Tensor y = ok(backend_->mul(x, x));
  ok(backend_->backward(y, nullptr, true));
  ok(backend_->backward(y, nullptr, false));
  EXPECT_EQ(values<float>(*ok(backend_->grad(x))), (F{12}));
  expect_error(backend_->backward(y, nullptr, false), ErrorCode::invalid_argument);
}

TEST_F(TorchAutograd, BackwardErrors) {
  const Tensor x = parameter({1, 2});
  const Tensor y = ok(backend_->mul(x, x));
  expect_error(backend_->backward(y, nullptr, false), ErrorCode::shape_mismatch);
  const Tensor wrong = tensor(F{1}, {1});
  expect_error(backend_->backward(y, &wrong, false), ErrorCode::shape_mismatch);
  expect_error(backend_->backward(tensor(F{1}, {}), nullptr, false), ErrorCode::invalid_argument);
}

TEST_F(TorchAutograd, LeavesAreNotWrittenToWhileTheyAreRecorded) {
  const Tensor x = parameter({1, 2});
  expect_error(backend_->add_in_place(x, tensor(F{1}, {}), 1.0), ErrorCode::invalid_argument);
  context_->set_grad_mode(GradMode::no_grad);
  ok(backend_->add_in_place(x, tensor(F{1}, {}), 1.0));
  EXPECT_EQ(values<float>(x), (F{2, 3}));
}

TEST_F(TorchAutograd, WhatWasSavedMayNotChange) {
  const Tensor x = parameter({1, 2});
  const Tensor y = ok(backend_->exp(x));
  const Tensor z = ok(backend_->sum(ok(backend_->mul(y, y)), {}, false));
  ok(backend_->mul_scalar_in_place(ok(backend_->detach(y)), 2.0));
  expect_error(backend_->backward(z, nullptr, false), ErrorCode::invalid_argument);
}

TEST_F(TorchAutograd, ModesBelongToTheInstance) {
  const Tensor x = parameter({1});
  context_->set_grad_mode(GradMode::no_grad);
  EXPECT_FALSE(backend_->requires_grad(ok(backend_->mul(x, x))));
  {
    const auto other = backend_->make_context({});
    const Entered entered(*backend_, other.get());
    EXPECT_TRUE(backend_->requires_grad(ok(backend_->mul(x, x))));
    other->set_grad_mode(GradMode::inference);
    const Tensor y = ok(backend_->mul(x, x));
    EXPECT_FALSE(backend_->requires_grad(y));
    EXPECT_TRUE(at_of(y).is_inference());
  }
  EXPECT_FALSE(backend_->requires_grad(ok(backend_->mul(x, x))));
  EXPECT_FALSE(at_of(ok(backend_->mul(x, x))).is_inference());
  context_->set_grad_mode(GradMode::grad);
  EXPECT_TRUE(backend_->requires_grad(ok(backend_->mul(x, x))));
  const InstanceContext* entered = backend_->enter(nullptr);
  EXPECT_EQ(entered, context_.get());
  backend_->enter(context_.get());
}

TEST_F(TorchAutograd, InferenceTensorsTrainOnlyAsClones) {
  const Tensor w = parameter({1, 2});
  context_->set_grad_mode(GradMode::inference);
  const Tensor features = ok(backend_->mul_scalar(tensor(F{1, 2}, {2}), 2.0));
  context_->set_grad_mode(GradMode::grad);
  expect_error(backend_->mul(w, features), ErrorCode::invalid_argument);
  expect_error(backend_->set_requires_grad(features, true), ErrorCode::invalid_argument);
  expect_error(backend_->mul_scalar_in_place(features, 2.0), ErrorCode::invalid_argument);
  const Tensor copy = ok(backend_->clone(features));
  ok(backend_->backward(ok(backend_->sum(ok(backend_->mul(w, copy)), {}, false)), nullptr, false));
  EXPECT_EQ(values<float>(*ok(backend_->grad(w))), (F{2, 4}));
}

TEST_F(TorchAutograd, GrantedTensorsTrainEvenWhenTheyAreHandedOutInInferenceMode) {
  const Tensor granted = tensor(F{1, 2}, {2});
  context_->set_grad_mode(GradMode::inference);
  const Tensor weights = ok(backend_->lazy_clone(granted));
  HostBuffer buffer = ok(backend_->allocate(context_.get(), 8));
  std::memset(buffer.data, 0, 8);
  const Tensor batch = ok(backend_->adopt(std::move(buffer), S{2}, Dtype::float32));
  context_->set_grad_mode(GradMode::grad);
  EXPECT_FALSE(at_of(weights).is_inference());
  EXPECT_FALSE(at_of(batch).is_inference());
  ok(backend_->set_requires_grad(weights, true));
  ok(backend_->backward(ok(backend_->sum(ok(backend_->mul(weights, batch)), {}, false)), nullptr, false));
  EXPECT_EQ(values<float>(*ok(backend_->grad(weights))), (F{0, 0}));
}

// A graph of a million nodes is taken down without recursion, whether it was used or not.
TEST_F(TorchAutograd, DeepGraphsDoNotOverflowTheStack) {
  for (const bool use : {false, true}) {
    const Tensor x = parameter({1});
    Tensor y = x;
    for (int i = 0; i < 300'000; ++i) y = ok(backend_->add_scalar(y, 0.0, 1.0));
    if (use) {
      ok(backend_->backward(y, nullptr, false));
      EXPECT_EQ(values<float>(*ok(backend_->grad(x))), (F{1}));
    }
  }
}

TEST_F(TorchAutograd, DeepGraphsOfWritesThroughViewsDoNotEither) {
  const Tensor x = parameter({1});
  Tensor base = ok(backend_->mul_scalar(x, 1.0));
  for (int i = 0; i < 100'000; ++i) {
    const Tensor view = ok(backend_->narrow(base, 0, 0, 1));
    ok(backend_->add_in_place(view, x, 1.0));
  }
  for (int i = 0; i < 100'000; ++i) base = ok(backend_->reshape(base, S{1, 1}));
}

TEST_F(TorchAutograd, TheLimitHoldsWithinBackward) {
  const auto limited = backend_->make_context({.memory_limit_bytes = (5 << 20) + 4096});  // and some nodes
  const Entered entered(*backend_, limited.get());
  const Tensor x = ok(backend_->ones(S{1 << 18}, Dtype::float32));  // 1 MiB
  ok(backend_->set_requires_grad(x, true));
  {
    Tensor y = ok(backend_->exp(x));
    y = ok(backend_->exp(y));
    y = ok(backend_->exp(y));
    const Tensor gradient = ok(backend_->ones(S{1 << 18}, Dtype::float32));
    const auto result = backend_->backward(y, &gradient, false);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::quota_exceeded) << result.error().message;
    EXPECT_NE(result.error().message.find("--limit tensors="), std::string::npos) << result.error().message;
  }
  ok(backend_->zero_grad(x));
  EXPECT_EQ(limited->memory().bytes, 1 << 20);
}

TEST_F(TorchAutograd, NodesOfTheGraphAreCharged) {
  constexpr std::int64_t kNode = 640;  // docs/limits.md
  const auto context = backend_->make_context({.memory_limit_bytes = 1 << 20});
  const Entered entered(*backend_, context.get());
  const auto in_use = [&] { return context->memory().bytes.load(); };
  const Tensor x = ok(backend_->ones(S{16}, Dtype::float32));  // 64 bytes, the least that is charged
  ok(backend_->set_requires_grad(x, true));
  EXPECT_EQ(in_use(), 64);
  {
    const Tensor view = ok(backend_->reshape(x, S{4, 4}));
    EXPECT_EQ(in_use(), 64 + kNode);
    const Tensor same = ok(backend_->contiguous(view));
    EXPECT_EQ(in_use(), 64 + kNode);  // no operator, no node
    const Tensor sum = ok(backend_->add(view, view, 1.0));
    EXPECT_EQ(in_use(), 2 * (64 + kNode));
    ok(backend_->mul_scalar_in_place(sum, 2.0));
    EXPECT_EQ(in_use(), 2 * (64 + kNode) + kNode);
    context->set_grad_mode(GradMode::no_grad);
    const Tensor plain = ok(backend_->add(view, view, 1.0));
    EXPECT_EQ(in_use(), 3 * 64 + 3 * kNode);
    context->set_grad_mode(GradMode::grad);
    // Gradients pass through as they are.
    ok(backend_->backward(sum, &plain, false));
    EXPECT_EQ(values<float>(*ok(backend_->grad(x))), F(16, 8.0F));
  }
  ok(backend_->zero_grad(x));
  EXPECT_EQ(in_use(), 64);
}

TEST_F(TorchAutograd, WideNodesAreChargedForOperandsAndResults) {
  const auto context = backend_->make_context({.memory_limit_bytes = 1 << 24});
  const Entered entered(*backend_, context.get());
  const auto in_use = [&] { return context->memory().bytes.load(); };
  const Tensor x = ok(backend_->ones(S{1000}, Dtype::float32));
  ok(backend_->set_requires_grad(x, true));
  const auto before = in_use();
  {
    auto parts = ok(backend_->unbind(x, 0));
    EXPECT_GE(in_use() - before, 640 + 999 * (192 + 8));
    parts.resize(1);
    EXPECT_GE(in_use() - before, 640 + 999 * (192 + 8));  // who keeps one result keeps the node
  }
  EXPECT_EQ(in_use(), before);
  {
    const Tensor wide = ok(backend_->cat(std::vector(1000, x), 0));
    EXPECT_GE(in_use() - before, 4'000'000 + 640 + 996 * (128 + 16));
  }
  EXPECT_EQ(in_use(), before);
}

TEST_F(TorchAutograd, GraphsOfNothingButNodesComeToTheLimit) {
  const auto limited = backend_->make_context({.memory_limit_bytes = 1 << 16});
  const auto other = backend_->make_context({.memory_limit_bytes = 1 << 16});
  const auto grow = [&](InstanceContext& context) {
    const Entered entered(*backend_, &context);
    Tensor x = ok(backend_->ones(S{1}, Dtype::float32));
    ok(backend_->set_requires_grad(x, true));
    for (int nodes = 0; nodes < 1000; ++nodes) {
      auto view = backend_->reshape(x, S{1});
      view = view ? backend_->transpose(*view, 0, 0) : std::move(view);
      if (!view) {
        EXPECT_EQ(view.error().code, ErrorCode::quota_exceeded) << view.error().message;
        return nodes;
      }
      x = *std::move(view);
    }
    return 1000;
  };
  const int nodes = grow(*limited);
  EXPECT_LT(nodes, (1 << 16) / 640);
  EXPECT_GT(nodes, 10);
  EXPECT_EQ(grow(*other), nodes);
  EXPECT_EQ(limited->memory().bytes, 0);
}

TEST_F(TorchAutograd, NothingIsPrintedForWhatLibtorchWarnsOf) {
  testing::internal::CaptureStderr();
  ok(backend_->std(ok(backend_->ones(S{1}, Dtype::float32)), {}, 1, false));
  const Tensor x = parameter({1});
  ok(backend_->grad(ok(backend_->mul(x, x))));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace cloister::engine
