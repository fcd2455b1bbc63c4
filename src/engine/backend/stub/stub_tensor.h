// The stub backend's tensors: strided views of shared storage, as in every other backend.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "allocator/tensor_allocator.h"
#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

using Sizes = std::vector<std::int64_t>;

struct StubTensor {
  std::atomic<int> references{1};
  Sizes shape;
  Sizes strides;            // in elements
  std::int64_t offset = 0;  // in elements
  Dtype dtype = Dtype::float32;
  std::shared_ptr<std::uint8_t> storage;

  template <class Value>
  [[nodiscard]] Value* data() const {
    return reinterpret_cast<Value*>(storage.get()) + offset;
  }
  [[nodiscard]] std::int64_t numel() const;
  [[nodiscard]] bool is_contiguous() const;
};

inline StubTensor& stub(const Tensor& tensor) { return *static_cast<StubTensor*>(tensor.body()); }

// Strides of row-major storage.
Sizes row_major(Shape shape);

// The shape that two operands broadcast to. Errors: shape_mismatch.
Result<Sizes> broadcast(std::string_view op, Shape a, Shape b);

// Where the elements lie, from data(), in row-major order of `shape`, to which the tensor broadcasts.
std::vector<std::int64_t> offsets(const StubTensor& tensor, Shape shape);

// A new row-major tensor of zeros, charged to `owner`; moves into a Tensor handle.
Result<std::unique_ptr<StubTensor>> new_stub_tensor(std::string_view op, Shape shape, Dtype dtype, MemoryOwner* owner);

// A view of the same storage.
std::unique_ptr<StubTensor> view_of(const StubTensor& tensor, Sizes shape, Sizes strides, std::int64_t offset);

}  // namespace cloister::engine
