// Two instances in one process that were granted the same weights: what one writes, trains or draws, the other does not
// see, nor the grant itself.
#include "cloister/engine/optimizers.h"
#include "operator_contents.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class Isolation : public TorchTest {
 protected:
  Isolation() : other_(backend_->make_context({.seed = 7})) {}

  // What an instance gets of a granted tensor.
  Tensor granted_to(InstanceContext& instance, const Tensor& granted) {
    const Entered entered(*backend_, &instance);
    return ok(backend_->lazy_clone(granted));
  }
  static std::vector<std::uint8_t> bytes_of(const Tensor& tensor) {
    const at::Tensor t = at_of(tensor).detach().contiguous();
    const auto* first = static_cast<const std::uint8_t*>(t.const_data_ptr());
    return {first, first + t.nbytes()};
  }

  std::unique_ptr<InstanceContext> other_;
};

TEST_F(Isolation, EveryOperatorThatWritesWritesToACopy) {
  int written = 0;
  for (const Family& family : operator_families()) {
    for (const Row& row : family.rows) {
      if (!row.in_place) continue;
      for (const Operands& operands : row.operands) {
        for (const at::ScalarType dtype : {at::kFloat, at::kLong}) {
          auto made =
              make_operands(operands, std::vector(operands.size(), dtype), Layout::contiguous, Numbers::ordinary);
          std::vector<Tensor> all;
          for (at::Tensor& each : made) all.push_back(wrap(each));
          const Tensor granted = all.front();
          const auto before = bytes_of(granted);
          const Tensor others = granted_to(*other_, granted);
          const Tensor mine = granted_to(*context_, granted);
          // As it is, and through a view of the same storage.
          for (const bool through_view : {false, true}) {
            all.front() = through_view ? ok(backend_->alias(mine)) : mine;
            const auto type = dtype == at::kFloat ? Dtype::float32 : Dtype::int64;
            if (!row.ours({backend_.get(), all, type})) continue;
            ++written;
            ASSERT_EQ(bytes_of(granted), before) << row.op << " wrote to what is granted";
            ASSERT_EQ(bytes_of(others), before) << row.op << " wrote to what another instance holds";
          }
        }
      }
    }
  }
  EXPECT_GT(written, 100);
}

TEST_F(Isolation, OptimizersStepACopy) {
  const Tensor granted = wrap(at::arange(1, 5, at::kFloat));
  const auto before = bytes_of(granted);
  const Tensor others = granted_to(*other_, granted);
  const auto train = [&](auto&& make) {
    const Tensor mine = granted_to(*context_, granted);
    ok(backend_->set_requires_grad(mine, true));
    const std::unique_ptr<Optimizer> optimizer = ok(make(mine));
    ok(backend_->backward(ok(backend_->sum(ok(backend_->mul(mine, mine)), {}, false)), nullptr, false));
    ok(optimizer->step());
    EXPECT_NE(bytes_of(mine), before);
    EXPECT_EQ(bytes_of(granted), before);
    EXPECT_EQ(bytes_of(others), before);
  };
  train([&](const Tensor& w) { return make_sgd(*backend_, {w}, {.lr = 0.1, .momentum = 0.9}); });
  train([&](const Tensor& w) { return make_adam(*backend_, {w}, {.lr = 0.1}); });
  train([&](const Tensor& w) { return make_adamw(*backend_, {w}, {.lr = 0.1}); });
  train([&](const Tensor& w) { return make_rmsprop(*backend_, {w}, {.lr = 0.1}); });
}

TEST_F(Isolation, RunningStatisticsAreEachInstancesOwn) {
  const Tensor granted_mean = ok(backend_->zeros(S{3}, Dtype::float32));
  const Tensor granted_var = ok(backend_->ones(S{3}, Dtype::float32));
  const Tensor weight = ok(backend_->ones(S{3}, Dtype::float32));
  const auto train = [&](InstanceContext& instance, double input) {
    const Entered entered(*backend_, &instance);
    const Tensor mean = ok(backend_->lazy_clone(granted_mean)), var = ok(backend_->lazy_clone(granted_var));
    ok(backend_->batch_norm(ok(backend_->full(S{4, 3}, input, Dtype::float32)), &weight, nullptr, &mean, &var,
                            {true, 1.0, 1e-5}));
    return values<float>(mean);
  };
  EXPECT_EQ(train(*context_, 5.0), std::vector<float>(3, 5));
  EXPECT_EQ(train(*other_, 9.0), std::vector<float>(3, 9));
  EXPECT_EQ(values<float>(granted_mean), std::vector<float>(3, 0));
  EXPECT_EQ(values<float>(granted_var), std::vector<float>(3, 1));
}

TEST_F(Isolation, GradientsAreEachInstancesOwn) {
  const Tensor granted = wrap(at::arange(1, 4, at::kFloat));
  const Tensor mine = granted_to(*context_, granted);
  const Tensor others = granted_to(*other_, granted);
  ok(backend_->set_requires_grad(mine, true));
  ok(backend_->backward(ok(backend_->sum(mine, {}, false)), nullptr, false));
  EXPECT_TRUE(ok(backend_->grad(mine)).has_value());
  for (const Tensor& each : {others, granted}) {
    EXPECT_FALSE(backend_->requires_grad(each));
    EXPECT_FALSE(ok(backend_->grad(each)).has_value());
  }
}

TEST_F(Isolation, DrawsAreEachInstancesOwn) {
  const auto draw = [&](InstanceContext& instance) {
    const Entered entered(*backend_, &instance);
    return values<float>(ok(backend_->rand(S{4}, Dtype::float32)));
  };
  const auto alone = backend_->make_context({.seed = 7});
  const auto first = draw(*alone), second = draw(*alone);
  context_->manual_seed(7);
  EXPECT_EQ(draw(*other_), first);
  EXPECT_EQ(draw(*context_), first);
  EXPECT_EQ(draw(*other_), second);
}

}  // namespace
}  // namespace cloister::engine
