#include <algorithm>

#include "support.h"

namespace cloister::host::test {
namespace {

using ml::tensors::Dtype;
using ml::tensors::Scalar;
using Shape = std::vector<std::int64_t>;

TEST_F(SessionTest, OperatorsTakeHandlesAndGiveHandles) {
  auto ops = make<ml::ops::Host>();
  const std::uint32_t a = floats({1, 2}, {2});
  const std::uint32_t b = floats({10, 20}, {2});
  EXPECT_EQ(read_floats(rep(good(ops->add(tensor(a), tensor(b), Scalar::Int{2})))), (std::vector<float>{21, 42}));
  EXPECT_EQ(read_floats(rep(good(ops->mul_scalar(tensor(a), Scalar::Float{0.5})))), (std::vector<float>{0.5, 1}));
  good(ops->add_in_place(tensor(a), tensor(b), Scalar::Int{1}));
  EXPECT_EQ(read_floats(a), (std::vector<float>{11, 22}));
  const Shape shape{2, 1};
  EXPECT_EQ(*make<ml::tensors::Host>()->tensor_shape(tensor(rep(good(ops->reshape(tensor(a), shape))))), shape);
}

TEST_F(SessionTest, EmptyHoldsZeros) {
  const Shape shape{3};
  EXPECT_EQ(read_floats(rep(good(make<ml::ops::Host>()->empty(shape, Dtype::float32)))), (std::vector<float>{0, 0, 0}));
}

TEST_F(SessionTest, ErrorsOfTheEngineReachTheGuest) {
  auto ops = make<ml::ops::Host>();
  const std::uint32_t a = floats({1, 2}, {2});
  const std::uint32_t b = floats({1, 2, 3}, {3});
  refused<GuestError::ShapeMismatch>(ops->add(tensor(a), tensor(b), Scalar::Int{1}));
  refused<GuestError::Unsupported>(ops->conv2d(tensor(a), tensor(b), std::nullopt, {}));
  refused<GuestError::InvalidArgument>(ops->narrow(tensor(a), 5, 0, 1));
}

TEST_F(SessionTest, LongListsAreRefusedBeforeTheyAreUsed) {
  auto ops = make<ml::ops::Host>();
  const std::uint32_t a = floats({1}, {1});
  const Shape sizes(65, 1);
  refused<GuestError::InvalidArgument>(ops->reshape(tensor(a), sizes));
  refused<GuestError::InvalidArgument>(ops->sum(tensor(a), sizes, false));
  refused<GuestError::InvalidArgument>(
      ops->avg_pool2d(tensor(a), {.kernel_size = sizes, .stride = {}, .padding = {}, .ceil_mode = false}));
  const std::vector<sandbox::Borrow<Tensor>> many(20'000, tensor(a));
  const std::string why = refused<GuestError::InvalidArgument>(ops->cat(many, 0));
  EXPECT_NE(why.find("16384"), std::string::npos) << why;
}

TEST_F(SessionTest, AStaleHandleAnywhereTraps) {
  auto ops = make<ml::ops::Host>();
  const std::uint32_t a = floats({1}, {1});
  const std::uint32_t gone = floats({1}, {1});
  ASSERT_TRUE(make<ml::tensors::Host>()->drop_tensor(own<Tensor>(gone)));
  EXPECT_FALSE(ops->add(tensor(a), tensor(gone), Scalar::Int{1}));
  EXPECT_FALSE(ops->linear(tensor(a), tensor(a), tensor(gone)));
  const std::vector<sandbox::Borrow<Tensor>> list{tensor(a), tensor(gone)};
  EXPECT_FALSE(ops->cat(list, 0));
  EXPECT_FALSE(make<ml::autograd::Host>()->requires_grad(tensor(gone)));
  EXPECT_FALSE(make<ml::autograd::Host>()->grad(tensor(gone)));
}

TEST_F(SessionTest, ContentDependentOperatorsCountTheirOutcome) {
  auto ops = make<ml::ops::Host>();
  const std::uint32_t rows = floats({1, 2, 3}, {3});
  EXPECT_EQ(read_floats(rep(good(ops->index_select(tensor(rows), 0, tensor(integers({2, 0})))))),
            (std::vector<float>{3, 1}));
  EXPECT_EQ(egress(EgressKind::outcome), 1U);
  refused<GuestError::InvalidArgument>(ops->index_select(tensor(rows), 0, tensor(integers({3}))));
  EXPECT_EQ(egress(EgressKind::outcome), 2U);
  refused<GuestError::Unsupported>(
      ops->nll_loss(tensor(rows), tensor(integers({0})), std::nullopt, ml::ops::Reduction::mean, -100));
  EXPECT_EQ(egress(EgressKind::outcome), 3U);
}

TEST_F(SessionTest, ContentDependentOperatorsStopAtTheEgressLimit) {
  request.limits.egress_bytes = 0;
  auto ops = make<ml::ops::Host>();
  refused<GuestError::QuotaExceeded>(ops->index_select(tensor(floats({1}, {1})), 0, tensor(integers({0}))));
  good(ops->neg(tensor(floats({1}, {1}))));
}

TEST_F(SessionTest, ContentDependentOperatorsCanBeDenied) {
  request.deny_content_dependent = true;
  auto ops = make<ml::ops::Host>();
  const std::uint32_t rows = floats({1, 2, 3}, {3});
  for (const std::int64_t row : {0, 3}) {  // the answer does not tell whether the index fits
    const std::string said =
        refused<GuestError::NotGranted>(ops->index_select(tensor(rows), 0, tensor(integers({row}))));
    EXPECT_NE(said.find("ops.index-select"), std::string::npos) << said;
    EXPECT_NE(said.find("--deny content-dependent"), std::string::npos) << said;
  }
  refused<GuestError::NotGranted>(
      ops->nll_loss(tensor(rows), tensor(integers({0})), std::nullopt, ml::ops::Reduction::mean, -100));
  EXPECT_EQ(egress(EgressKind::outcome), 0U);
  good(ops->neg(tensor(rows)));
  const auto calls = report().calls;
  EXPECT_TRUE(std::any_of(calls.begin(), calls.end(), [](const CallCount& call) {
    return call.function == "ops.index-select" && call.calls == 2;
  }));
}

TEST_F(SessionTest, CallsAreCountedByFunction) {
  auto ops = make<ml::ops::Host>();
  const std::uint32_t a = floats({1}, {1});
  for (int i = 0; i < 5; ++i) good(ops->neg(tensor(a)));
  const auto calls = report().calls;
  const auto count = [&calls](std::string_view name) {
    const auto found =
        std::find_if(calls.begin(), calls.end(), [&](const auto& call) { return call.function == name; });
    return found == calls.end() ? 0 : found->calls;
  };
  EXPECT_EQ(count("ops.neg"), 5U);
  EXPECT_EQ(count("tensors.tensor.from-bytes"), 1U);
  EXPECT_EQ(count("ops.abs"), 0U);
}

TEST_F(SessionTest, AutogradModeIsTheSessions) {
  auto autograd = make<ml::autograd::Host>();
  EXPECT_EQ(*autograd->get_mode(), ml::autograd::Mode::grad);
  ASSERT_TRUE(autograd->set_mode(ml::autograd::Mode::inference));
  EXPECT_EQ(*autograd->get_mode(), ml::autograd::Mode::inference);
  EXPECT_FALSE(good(autograd->grad(tensor(floats({1}, {1})))).has_value());
}

TEST_F(SessionTest, OptimizersCheckTheirParameters) {
  auto optimizers = make<ml::optimizers::Host>();
  refused<GuestError::InvalidArgument>(optimizers->optimizer_sgd({}, {.lr = 0.1}));
  const std::vector<sandbox::Borrow<Tensor>> leaf{tensor(floats({1}, {1}))};
  refused<GuestError::InvalidArgument>(optimizers->optimizer_adam(leaf, {.lr = 0.1}));
  EXPECT_FALSE(optimizers->optimizer_step(lend<ml::optimizers::Optimizer>(77)));
}

}  // namespace
}  // namespace cloister::host::test
