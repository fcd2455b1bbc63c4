// What every backend must do alike: each test runs on the stub and, where it is built, on libtorch.
#include "backend_fixture.h"

namespace cloister::engine {
namespace {

using F = std::vector<float>;
using I = std::vector<std::int64_t>;
using S = std::vector<std::int64_t>;

class Conformance : public BackendTest, public testing::WithParamInterface<BackendKind> {
 protected:
  Conformance() : BackendTest(GetParam()) {}

  void expect(const Tensor& tensor, const S& shape_wanted, const F& wanted) {
    EXPECT_EQ(shape(tensor), shape_wanted);
    EXPECT_EQ(values<float>(tensor), wanted);
  }
  template <class Value>
  void expect_error(const Result<Value>& result, ErrorCode code, std::string_view op) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_TRUE(result.error().message.starts_with(op)) << result.error().message;
  }
};

TEST_P(Conformance, BytesComeBackAsTheyWere) {
  const F numbers{1, -2, 3.5F, 0, 5, 6};
  const Tensor t = tensor(numbers, {2, 3});
  expect(t, {2, 3}, numbers);
  EXPECT_EQ(backend_->dtype(t), Dtype::float32);
  EXPECT_EQ(backend_->numel(t), 6);
  EXPECT_EQ(backend_->device_of(t), Device{});
}

TEST_P(Conformance, EveryDtypeCanBeMadeAndRead) {
  for (std::size_t i = 0; i < kDtypeCount; ++i) {
    const auto dtype = static_cast<Dtype>(i);
    const Tensor t = ok(backend_->zeros(S{3}, dtype));
    EXPECT_EQ(backend_->dtype(t), dtype);
    EXPECT_EQ(ok(backend_->read(t)).size, 3 * element_size(dtype));
  }
}

TEST_P(Conformance, ScalarsAndEmptyTensorsAreTensors) {
  const Tensor scalar = tensor(F{7}, {});
  EXPECT_EQ(backend_->numel(scalar), 1);
  EXPECT_EQ(std::get<double>(ok(backend_->item(scalar))), 7.0);
  const Tensor empty = tensor(F{}, {0, 4});
  EXPECT_EQ(backend_->numel(empty), 0);
  EXPECT_EQ(ok(backend_->read(empty)).size, 0U);
}

TEST_P(Conformance, ItemHasTheKindOfItsDtype) {
  EXPECT_EQ(std::get<std::int64_t>(ok(backend_->item(tensor(I{-5}, {1})))), -5);
  EXPECT_EQ(std::get<bool>(ok(backend_->item(bools({1}, {})))), true);
  expect_error(backend_->item(tensor(F{1, 2}, {2})), ErrorCode::invalid_argument, "item");
}

TEST_P(Conformance, BytesMustMatchTheShape) {
  const std::vector<std::uint8_t> bytes(12);
  expect_error(backend_->from_bytes(bytes, S{4}, Dtype::float32), ErrorCode::invalid_argument, "from_bytes");
  expect_error(backend_->from_bytes(bytes, S{-3}, Dtype::float32), ErrorCode::invalid_argument, "from_bytes");
  const S huge{std::int64_t{1} << 40, std::int64_t{1} << 40};
  expect_error(backend_->from_bytes(bytes, huge, Dtype::float32), ErrorCode::invalid_argument, "from_bytes");
  expect_error(backend_->zeros(huge, Dtype::float32), ErrorCode::invalid_argument, "zeros");
  expect_error(backend_->zeros(S(65, 1), Dtype::float32), ErrorCode::invalid_argument, "zeros");
}

TEST_P(Conformance, BoolBytesMustBeTruthValues) {
  const std::vector<std::uint8_t> bytes{0, 1, 2};
  expect_error(backend_->from_bytes(bytes, S{3}, Dtype::bool_), ErrorCode::invalid_argument, "from_bytes");
}

TEST_P(Conformance, FullOnesAndZeros) {
  expect(ok(backend_->full(S{2}, 2.5, Dtype::float32)), {2}, {2.5F, 2.5F});
  expect(ok(backend_->ones(S{2, 1}, Dtype::float32)), {2, 1}, {1, 1});
  expect(ok(backend_->zeros(S{1, 2}, Dtype::float32)), {1, 2}, {0, 0});
  EXPECT_EQ(values<std::int64_t>(ok(backend_->full(S{2}, std::int64_t{-7}, Dtype::int64))), (I{-7, -7}));
}

TEST_P(Conformance, ArithmeticBroadcasts) {
  const Tensor a = tensor(F{1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor row = tensor(F{10, 20, 30}, {3});
  const Tensor column = tensor(F{100, 200}, {2, 1});
  expect(ok(backend_->add(a, row, std::int64_t{1})), {2, 3}, {11, 22, 33, 14, 25, 36});
  expect(ok(backend_->add(a, row, 0.5)), {2, 3}, {6, 12, 18, 9, 15, 21});
  expect(ok(backend_->sub(a, column, 1.0)), {2, 3}, {-99, -98, -97, -196, -195, -194});
  expect(ok(backend_->mul(row, column)), {2, 3}, {1000, 2000, 3000, 2000, 4000, 6000});
  expect(ok(backend_->div(a, tensor(F{2}, {}))), {2, 3}, {0.5F, 1, 1.5F, 2, 2.5F, 3});
  expect(ok(backend_->maximum(a, tensor(F{3}, {1}))), {2, 3}, {3, 3, 3, 4, 5, 6});
  expect(ok(backend_->add_scalar(a, 1.0, 2.0)), {2, 3}, {3, 4, 5, 6, 7, 8});
  expect(ok(backend_->mul_scalar(a, std::int64_t{2})), {2, 3}, {2, 4, 6, 8, 10, 12});
  expect(ok(backend_->neg(row)), {3}, {-10, -20, -30});
  expect(ok(backend_->relu(tensor(F{-1, 0, 2}, {3}))), {3}, {0, 0, 2});
}

TEST_P(Conformance, WholeNumbersStayWhole) {
  const Tensor a = tensor(I{1, -2, std::int64_t{1} << 60}, {3});
  EXPECT_EQ(values<std::int64_t>(ok(backend_->mul_scalar(a, std::int64_t{3}))),
            (I{3, -6, 3 * (std::int64_t{1} << 60)}));
  EXPECT_EQ(values<std::int64_t>(ok(backend_->add(a, a, std::int64_t{-1}))), (I{0, 0, 0}));
  EXPECT_EQ(values<std::int64_t>(ok(backend_->sum(a, {}, false))), (I{(std::int64_t{1} << 60) - 1}));
}

TEST_P(Conformance, ShapesThatDoNotFitAreNamed) {
  const Tensor a = tensor(F{1, 2, 3}, {3});
  const Tensor b = tensor(F{1, 2}, {2});
  const auto sum = backend_->add(a, b, 1.0);
  expect_error(sum, ErrorCode::shape_mismatch, "add");
  EXPECT_NE(sum.error().message.find("[3]"), std::string::npos) << sum.error().message;
  EXPECT_NE(sum.error().message.find("[2]"), std::string::npos) << sum.error().message;
  expect_error(backend_->add_in_place(b, tensor(F(4), {2, 2}), 1.0), ErrorCode::shape_mismatch, "add_in_place");
  expect_error(backend_->copy_in_place(b, a), ErrorCode::shape_mismatch, "copy_in_place");
  expect_error(backend_->matmul(tensor(F(6), {2, 3}), tensor(F(4), {2, 2})), ErrorCode::shape_mismatch, "matmul");
  expect_error(backend_->linear(tensor(F(6), {2, 3}), tensor(F(4), {2, 2}), nullptr), ErrorCode::shape_mismatch, "");
  expect_error(backend_->reshape(a, S{2, 2}), ErrorCode::shape_mismatch, "reshape");
}

TEST_P(Conformance, InPlaceWritesAreSeenThroughViews) {
  const Tensor a = tensor(F{1, 2, 3, 4}, {2, 2});
  const Tensor second_row = ok(backend_->narrow(a, 0, 1, 1));
  ok(backend_->add_in_place(second_row, tensor(F{10, 20}, {1, 2}), 1.0));
  expect(a, {2, 2}, {1, 2, 13, 24});
  ok(backend_->mul_scalar_in_place(ok(backend_->transpose(a, 0, 1)), 2.0));
  expect(a, {2, 2}, {2, 4, 26, 48});
  ok(backend_->copy_in_place(ok(backend_->narrow(a, 1, 0, 1)), tensor(F{-1}, {})));
  expect(a, {2, 2}, {-1, 4, -1, 48});
  const Tensor alias = a;
  ok(backend_->mul_scalar_in_place(alias, 0.0));
  expect(a, {2, 2}, {-0.0F, 0, -0.0F, 0});
}

TEST_P(Conformance, OverlappingCopiesReadBeforeTheyWrite) {
  const Tensor a = tensor(F{1, 2, 3, 4, 5}, {5});
  ok(backend_->copy_in_place(ok(backend_->narrow(a, 0, 1, 4)), ok(backend_->narrow(a, 0, 0, 4))));
  expect(a, {5}, {1, 1, 2, 3, 4});
}

TEST_P(Conformance, ClonesAreApart) {
  const Tensor a = tensor(F{1, 2}, {2});
  const Tensor copy = ok(backend_->clone(a));
  const Tensor lazy = ok(backend_->lazy_clone(a));
  const Tensor lazy_view = ok(backend_->narrow(lazy, 0, 0, 1));
  ok(backend_->add_in_place(a, a, 1.0));
  expect(copy, {2}, {1, 2});
  expect(lazy, {2}, {1, 2});
  ok(backend_->mul_scalar_in_place(lazy_view, 5.0));
  expect(lazy, {2}, {5, 2});
  expect(a, {2}, {2, 4});
}

TEST_P(Conformance, ShapesChangeWithoutCopies) {
  const Tensor a = tensor(F{1, 2, 3, 4, 5, 6}, {2, 3});
  expect(ok(backend_->reshape(a, S{3, -1})), {3, 2}, {1, 2, 3, 4, 5, 6});
  expect(ok(backend_->permute(a, S{1, 0})), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect(ok(backend_->transpose(a, -1, -2)), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect(ok(backend_->narrow(a, -1, 1, 2)), {2, 2}, {2, 3, 5, 6});
  expect(ok(backend_->contiguous(ok(backend_->transpose(a, 0, 1)))), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect(ok(backend_->reshape(ok(backend_->transpose(a, 0, 1)), S{6})), {6}, {1, 4, 2, 5, 3, 6});
}

TEST_P(Conformance, DimensionsOutOfRangeAreErrors) {
  const Tensor a = tensor(F{1, 2, 3, 4, 5, 6}, {2, 3});
  expect_error(backend_->transpose(a, 0, 2), ErrorCode::invalid_argument, "transpose");
  expect_error(backend_->permute(a, S{0, 0}), ErrorCode::invalid_argument, "permute");
  expect_error(backend_->narrow(a, 0, 1, 2), ErrorCode::invalid_argument, "narrow");
  expect_error(backend_->narrow(a, 0, 0, -1), ErrorCode::invalid_argument, "narrow");
  expect_error(backend_->narrow(a, 0, std::numeric_limits<std::int64_t>::min(), 1), ErrorCode::invalid_argument,
               "narrow");
  expect_error(backend_->narrow(a, 0, 1, std::numeric_limits<std::int64_t>::max()), ErrorCode::invalid_argument,
               "narrow");
  expect_error(backend_->sum(a, S{2}, false), ErrorCode::invalid_argument, "sum");
  expect_error(backend_->argmax(a, -3, false), ErrorCode::invalid_argument, "argmax");
}

TEST_P(Conformance, Reductions) {
  const Tensor a = tensor(F{1, 2, 3, 4, 5, 6}, {2, 3});
  expect(ok(backend_->sum(a, {}, false)), {}, {21});
  expect(ok(backend_->sum(a, {}, true)), {1, 1}, {21});
  expect(ok(backend_->sum(a, S{0}, false)), {3}, {5, 7, 9});
  expect(ok(backend_->sum(a, S{-1}, true)), {2, 1}, {6, 15});
  expect(ok(backend_->mean(a, S{1}, false)), {2}, {2, 5});
  expect(ok(backend_->mean(a, {}, false)), {}, {3.5F});
  const Tensor scores = tensor(F{1, 9, 3, 7, 5, 7}, {2, 3});
  EXPECT_EQ(values<std::int64_t>(ok(backend_->argmax(scores, 1, false))), (I{1, 0}));
  EXPECT_EQ(shape(ok(backend_->argmax(scores, 1, true))), (S{2, 1}));
  EXPECT_EQ(values<std::int64_t>(ok(backend_->argmax(scores, std::nullopt, false))), (I{1}));
}

TEST_P(Conformance, MatrixProducts) {
  const Tensor a = tensor(F{1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor b = tensor(F{1, 0, 0, 1, 1, 1}, {3, 2});
  expect(ok(backend_->matmul(a, b)), {2, 2}, {4, 5, 10, 11});
  const Tensor weight = ok(backend_->transpose(b, 0, 1));
  const Tensor bias = tensor(F{100, 200}, {2});
  expect(ok(backend_->linear(a, weight, &bias)), {2, 2}, {104, 205, 110, 211});
  expect(ok(backend_->linear(a, weight, nullptr)), {2, 2}, {4, 5, 10, 11});
}

TEST_P(Conformance, ComparisonsAndConversions) {
  const Tensor equal = ok(backend_->eq(tensor(I{1, 2, 3}, {3}), tensor(I{1, 0, 3}, {3})));
  EXPECT_EQ(backend_->dtype(equal), Dtype::bool_);
  EXPECT_EQ(values<std::uint8_t>(equal), (std::vector<std::uint8_t>{1, 0, 1}));
  expect(ok(backend_->to_dtype(equal, Dtype::float32)), {3}, {1, 0, 1});
  expect(ok(backend_->to_dtype(tensor(std::vector<std::uint8_t>{0, 255}, {2}), Dtype::float32)), {2}, {0, 255});
  EXPECT_EQ(values<std::int64_t>(ok(backend_->to_dtype(tensor(F{-1.7F, 2.9F}, {2}), Dtype::int64))), (I{-1, 2}));
}

TEST_P(Conformance, IndexSelectChecksItsIndices) {
  const Tensor a = tensor(F{1, 2, 3, 4, 5, 6}, {3, 2});
  expect(ok(backend_->index_select(a, 0, tensor(I{2, 0, 2}, {3}))), {3, 2}, {5, 6, 1, 2, 5, 6});
  expect(ok(backend_->index_select(a, 1, tensor(I{1}, {1}))), {3, 1}, {2, 4, 6});
  for (const std::int64_t bad : {std::int64_t{3}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
    const auto result = backend_->index_select(a, 0, tensor(I{0, bad}, {2}));
    expect_error(result, ErrorCode::invalid_argument, "index_select");
    // A tensor's contents must not leave by way of a message.
    EXPECT_EQ(result.error().message, "index_select: an index lies outside of 0 .. 2");
  }
}

TEST_P(Conformance, MemoryIsChargedAndLimited) {
  const auto limited = backend_->make_context({.memory_limit_bytes = 1 << 20});
  const Entered entered(*backend_, limited.get());
  {
    const Tensor t = ok(backend_->zeros(S{1000}, Dtype::float32));
    EXPECT_EQ(limited->memory().bytes, 4032);
    const auto result = backend_->zeros(S{1 << 20}, Dtype::float32);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::quota_exceeded);
    EXPECT_NE(result.error().message.find("--limit tensors="), std::string::npos) << result.error().message;
  }
  EXPECT_EQ(limited->memory().bytes, 0);
  EXPECT_GE(limited->memory().peak_bytes, 4032);
}

TEST_P(Conformance, TheDeadlineEndsAChainOfOperators) {
  const Tensor a = tensor(F{1, 2}, {2});
  context_->set_deadline(std::chrono::steady_clock::now() - std::chrono::seconds(1));
  const auto result = backend_->add(a, a, 1.0);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::quota_exceeded);
  EXPECT_NE(result.error().message.find("--limit time="), std::string::npos) << result.error().message;
}

TEST_P(Conformance, StorageOutlivesItsInstance) {
  auto gone = backend_->make_context({});
  Tensor kept;
  {
    const Entered entered(*backend_, gone.get());
    kept = tensor(F{4, 5}, {2});
  }
  gone.reset();
  expect(kept, {2}, {4, 5});
  kept = Tensor();
}

TEST_P(Conformance, AdoptedBuffersAreReleasedOnce) {
  alignas(64) static float numbers[3] = {1, 2, 3};
  int released = 0;
  const HostBuffer buffer{numbers, sizeof numbers, [&] { ++released; }};
  {
    const Tensor t = ok(backend_->adopt(buffer, S{3}, Dtype::float32));
    expect(t, {3}, {1, 2, 3});
    const Tensor view = ok(backend_->narrow(t, 0, 1, 2));
    const Tensor lazy = ok(backend_->lazy_clone(t));
    expect(view, {2}, {2, 3});
    expect(lazy, {3}, {1, 2, 3});
  }
  EXPECT_EQ(released, 1);
  expect_error(backend_->adopt(buffer, S{4}, Dtype::float32), ErrorCode::invalid_argument, "");
  EXPECT_EQ(released, 2) << "a refused buffer is released, too";
}

TEST_P(Conformance, AllocatedBuffersAreChargedUntilTheirTensorGoes) {
  const auto other = backend_->make_context({});
  HostBuffer buffer = ok(backend_->allocate(other.get(), 4096));
  EXPECT_EQ(other->memory().bytes, 4096);
  std::memset(buffer.data, 0, 4096);
  {
    const Tensor t = ok(backend_->adopt(std::move(buffer), S{1024}, Dtype::float32));
    EXPECT_EQ(backend_->numel(t), 1024);
  }
  EXPECT_EQ(other->memory().bytes, 0);
}

TEST_P(Conformance, EnteringReturnsTheContextBefore) {
  const auto other = backend_->make_context({});
  EXPECT_EQ(backend_->enter(other.get()), context_.get());
  EXPECT_EQ(backend_->enter(nullptr), other.get());
  EXPECT_EQ(backend_->enter(context_.get()), nullptr);
}

std::string name_of(const testing::TestParamInfo<BackendKind>& info) {
  return info.param == BackendKind::stub ? "Stub" : "Torch";
}

INSTANTIATE_TEST_SUITE_P(Stub, Conformance, testing::Values(BackendKind::stub), name_of);
#if defined(CLOISTER_WITH_TORCH)
INSTANTIATE_TEST_SUITE_P(Torch, Conformance, testing::Values(BackendKind::torch), name_of);
#endif

TEST(Stub, AnswersUnsupportedWithASentence) {
  const auto backend = make_stub_backend();
  const auto result = backend->exp(ok(backend->zeros(S{1}, Dtype::float32)));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::unsupported);
  EXPECT_EQ(result.error().message, "the stub backend has no operator 'exp'; use the libtorch backend");
}

TEST(Loader, SaysWhatIsMissing) {
  const auto absent = open_torch_backend({}, "/nonexistent/libcloister_torch.so");
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::unsupported);
  EXPECT_NE(absent.error().message.find("/nonexistent/libcloister_torch.so"), std::string::npos);
  const auto foreign = open_torch_backend({}, "/proc/self/exe");
  ASSERT_FALSE(foreign.has_value());
  EXPECT_EQ(foreign.error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace cloister::engine
