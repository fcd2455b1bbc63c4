// Random numbers: libtorch's for the same seed, and each instance's own.
#include <ATen/CPUGeneratorImpl.h>

#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class TorchRandom : public TorchTest {
 protected:
  TorchRandom() : TorchTest({.seed = 42}) { at::manual_seed(42); }
};

TEST_F(TorchRandom, IsWhatLibtorchDrawsFromTheSameSeed) {
  for (const Dtype dtype : {Dtype::float32, Dtype::float64, Dtype::bfloat16}) {
    const at::ScalarType type = at_of(ok(backend_->zeros({}, dtype))).scalar_type();
    // Small and large: normal numbers take another path from 16 elements on.
    for (const S& shape : {S{3}, S{16}, S{100, 33}}) {
      expect_same(at_of(ok(backend_->rand(shape, dtype))), at::rand(shape, type));
      expect_same(at_of(ok(backend_->randn(shape, dtype))), at::randn(shape, type));
    }
  }
  for (const std::int64_t n : {0, 1, 10, 50000}) {
    expect_same(at_of(ok(backend_->randperm(n))), at::randperm(n, at::kLong));
  }
}

TEST_F(TorchRandom, DropoutIsLibtorchs) {
  const at::Tensor x = at::ones({64, 33});
  const Tensor ours = wrap(x.clone());
  for (const double p : {0.1, 0.5, 0.9, 1.0, 0.0}) {
    expect_same(at_of(ok(backend_->dropout(ours, p, true))), at::dropout(x, p, true));
  }
  expect_same(at_of(ok(backend_->dropout(ours, 0.5, false))), x);
}

TEST_F(TorchRandom, DropoutPassesItsMaskToTheGradient) {
  const Tensor x = ok(backend_->ones(S{100}, Dtype::float32));
  ok(backend_->set_requires_grad(x, true));
  const Tensor y = ok(backend_->dropout(x, 0.25, true));
  ok(backend_->backward(ok(backend_->sum(y, {}, false)), nullptr, false));
  EXPECT_EQ(values<float>(*ok(backend_->grad(x))), values<float>(y));
}

TEST_F(TorchRandom, SeedingStartsOver) {
  const auto first = values<float>(ok(backend_->randn(S{100}, Dtype::float32)));
  EXPECT_NE(values<float>(ok(backend_->randn(S{100}, Dtype::float32))), first);
  context_->manual_seed(42);
  EXPECT_EQ(values<float>(ok(backend_->randn(S{100}, Dtype::float32))), first);
  context_->manual_seed(43);
  EXPECT_NE(values<float>(ok(backend_->randn(S{100}, Dtype::float32))), first);
}

TEST_F(TorchRandom, InstancesDoNotDisturbEachOther) {
  const auto alone = [&] {
    const auto context = backend_->make_context({.seed = 9});
    const Entered entered(*backend_, context.get());
    auto numbers = values<float>(ok(backend_->rand(S{5}, Dtype::float32)));
    const auto more = values<float>(ok(backend_->rand(S{5}, Dtype::float32)));
    numbers.insert(numbers.end(), more.begin(), more.end());
    return numbers;
  }();
  const auto a = backend_->make_context({.seed = 9});
  const auto b = backend_->make_context({.seed = 10});
  std::vector<float> interleaved;
  for (int round = 0; round < 2; ++round) {
    {
      const Entered entered(*backend_, a.get());
      const auto numbers = values<float>(ok(backend_->rand(S{5}, Dtype::float32)));
      interleaved.insert(interleaved.end(), numbers.begin(), numbers.end());
    }
    const Entered entered(*backend_, b.get());
    ok(backend_->rand(S{7}, Dtype::float32));
  }
  EXPECT_EQ(interleaved, alone);
}

// A small training run gives the same bytes each time: the arithmetic depends on the seed and nothing else.
TEST_F(TorchRandom, TheSameSeedGivesTheSameBytes) {
  const auto run = [&](std::uint64_t seed) {
    const auto context = backend_->make_context({.seed = seed});
    const Entered entered(*backend_, context.get());
    const Tensor x = ok(backend_->randn(S{64, 128}, Dtype::float32));
    const Tensor w1 = ok(backend_->randn(S{32, 128}, Dtype::float32));
    const Tensor w2 = ok(backend_->randn(S{10, 32}, Dtype::float32));
    ok(backend_->set_requires_grad(w1, true));
    ok(backend_->set_requires_grad(w2, true));
    const Tensor target = ok(backend_->narrow(ok(backend_->randperm(64)), 0, 0, 64));
    const Tensor classes = ok(backend_->argmax(ok(backend_->narrow(x, 1, 0, 10)), 1, false));
    for (int step = 0; step < 5; ++step) {
      const Tensor batch = ok(backend_->index_select(x, 0, target));
      const Tensor hidden = ok(backend_->relu(ok(backend_->linear(batch, w1, nullptr))));
      const Tensor logits = ok(backend_->linear(ok(backend_->dropout(hidden, 0.3, true)), w2, nullptr));
      ok(backend_->backward(ok(backend_->cross_entropy(logits, classes, nullptr, {Reduction::mean, -100, 0})), nullptr,
                            false));
      context->set_grad_mode(GradMode::no_grad);
      for (const Tensor& w : {w1, w2}) {
        ok(backend_->add_in_place(w, *ok(backend_->grad(w)), -0.1));
        ok(backend_->zero_grad(w));
      }
      context->set_grad_mode(GradMode::grad);
    }
    return values<float>(w2);
  };
  const auto once = run(1);
  EXPECT_EQ(run(1), once);
  EXPECT_NE(run(2), once);
}

}  // namespace
}  // namespace cloister::engine
