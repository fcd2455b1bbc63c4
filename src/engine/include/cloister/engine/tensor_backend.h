// The contract of a tensor backend: the operators of wit/ops.wit (operators.h) on one device, with PyTorch's semantics.
//
// Conventions, for every operator unless it says otherwise:
// - Names, argument order and behaviour are ATen's (broadcasting, promotion, negative dimensions, NaN).
// - Random numbers come from the entered context's generator.
// - Arguments may hold any value: shapes, dimensions and indices come from guests. A bad one is an Error
//   (invalid_argument, shape_mismatch, dtype_mismatch), never undefined behaviour and never an exception.
// - quota_exceeded when the entered context's memory limit or deadline would be passed.
// - unsupported when this backend lacks the operator; the message names both.
// - Tensors belong to this backend; results are new handles, views where ATen returns views.
// - Fresh memory holds zeros; freed memory of one context is never visible to another.
// Thread safety: any number of threads, each inside its own Entered scope; one tensor by one thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>

#include "cloister/base/result.h"
#include "cloister/engine/instance_context.h"
#include "cloister/engine/operators.h"
#include "cloister/engine/tensor.h"

namespace cloister::engine {

struct ContextOptions {
  std::int64_t memory_limit_bytes = std::numeric_limits<std::int64_t>::max();
  std::uint64_t seed = 0;
};

// Memory that a backend adopts as a tensor's storage without copying: `release` runs once, on any thread, when the
// last tensor over it goes. REQUIRES: data is aligned to 64 bytes.
struct HostBuffer {
  void* data = nullptr;
  std::size_t size = 0;
  std::function<void()> release;
};

// A view of a tensor's contents in host memory, row-major; `owner` keeps `data` alive.
struct HostBytes {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  Tensor owner;
};

class TensorBackend : public Operators {
 public:
  // "torch 2.15.0", "stub": part of a run's record.
  [[nodiscard]] virtual std::string_view description() const = 0;
  // What tensors are made on.
  [[nodiscard]] virtual Device device() const = 0;

  virtual std::unique_ptr<InstanceContext> make_context(const ContextOptions& options) = 0;
  // Makes `context` (nullptr: none) the calling thread's: its account is charged, its generator and gradient mode are
  // used. Returns the context that was entered before. Prefer the scope `Entered` below.
  virtual InstanceContext* enter(InstanceContext* context) = 0;

  // ---- handles: called by Tensor ----
  virtual void retain(void* body) = 0;
  virtual void release(void* body) = 0;

  // ---- looking at tensors ----
  // The sizes; valid while the tensor lives and no in-place operator changes it.
  [[nodiscard]] virtual Shape shape(const Tensor& self) const = 0;
  [[nodiscard]] virtual Dtype dtype(const Tensor& self) const = 0;
  [[nodiscard]] virtual Device device_of(const Tensor& self) const = 0;
  [[nodiscard]] virtual std::int64_t numel(const Tensor& self) const = 0;
  // Row-major bytes in host memory; copies only when the tensor is strided, lazy or on another device.
  virtual Result<HostBytes> read(const Tensor& self) = 0;
  virtual Result<Scalar> item(const Tensor& self) = 0;

  // ---- making tensors ----
  // REQUIRES nothing of the sizes; invalid_argument unless bytes.size() == product(shape) * element_size(dtype).
  virtual Result<Tensor> from_bytes(std::span<const std::uint8_t> bytes, Shape shape, Dtype dtype) = 0;
  // As from_bytes, but the buffer becomes the storage (it is copied, and released at once, on another device).
  virtual Result<Tensor> adopt(HostBuffer buffer, Shape shape, Dtype dtype) = 0;
  // Memory for `adopt`, from the backend's allocator, charged to `context` (nullptr: to none). Any thread may call it.
  virtual Result<HostBuffer> allocate(InstanceContext* context, std::size_t bytes) = 0;
  // A tensor with the contents of `self` that is copied the first time either is written to, so that storage can be
  // shared between instances.
  virtual Result<Tensor> lazy_clone(const Tensor& self) = 0;

  // ---- autograd ----
  [[nodiscard]] virtual bool requires_grad(const Tensor& self) const = 0;
  [[nodiscard]] virtual bool is_leaf(const Tensor& self) const = 0;
  virtual Result<void> set_requires_grad(const Tensor& self, bool value) = 0;
  virtual Result<void> backward(const Tensor& self, const Tensor* gradient, bool retain_graph) = 0;
  virtual Result<std::optional<Tensor>> grad(const Tensor& self) = 0;
  virtual Result<void> zero_grad(const Tensor& self) = 0;
  virtual Result<Tensor> detach(const Tensor& self) = 0;
};

// Makes `context` the thread's for a scope.
class Entered {
 public:
  Entered(TensorBackend& backend, InstanceContext* context) : backend_(backend), before_(backend.enter(context)) {}
  ~Entered() { backend_.enter(before_); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  TensorBackend& backend_;
  InstanceContext* before_;
};

inline Tensor::Tensor(const Tensor& other) : backend_(other.backend_), body_(other.body_) {
  if (body_ != nullptr) backend_->retain(body_);
}
inline Tensor::~Tensor() {
  if (body_ != nullptr) backend_->release(body_);
}

}  // namespace cloister::engine
