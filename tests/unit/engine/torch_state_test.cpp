// What a checkpoint takes out of the engine and puts back: the state of optimizers and of the generator.
#include <ATen/CPUGeneratorImpl.h>

#include <cstring>

#include "cloister/engine/optimizers.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class TorchState : public TorchTest {
 protected:
  static void refuses(const Result<void>& done, ErrorCode code = ErrorCode::invalid_argument) {
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, code) << done.error().message;
  }
};

TEST_F(TorchState, GoOnFromTheirStateAsIfNothingHadHappened) {
  const auto make_all = [&](const Tensor& w) {
    std::vector<std::unique_ptr<Optimizer>> all;
    all.push_back(ok(make_sgd(*backend_, {w}, {.lr = 0.1, .momentum = 0.9, .dampening = 0.2})));
    all.push_back(ok(make_adam(*backend_, {w}, {.lr = 0.1})));
    all.push_back(ok(make_adamw(*backend_, {w}, {.lr = 0.1})));
    all.push_back(ok(make_rmsprop(*backend_, {w}, {.lr = 0.1, .momentum = 0.9, .centered = true})));
    return all;
  };
  const auto train = [&](Optimizer& optimizer, const Tensor& w, int steps) {
    for (int step = 0; step < steps; ++step) {
      ok(optimizer.zero_grad());
      ok(backend_->backward(ok(backend_->sum(ok(backend_->mul(w, w)), {}, false)), nullptr, false));
      ok(optimizer.step());
    }
  };
  const auto leaf = [&](const at::Tensor& values) {
    const Tensor w = wrap(values.clone());
    ok(backend_->set_requires_grad(w, true));
    return w;
  };
  for (std::size_t kind = 0; kind < 4; ++kind) {
    const Tensor whole = leaf(at::arange(1, 4, at::kFloat));
    const auto uninterrupted = std::move(make_all(whole)[kind]);
    train(*uninterrupted, whole, 7);

    const Tensor first = leaf(at::arange(1, 4, at::kFloat));
    const auto stopped = std::move(make_all(first)[kind]);
    train(*stopped, first, 3);
    const Tensor second = leaf(at_of(first).detach());
    const auto resumed = std::move(make_all(second)[kind]);
    ASSERT_EQ(stopped->states().size(), 1U);
    EXPECT_EQ(stopped->states()[0].step, 3);
    EXPECT_EQ(stopped->states()[0].tensors.size(), stopped->state_names().size());
    ok(resumed->set_states({stopped->states().begin(), stopped->states().end()}));
    train(*resumed, second, 4);
    expect_same(at_of(second), at_of(whole));
  }
}

TEST_F(TorchState, RefuseStatesOfAnotherModel) {
  const Tensor w = ok(backend_->ones(S{2}, Dtype::float32));
  ok(backend_->set_requires_grad(w, true));
  const auto optimizer = ok(make_adam(*backend_, {w}, {}));
  const Tensor same = ok(backend_->ones(S{2}, Dtype::float32));
  refuses(optimizer->set_states({}));
  refuses(optimizer->set_states({{.step = 1, .tensors = {same}}}));
  refuses(optimizer->set_states({{.step = 1, .tensors = {}}}));
  refuses(optimizer->set_states({{.step = -1, .tensors = {same, same}}}));
  refuses(optimizer->set_states({{.step = 1, .tensors = {same, ok(backend_->ones(S{3}, Dtype::float32))}}}));
  refuses(optimizer->set_states({{.step = 1, .tensors = {same, ok(backend_->ones(S{2}, Dtype::float64))}}}));
  EXPECT_EQ(optimizer->states()[0].step, 0);
  ok(optimizer->set_states({{.step = 0, .tensors = {}}}));
  ok(optimizer->set_states({{.step = 5, .tensors = {same, same}}}));
  EXPECT_EQ(optimizer->states()[0].step, 5);
}

TEST_F(TorchState, TheGeneratorGoesOnWhereItWas) {
  // Normal numbers come in pairs, one of which waits; an odd number of them leaves the state between.
  for (const std::int64_t drawn : {0, 1, 3, 15, 700}) {
    context_->manual_seed(7);
    if (drawn > 0) ok(backend_->randn(S{drawn}, Dtype::float32));
    const auto state = ok(context_->generator_state());
    const auto next = values<float>(ok(backend_->randn(S{1001}, Dtype::float32)));
    const auto bits = values<float>(ok(backend_->dropout(ok(backend_->ones(S{100}, Dtype::float32)), 0.5, true)));
    context_->manual_seed(99);
    ok(backend_->rand(S{13}, Dtype::float32));
    ok(context_->set_generator_state(state));
    EXPECT_EQ(values<float>(ok(backend_->randn(S{1001}, Dtype::float32))), next);
    EXPECT_EQ(values<float>(ok(backend_->dropout(ok(backend_->ones(S{100}, Dtype::float32)), 0.5, true))), bits);
  }
}

TEST_F(TorchState, AGeneratorRefusesWhatIsNoState) {
  auto state = ok(context_->generator_state());
  const auto numbers = [&] { return values<float>(ok(backend_->rand(S{5}, Dtype::float32))); };
  refuses(context_->set_generator_state({}), ErrorCode::bad_data);
  refuses(context_->set_generator_state(std::vector<std::uint8_t>(state.size() - 1)), ErrorCode::bad_data);
  refuses(context_->set_generator_state(std::vector<std::uint8_t>(state.size())), ErrorCode::bad_data);
  // Each place in its table is possible by itself; together they would lead beyond it.
  auto beyond = state;
  const std::int32_t left = 600;
  const std::uint64_t next = 600;
  std::memcpy(beyond.data() + 8, &left, sizeof(left));
  std::memcpy(beyond.data() + 16, &next, sizeof(next));
  refuses(context_->set_generator_state(beyond), ErrorCode::bad_data);
  // None of that changed it.
  const auto drawn = numbers();
  ok(context_->set_generator_state(state));
  EXPECT_EQ(numbers(), drawn);
}

}  // namespace
}  // namespace cloister::engine
