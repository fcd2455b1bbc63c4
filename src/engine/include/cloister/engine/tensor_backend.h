// The contract of a tensor backend: the operators of wit/ops.wit on one device, with PyTorch's semantics.
//
// Conventions, for every operator unless it says otherwise:
// - Names, argument order and behaviour are ATen's (broadcasting, promotion, negative dimensions, NaN): wit/ops.wit.
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
#include "cloister/engine/tensor.h"

namespace cloister::engine {

enum class Reduction : std::uint8_t { none, mean, sum };

struct Conv2dOptions {
  Shape stride, padding, dilation;
  std::int64_t groups = 1;
};
struct Pool2dOptions {
  Shape kernel_size, stride, padding;
  bool ceil_mode = false;
};
struct BatchNormOptions {
  bool training = false;
  double momentum = 0.1;
  double eps = 1e-5;
};

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

class TensorBackend {
 public:
  virtual ~TensorBackend() = default;

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
  virtual Result<Tensor> zeros(Shape shape, Dtype dtype) = 0;
  virtual Result<Tensor> ones(Shape shape, Dtype dtype) = 0;
  virtual Result<Tensor> full(Shape shape, const Scalar& value, Dtype dtype) = 0;
  virtual Result<Tensor> arange(const Scalar& start, const Scalar& end, const Scalar& step, Dtype dtype) = 0;
  virtual Result<Tensor> rand(Shape shape, Dtype dtype) = 0;
  virtual Result<Tensor> randn(Shape shape, Dtype dtype) = 0;
  virtual Result<Tensor> randperm(std::int64_t n) = 0;

  // ---- autograd ----
  [[nodiscard]] virtual bool requires_grad(const Tensor& self) const = 0;
  [[nodiscard]] virtual bool is_leaf(const Tensor& self) const = 0;
  virtual Result<void> set_requires_grad(const Tensor& self, bool value) = 0;
  virtual Result<void> backward(const Tensor& self, const Tensor* gradient, bool retain_graph) = 0;
  virtual Result<std::optional<Tensor>> grad(const Tensor& self) = 0;
  virtual Result<void> zero_grad(const Tensor& self) = 0;
  virtual Result<Tensor> detach(const Tensor& self) = 0;

  // ---- element by element ----
  virtual Result<Tensor> add(const Tensor& self, const Tensor& other, const Scalar& alpha) = 0;
  virtual Result<Tensor> add_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) = 0;
  virtual Result<void> add_in_place(const Tensor& self, const Tensor& other, const Scalar& alpha) = 0;
  virtual Result<Tensor> sub(const Tensor& self, const Tensor& other, const Scalar& alpha) = 0;
  virtual Result<Tensor> sub_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) = 0;
  virtual Result<Tensor> mul(const Tensor& self, const Tensor& other) = 0;
  virtual Result<Tensor> mul_scalar(const Tensor& self, const Scalar& other) = 0;
  virtual Result<void> mul_scalar_in_place(const Tensor& self, const Scalar& other) = 0;
  virtual Result<Tensor> div(const Tensor& self, const Tensor& other) = 0;
  virtual Result<Tensor> div_scalar(const Tensor& self, const Scalar& other) = 0;
  virtual Result<Tensor> pow_scalar(const Tensor& self, const Scalar& exponent) = 0;
  virtual Result<Tensor> neg(const Tensor& self) = 0;
  virtual Result<Tensor> abs(const Tensor& self) = 0;
  virtual Result<Tensor> exp(const Tensor& self) = 0;
  virtual Result<Tensor> log(const Tensor& self) = 0;
  virtual Result<Tensor> sqrt(const Tensor& self) = 0;
  virtual Result<Tensor> rsqrt(const Tensor& self) = 0;
  virtual Result<Tensor> relu(const Tensor& self) = 0;
  virtual Result<Tensor> sigmoid(const Tensor& self) = 0;
  virtual Result<Tensor> tanh(const Tensor& self) = 0;
  virtual Result<Tensor> silu(const Tensor& self) = 0;
  virtual Result<Tensor> clamp(const Tensor& self, const std::optional<Scalar>& min,
                               const std::optional<Scalar>& max) = 0;
  virtual Result<void> clamp_in_place(const Tensor& self, const std::optional<Scalar>& min,
                                      const std::optional<Scalar>& max) = 0;
  virtual Result<Tensor> maximum(const Tensor& self, const Tensor& other) = 0;
  virtual Result<Tensor> eq(const Tensor& self, const Tensor& other) = 0;
  virtual Result<Tensor> gt_scalar(const Tensor& self, const Scalar& other) = 0;
  virtual Result<Tensor> where(const Tensor& condition, const Tensor& self, const Tensor& other) = 0;
  virtual Result<void> copy_in_place(const Tensor& self, const Tensor& src) = 0;
  virtual Result<Tensor> to_dtype(const Tensor& self, Dtype dtype) = 0;
  virtual Result<Tensor> clone(const Tensor& self) = 0;
  // self += value * tensor1 * tensor2, and self += value * tensor1 / tensor2: the steps of Adam.
  virtual Result<void> addcmul_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                        const Scalar& value) = 0;
  virtual Result<void> addcdiv_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                        const Scalar& value) = 0;

  // ---- shape ----
  virtual Result<Tensor> reshape(const Tensor& self, Shape shape) = 0;
  virtual Result<Tensor> permute(const Tensor& self, Shape dims) = 0;
  virtual Result<Tensor> transpose(const Tensor& self, std::int64_t dim0, std::int64_t dim1) = 0;
  virtual Result<Tensor> flatten(const Tensor& self, std::int64_t start_dim, std::int64_t end_dim) = 0;
  virtual Result<Tensor> unsqueeze(const Tensor& self, std::int64_t dim) = 0;
  virtual Result<Tensor> squeeze(const Tensor& self, std::int64_t dim) = 0;
  virtual Result<Tensor> expand(const Tensor& self, Shape shape) = 0;
  virtual Result<Tensor> narrow(const Tensor& self, std::int64_t dim, std::int64_t start, std::int64_t length) = 0;
  virtual Result<Tensor> select(const Tensor& self, std::int64_t dim, std::int64_t index) = 0;
  virtual Result<Tensor> cat(std::span<const Tensor> tensors, std::int64_t dim) = 0;
  virtual Result<Tensor> stack(std::span<const Tensor> tensors, std::int64_t dim) = 0;
  virtual Result<Tensor> contiguous(const Tensor& self) = 0;
  virtual Result<Tensor> contiguous_channels_last(const Tensor& self) = 0;
  virtual Result<Tensor> constant_pad_nd(const Tensor& self, Shape pad, const Scalar& value) = 0;
  virtual Result<Tensor> index_select(const Tensor& self, std::int64_t dim, const Tensor& index) = 0;

  // ---- reductions; an empty `dim` means all dimensions ----
  virtual Result<Tensor> sum(const Tensor& self, Shape dim, bool keepdim) = 0;
  virtual Result<Tensor> mean(const Tensor& self, Shape dim, bool keepdim) = 0;
  virtual Result<Tensor> std(const Tensor& self, Shape dim, std::int64_t correction, bool keepdim) = 0;
  virtual Result<Tensor> amax(const Tensor& self, Shape dim, bool keepdim) = 0;
  virtual Result<Tensor> argmax(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) = 0;
  virtual Result<Tensor> softmax(const Tensor& self, std::int64_t dim) = 0;
  virtual Result<Tensor> log_softmax(const Tensor& self, std::int64_t dim) = 0;

  // ---- layers and losses; a null pointer is an absent optional tensor ----
  virtual Result<Tensor> matmul(const Tensor& self, const Tensor& other) = 0;
  virtual Result<Tensor> linear(const Tensor& input, const Tensor& weight, const Tensor* bias) = 0;
  virtual Result<Tensor> conv2d(const Tensor& input, const Tensor& weight, const Tensor* bias,
                                const Conv2dOptions& options) = 0;
  virtual Result<Tensor> avg_pool2d(const Tensor& self, const Pool2dOptions& options) = 0;
  virtual Result<Tensor> max_pool2d(const Tensor& self, const Pool2dOptions& options) = 0;
  virtual Result<Tensor> adaptive_avg_pool2d(const Tensor& self, Shape output_size) = 0;
  virtual Result<Tensor> batch_norm(const Tensor& input, const Tensor* weight, const Tensor* bias,
                                    const Tensor* running_mean, const Tensor* running_var,
                                    const BatchNormOptions& options) = 0;
  // The mask comes from the entered context's generator.
  virtual Result<Tensor> dropout(const Tensor& input, double p, bool train) = 0;
  virtual Result<Tensor> cross_entropy(const Tensor& input, const Tensor& target, Reduction reduction) = 0;
  virtual Result<Tensor> mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) = 0;
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
