// Errors that operators answer with, by kind.
#pragma once

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "torch_fixture.h"

namespace cloister::engine {

using S = std::vector<std::int64_t>;

inline constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kTiny = std::numeric_limits<std::int64_t>::min();

class TorchErrors : public TorchTest {
 protected:
  Tensor make(const S& shape, Dtype dtype = Dtype::float32) { return ok(backend_->ones(shape, dtype)); }

  template <class Value>
  void expect(const Result<Value>& result, ErrorCode code, std::string_view op) {
    ASSERT_FALSE(result.has_value()) << op;
    EXPECT_EQ(result.error().code, code) << result.error().message;
    const std::string& message = result.error().message;
    EXPECT_TRUE(message.starts_with(op)) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_EQ(message.find("Exception raised from"), std::string::npos) << message;
    EXPECT_LT(message.size(), 600U) << message;
  }
  template <class Value>
  void invalid(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::invalid_argument, op);
  }
  template <class Value>
  void shapes(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::shape_mismatch, op);
  }
  template <class Value>
  void dtypes(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::dtype_mismatch, op);
    if (result.has_value()) return;
    EXPECT_NE(result.error().message.find("convert"), std::string::npos) << result.error().message;  // the way out
  }
  template <class Value>
  void quota(const Result<Value>& result, std::string_view op) {
    expect(result, ErrorCode::quota_exceeded, op);
  }
  // For work that cannot end in the time that allow_seconds left. That was the end of it, so there is new time after.
  template <class Value>
  void late(const Result<Value>& result, std::string_view op) {
    quota(result, op);
    EXPECT_FALSE(backend_->ones(S{1}, Dtype::float32).has_value()) << op;
    allow_seconds();
  }
  void allow_seconds() { context_->set_deadline(std::chrono::steady_clock::now() + std::chrono::seconds(5)); }
};

}  // namespace cloister::engine
