#include <cstring>

#include "support.h"

namespace cloister::host::test {
namespace {

using ml::tensors::Dtype;
using ml::tensors::Scalar;

TEST_F(SessionTest, TensorRoundTrip) {
  const std::uint32_t made = floats({1, 2, 3, 4, 5, 6}, {2, 3});
  auto tensors = make<ml::tensors::Host>();
  EXPECT_EQ(*tensors->tensor_shape(tensor(made)), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(*tensors->tensor_numel(tensor(made)), 6);
  EXPECT_EQ(*tensors->tensor_dtype(tensor(made)), Dtype::float32);
  EXPECT_TRUE(std::holds_alternative<ml::tensors::Device::Cpu>(tensors->tensor_device(tensor(made))->value));
  EXPECT_EQ(read_floats(made), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(egress(EgressKind::read), 24U);
}

TEST_F(SessionTest, TensorSizeCountsFromBothEnds) {
  const std::uint32_t made = floats({1, 2, 3, 4, 5, 6}, {2, 3});
  auto tensors = make<ml::tensors::Host>();
  EXPECT_EQ(good(tensors->tensor_size(tensor(made), 1)), 3);
  EXPECT_EQ(good(tensors->tensor_size(tensor(made), -2)), 2);
  for (const std::int64_t dim : {std::int64_t{2}, std::int64_t{-3}, INT64_MIN, INT64_MAX}) {
    refused<GuestError::InvalidArgument>(tensors->tensor_size(tensor(made), dim));
  }
}

TEST_F(SessionTest, TensorFromBytesChecksItsSize) {
  auto tensors = make<ml::tensors::Host>();
  const std::vector<std::uint8_t> bytes(8);
  const auto from = [&](std::vector<std::int64_t> shape) {
    return tensors->tensor_from_bytes(bytes, shape, Dtype::float32);
  };
  good(from({2}));
  refused<GuestError::InvalidArgument>(from({3}));
  refused<GuestError::InvalidArgument>(from({-2}));
  refused<GuestError::InvalidArgument>(from({INT64_MAX, INT64_MAX}));
  refused<GuestError::InvalidArgument>(from(std::vector<std::int64_t>(65, 1)));
}

TEST_F(SessionTest, ItemIsEightBytesOfEgress) {
  auto tensors = make<ml::tensors::Host>();
  const Scalar item = good(tensors->tensor_item(tensor(floats({2.5}, {1}))));
  EXPECT_EQ(std::get<Scalar::Float>(item.value).value, 2.5);
  EXPECT_EQ(egress(EgressKind::read), 8U);
  const Scalar whole = good(tensors->tensor_item(tensor(integers({-7}))));
  EXPECT_EQ(std::get<Scalar::Int>(whole.value).value, -7);
  refused<GuestError::InvalidArgument>(tensors->tensor_item(tensor(floats({1, 2}, {2}))));
}

TEST_F(SessionTest, ReadingStopsAtTheEgressLimit) {
  request.limits.egress_bytes = 20;
  auto tensors = make<ml::tensors::Host>();
  const std::uint32_t four = floats({1, 2, 3, 4}, {4});
  read_floats(four);
  const std::string why = refused<GuestError::QuotaExceeded>(tensors->tensor_read(tensor(four)));
  EXPECT_NE(why.find("--limit egress="), std::string::npos) << why;
  refused<GuestError::QuotaExceeded>(tensors->tensor_item(tensor(floats({1}, {1}))));
  EXPECT_EQ(egress(EgressKind::read), 16U);
  ASSERT_TRUE(session().last_words());
  EXPECT_EQ(session().last_words()->code, ErrorCode::quota_exceeded);
}

TEST_F(SessionTest, StaleHandlesTrap) {
  auto tensors = make<ml::tensors::Host>();
  const std::uint32_t made = floats({1}, {1});
  ASSERT_TRUE(tensors->drop_tensor(own<Tensor>(made)));
  EXPECT_FALSE(tensors->tensor_numel(tensor(made)));
  EXPECT_FALSE(tensors->tensor_read(tensor(made)));
  EXPECT_FALSE(tensors->tensor_size(tensor(12345), 0));
  EXPECT_TRUE(tensors->drop_tensor(own<Tensor>(made)));
}

TEST_F(SessionTest, BytesOutliveTheirTensor) {
  auto tensors = make<ml::tensors::Host>();
  const std::uint32_t made = floats({1, 2}, {2});
  const sandbox::Bytes bytes = good(tensors->tensor_read(tensor(made)));
  ASSERT_TRUE(tensors->drop_tensor(own<Tensor>(made)));
  float second = 0;
  std::memcpy(&second, bytes.data() + sizeof(float), sizeof(float));
  EXPECT_EQ(second, 2);
}

TEST_F(SessionTest, HandlesAreLimitedOverAllTables) {
  request.limits.handles = 2;
  const std::uint32_t first = floats({1}, {1});
  floats({2}, {1});
  auto ops = make<ml::ops::Host>();
  const std::string why = refused<GuestError::QuotaExceeded>(ops->neg(tensor(first)));
  EXPECT_NE(why.find("--limit handles="), std::string::npos) << why;
  ASSERT_TRUE(make<ml::tensors::Host>()->drop_tensor(own<Tensor>(first)));
  floats({3}, {1});
}

TEST_F(SessionTest, TensorBytesAreLimited) {
  request.limits.tensor_bytes = 1 << 16;
  auto ops = make<ml::ops::Host>();
  const std::int64_t small = 16;
  const std::int64_t large = 1 << 20;
  good(ops->zeros({&small, 1}, Dtype::float32));
  const std::string why = refused<GuestError::QuotaExceeded>(ops->zeros({&large, 1}, Dtype::float32));
  EXPECT_NE(why.find("--limit tensors="), std::string::npos) << why;
  EXPECT_GT(report().used[static_cast<std::size_t>(LimitKind::tensors)], 0U);
}

}  // namespace
}  // namespace cloister::host::test
