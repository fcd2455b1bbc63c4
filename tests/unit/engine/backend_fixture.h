// What the tests of all backends share.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "cloister/engine/backends.h"

namespace cloister::engine {

// The backend under test; the torch one is opened once a process.
enum class BackendKind : std::uint8_t { stub, torch };

inline std::shared_ptr<TensorBackend> open_backend(BackendKind kind) {
  if (kind == BackendKind::stub) return make_stub_backend();
  auto backend = open_torch_backend({});
  if (!backend) {
    ADD_FAILURE() << backend.error().message;
    return nullptr;
  }
  return *backend;
}

// The value, or a failed test that shows the error.
template <class Value>
Value ok(Result<Value> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return Value{};
  }
  return std::move(*result);
}
inline void ok(const Result<void>& result) {
  if (!result) ADD_FAILURE() << result.error().message;
}

template <class Value>
constexpr Dtype dtype_of_value() {
  if constexpr (std::is_same_v<Value, float>) return Dtype::float32;
  if constexpr (std::is_same_v<Value, double>) return Dtype::float64;
  if constexpr (std::is_same_v<Value, std::int64_t>) return Dtype::int64;
  if constexpr (std::is_same_v<Value, std::int32_t>) return Dtype::int32;
  if constexpr (std::is_same_v<Value, std::uint8_t>) return Dtype::uint8;
}

// A backend with an instance entered.
class BackendTest : public testing::Test {
 protected:
  explicit BackendTest(BackendKind kind, ContextOptions options = {})
      : backend_(open_backend(kind)), context_(backend_->make_context(options)) {
    before_ = backend_->enter(context_.get());
  }
  ~BackendTest() override { backend_->enter(before_); }

  template <class Value>
  Tensor tensor(const std::vector<Value>& values, const std::vector<std::int64_t>& shape) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
    return ok(backend_->from_bytes({bytes, values.size() * sizeof(Value)}, shape, dtype_of_value<Value>()));
  }
  Tensor bools(const std::vector<std::uint8_t>& values, const std::vector<std::int64_t>& shape) {
    return ok(backend_->from_bytes(values, shape, Dtype::bool_));
  }

  template <class Value>
  std::vector<Value> values(const Tensor& tensor) {
    const HostBytes bytes = ok(backend_->read(tensor));
    std::vector<Value> result(bytes.size / sizeof(Value));
    if (bytes.size != 0) std::memcpy(result.data(), bytes.data, bytes.size);
    return result;
  }
  std::vector<std::int64_t> shape(const Tensor& tensor) {
    const Shape all = backend_->shape(tensor);
    return {all.begin(), all.end()};
  }

  std::shared_ptr<TensorBackend> backend_;
  std::unique_ptr<InstanceContext> context_;
  InstanceContext* before_ = nullptr;
};

}  // namespace cloister::engine
