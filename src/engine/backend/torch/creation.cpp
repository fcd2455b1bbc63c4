// Operators that make tensors.
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "adopted.h"
#include "allocator/size_class.h"
#include "shape.h"
#include "torch_allocator.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

// How `allocate` marks its buffers, so that `adopt` can make them storage without a detour.
struct FreeBlock {
  void* data;
  void operator()() const { TensorAllocator::instance().free(data); }
};

bool is_aligned(const void* data) { return reinterpret_cast<std::uintptr_t>(data) % kAlignment == 0; }

// Runs a buffer's release unless the storage took it over.
class Ownership {
 public:
  explicit Ownership(const HostBuffer& buffer) : buffer_(&buffer) {}
  ~Ownership() {
    if (buffer_ != nullptr && buffer_->release) buffer_->release();
  }
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;
  void hand_over() { buffer_ = nullptr; }

 private:
  const HostBuffer* buffer_;
};

Result<Extent> check_contents(std::string_view op, std::span<const std::uint8_t> bytes, Shape shape, Dtype dtype) {
  CLOISTER_TRY(const Extent extent, checked_extent(op, shape, dtype));
  if (bytes.size() != extent.bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {} bytes were given, but {} of {} take {}", op, bytes.size(), format_shape(shape),
                            dtype_name(dtype), extent.bytes));
  }
  // Compiled kernels rely on it.
  if (dtype == Dtype::bool_ && std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte > 1; })) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: a bool tensor's bytes must be 0 or 1", op));
  }
  return extent;
}

}  // namespace

Result<Tensor> TorchBackend::from_bytes(std::span<const std::uint8_t> bytes, Shape shape, Dtype dtype) {
  CLOISTER_TRY(const Extent extent, check_contents("from_bytes", bytes, shape, dtype));
  return run("from_bytes", [&] { return copied(bytes.data(), extent, shape, dtype); });
}

at::Tensor TorchBackend::copied(const void* data, const Extent& extent, Shape shape, Dtype dtype) const {
  if (!at_device_.is_cpu() && extent.bytes != 0) {
    // from_blob only reads here.
    return at::from_blob(const_cast<void*>(data), sizes(shape), options(dtype).device(at::kCPU)).to(at_device_);
  }
  at::Tensor tensor = at::empty(sizes(shape), options(dtype));
  if (extent.bytes != 0) std::memcpy(tensor.mutable_data_ptr(), data, extent.bytes);
  return tensor;
}

Result<HostBuffer> TorchBackend::allocate(InstanceContext* context, std::size_t bytes) {
  MemoryOwner* owner = context != nullptr ? static_cast<TorchContext*>(context)->owner() : nullptr;
  CLOISTER_TRY(void* data, TensorAllocator::instance().allocate(bytes, owner));
  return HostBuffer{data, bytes, FreeBlock{data}};
}

Result<Tensor> TorchBackend::adopt(HostBuffer buffer, Shape shape, Dtype dtype) {
  Ownership ownership(buffer);
  const std::span bytes{static_cast<const std::uint8_t*>(buffer.data), buffer.size};
  CLOISTER_TRY(const Extent extent, check_contents("adopt", bytes, shape, dtype));
  if (TorchContext* context = TorchContext::current(); context != nullptr) context->muster_if_due();
  return run("adopt", [&] {
    // A host makes these tensors, not the guest that happens to be in inference mode: they can take part in training.
    const c10::InferenceMode off(false);
    if (extent.bytes == 0 || !at_device_.is_cpu() || !is_aligned(buffer.data)) {
      return copied(buffer.data, extent, shape, dtype);
    }
    const bool ours = buffer.release.target<FreeBlock>() != nullptr;
    c10::DataPtr data = ours ? c10::DataPtr(buffer.data, buffer.data, torch_allocator().raw_deleter(), at::kCPU)
                             : adopted(buffer.data, buffer.release);
    ownership.hand_over();
    auto storage = c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), extent.bytes,
                                                         std::move(data), &torch_allocator(), /*resizable=*/false);
    at::Tensor tensor = at::detail::make_tensor<at::TensorImpl>(c10::Storage(std::move(storage)),
                                                                c10::DispatchKeySet(c10::DispatchKey::CPU),
                                                                c10::scalarTypeToTypeMeta(scalar_type(dtype)));
    tensor.unsafeGetTensorImpl()->set_sizes_contiguous(sizes(shape));
    return tensor;
  });
}

Result<Tensor> TorchBackend::lazy_clone(const Tensor& self) {
  return run(
      "lazy_clone",
      [](const at::Tensor& tensor) {
        // The first clone turns the original's storage into a shared one; instances may ask at the same time.
        static std::mutex mutex;
        const std::lock_guard lock(mutex);
        const c10::InferenceMode off(false);
        const c10::NoGradGuard records_nothing;
        return at::_lazy_clone(tensor);
      },
      self);
}

Result<Tensor> TorchBackend::zeros(Shape shape, Dtype dtype) {
  CLOISTER_CHECK(check_new("zeros", shape, dtype));
  return run("zeros", [&] { return at::zeros(sizes(shape), options(dtype)); });
}

// Memory that nothing was written to never reaches a guest.
Result<Tensor> TorchBackend::empty(Shape shape, Dtype dtype) {
  CLOISTER_CHECK(check_new("empty", shape, dtype));
  return run("empty", [&] { return at::zeros(sizes(shape), options(dtype)); });
}

Result<Tensor> TorchBackend::ones(Shape shape, Dtype dtype) {
  CLOISTER_CHECK(check_new("ones", shape, dtype));
  return run("ones", [&] { return at::ones(sizes(shape), options(dtype)); });
}

Result<Tensor> TorchBackend::full(Shape shape, const Scalar& value, Dtype dtype) {
  CLOISTER_CHECK(check_new("full", shape, dtype));
  return run("full", [&] { return at::full(sizes(shape), scalar(value), options(dtype)); });
}

Result<Tensor> TorchBackend::arange(const Scalar& start, const Scalar& end, const Scalar& step, Dtype dtype) {
  return run("arange", [&] { return at::arange(scalar(start), scalar(end), scalar(step), options(dtype)); });
}

Result<Tensor> TorchBackend::linspace(const Scalar& start, const Scalar& end, std::int64_t steps, Dtype dtype) {
  CLOISTER_CHECK(check_new("linspace", Shape(&steps, 1), dtype));
  return run("linspace", [&] { return at::linspace(scalar(start), scalar(end), steps, options(dtype)); });
}

Result<Tensor> TorchBackend::eye(std::int64_t n, std::int64_t m, Dtype dtype) {
  const std::array<std::int64_t, 2> shape{n, m};
  CLOISTER_CHECK(check_new("eye", shape, dtype));
  return run("eye", [&] { return at::eye(n, m, options(dtype)); });
}

// ---- of the shape, dtype and layout of another; an expanded tensor's new elements are checked as any new tensor's
// ----

Result<Tensor> TorchBackend::zeros_like(const Tensor& self) {
  CLOISTER_CHECK(check_new("zeros_like", shape(self), dtype(self)));
  return run("zeros_like", [](const at::Tensor& a) { return at::zeros_like(a); }, self);
}
Result<Tensor> TorchBackend::ones_like(const Tensor& self) {
  CLOISTER_CHECK(check_new("ones_like", shape(self), dtype(self)));
  return run("ones_like", [](const at::Tensor& a) { return at::ones_like(a); }, self);
}
Result<Tensor> TorchBackend::empty_like(const Tensor& self) {
  CLOISTER_CHECK(check_new("empty_like", shape(self), dtype(self)));
  return run("empty_like", [](const at::Tensor& a) { return at::zeros_like(a); }, self);
}
Result<Tensor> TorchBackend::full_like(const Tensor& self, const Scalar& value) {
  CLOISTER_CHECK(check_new("full_like", shape(self), dtype(self)));
  return run("full_like", [&](const at::Tensor& a) { return at::full_like(a, scalar(value)); }, self);
}

}  // namespace cloister::engine
