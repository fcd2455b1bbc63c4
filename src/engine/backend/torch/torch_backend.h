// TensorBackend on libtorch. The operators are implemented by family: creation.cpp, pointwise.cpp, shaping.cpp,
// reductions.cpp, layers.cpp, pooling.cpp, autograd.cpp.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <type_traits>

#include "cloister/engine/tensor_backend.h"
#include "context.h"
#include "convert.h"
#include "explain.h"
#include "shape.h"

namespace cloister::engine {

// A tensor's body is its at::TensorImpl, with one counted reference a handle: no memory beyond libtorch's own.
class TorchBackend final : public TensorBackend {
 public:
  // REQUIRES: the device exists.
  TorchBackend(Device device, int threads);

  [[nodiscard]] std::string_view description() const override;
  [[nodiscard]] Device device() const override;
  std::unique_ptr<InstanceContext> make_context(const ContextOptions& options) override;
  InstanceContext* enter(InstanceContext* context) override;

  // ---- handles: called by Tensor ----
  void retain(void* body) override;
  void release(void* body) override;

  // ---- looking at tensors ----
  [[nodiscard]] Shape shape(const Tensor& self) const override;
  [[nodiscard]] Dtype dtype(const Tensor& self) const override;
  [[nodiscard]] Device device_of(const Tensor& self) const override;
  [[nodiscard]] std::int64_t numel(const Tensor& self) const override;
  Result<HostBytes> read(const Tensor& self) override;
  Result<Scalar> item(const Tensor& self) override;

  // ---- making tensors ----
  Result<Tensor> from_bytes(std::span<const std::uint8_t> bytes, Shape shape, Dtype dtype) override;
  Result<Tensor> adopt(HostBuffer buffer, Shape shape, Dtype dtype) override;
  Result<HostBuffer> allocate(InstanceContext* context, std::size_t bytes) override;
  Result<Tensor> lazy_clone(const Tensor& self) override;
  Result<Tensor> zeros(Shape shape, Dtype dtype) override;
  Result<Tensor> ones(Shape shape, Dtype dtype) override;
  Result<Tensor> full(Shape shape, const Scalar& value, Dtype dtype) override;
  Result<Tensor> arange(const Scalar& start, const Scalar& end, const Scalar& step, Dtype dtype) override;
  Result<Tensor> rand(Shape shape, Dtype dtype) override;
  Result<Tensor> randn(Shape shape, Dtype dtype) override;
  Result<Tensor> randperm(std::int64_t n) override;

  // ---- autograd ----
  [[nodiscard]] bool requires_grad(const Tensor& self) const override;
  [[nodiscard]] bool is_leaf(const Tensor& self) const override;
  Result<void> set_requires_grad(const Tensor& self, bool value) override;
  Result<void> backward(const Tensor& self, const Tensor* gradient, bool retain_graph) override;
  Result<std::optional<Tensor>> grad(const Tensor& self) override;
  Result<void> zero_grad(const Tensor& self) override;
  Result<Tensor> detach(const Tensor& self) override;

  // ---- element by element ----
  Result<Tensor> add(const Tensor& self, const Tensor& other, const Scalar& alpha) override;
  Result<Tensor> add_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) override;
  Result<void> add_in_place(const Tensor& self, const Tensor& other, const Scalar& alpha) override;
  Result<Tensor> sub(const Tensor& self, const Tensor& other, const Scalar& alpha) override;
  Result<Tensor> sub_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) override;
  Result<Tensor> mul(const Tensor& self, const Tensor& other) override;
  Result<Tensor> mul_scalar(const Tensor& self, const Scalar& other) override;
  Result<void> mul_scalar_in_place(const Tensor& self, const Scalar& other) override;
  Result<Tensor> div(const Tensor& self, const Tensor& other) override;
  Result<Tensor> div_scalar(const Tensor& self, const Scalar& other) override;
  Result<Tensor> pow_scalar(const Tensor& self, const Scalar& exponent) override;
  Result<Tensor> neg(const Tensor& self) override;
  Result<Tensor> abs(const Tensor& self) override;
  Result<Tensor> exp(const Tensor& self) override;
  Result<Tensor> log(const Tensor& self) override;
  Result<Tensor> sqrt(const Tensor& self) override;
  Result<Tensor> rsqrt(const Tensor& self) override;
  Result<Tensor> relu(const Tensor& self) override;
  Result<Tensor> sigmoid(const Tensor& self) override;
  Result<Tensor> tanh(const Tensor& self) override;
  Result<Tensor> silu(const Tensor& self) override;
  Result<Tensor> clamp(const Tensor& self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) override;
  Result<void> clamp_in_place(const Tensor& self, const std::optional<Scalar>& min,
                              const std::optional<Scalar>& max) override;
  Result<Tensor> maximum(const Tensor& self, const Tensor& other) override;
  Result<Tensor> eq(const Tensor& self, const Tensor& other) override;
  Result<Tensor> gt_scalar(const Tensor& self, const Scalar& other) override;
  Result<Tensor> where(const Tensor& condition, const Tensor& self, const Tensor& other) override;
  Result<void> copy_in_place(const Tensor& self, const Tensor& src) override;
  Result<Tensor> to_dtype(const Tensor& self, Dtype dtype) override;
  Result<Tensor> clone(const Tensor& self) override;
  Result<void> addcmul_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                const Scalar& value) override;
  Result<void> addcdiv_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                const Scalar& value) override;

  // ---- shape ----
  Result<Tensor> reshape(const Tensor& self, Shape shape) override;
  Result<Tensor> permute(const Tensor& self, Shape dims) override;
  Result<Tensor> transpose(const Tensor& self, std::int64_t dim0, std::int64_t dim1) override;
  Result<Tensor> flatten(const Tensor& self, std::int64_t start_dim, std::int64_t end_dim) override;
  Result<Tensor> unsqueeze(const Tensor& self, std::int64_t dim) override;
  Result<Tensor> squeeze(const Tensor& self, std::int64_t dim) override;
  Result<Tensor> expand(const Tensor& self, Shape shape) override;
  Result<Tensor> narrow(const Tensor& self, std::int64_t dim, std::int64_t start, std::int64_t length) override;
  Result<Tensor> select(const Tensor& self, std::int64_t dim, std::int64_t index) override;
  Result<Tensor> cat(std::span<const Tensor> tensors, std::int64_t dim) override;
  Result<Tensor> stack(std::span<const Tensor> tensors, std::int64_t dim) override;
  Result<Tensor> contiguous(const Tensor& self) override;
  Result<Tensor> contiguous_channels_last(const Tensor& self) override;
  Result<Tensor> constant_pad_nd(const Tensor& self, Shape pad, const Scalar& value) override;
  Result<Tensor> index_select(const Tensor& self, std::int64_t dim, const Tensor& index) override;

  // ---- reductions; an empty `dim` means all dimensions ----
  Result<Tensor> sum(const Tensor& self, Shape dim, bool keepdim) override;
  Result<Tensor> mean(const Tensor& self, Shape dim, bool keepdim) override;
  Result<Tensor> std(const Tensor& self, Shape dim, std::int64_t correction, bool keepdim) override;
  Result<Tensor> amax(const Tensor& self, Shape dim, bool keepdim) override;
  Result<Tensor> argmax(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) override;
  Result<Tensor> softmax(const Tensor& self, std::int64_t dim) override;
  Result<Tensor> log_softmax(const Tensor& self, std::int64_t dim) override;

  // ---- layers and losses; a null pointer is an absent optional tensor ----
  Result<Tensor> matmul(const Tensor& self, const Tensor& other) override;
  Result<Tensor> linear(const Tensor& input, const Tensor& weight, const Tensor* bias) override;
  Result<Tensor> conv2d(const Tensor& input, const Tensor& weight, const Tensor* bias,
                        const Conv2dOptions& options) override;
  Result<Tensor> avg_pool2d(const Tensor& self, const Pool2dOptions& options) override;
  Result<Tensor> max_pool2d(const Tensor& self, const Pool2dOptions& options) override;
  Result<Tensor> adaptive_avg_pool2d(const Tensor& self, Shape output_size) override;
  Result<Tensor> batch_norm(const Tensor& input, const Tensor* weight, const Tensor* bias, const Tensor* running_mean,
                            const Tensor* running_var, const BatchNormOptions& options) override;
  Result<Tensor> dropout(const Tensor& input, double p, bool train) override;
  Result<Tensor> cross_entropy(const Tensor& input, const Tensor& target, Reduction reduction) override;
  Result<Tensor> mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) override;

 private:
  // The tensor as a handle; takes over its reference.
  Tensor own(at::Tensor&& tensor) { return {*this, tensor.unsafeReleaseTensorImpl()}; }

  // Calls `compute` with the operands as at::Tensors. What it returns (at::Tensor, nothing, or a Result) comes back as
  // a Result, and what it throws as an Error that names the operator.
  template <class Compute, class... Operands>
  auto run(std::string_view op, Compute&& compute, const Operands&... operands) {
    using Value = std::invoke_result_t<Compute, std::conditional_t<true, const at::Tensor&, Operands>...>;
    if constexpr (std::is_void_v<Value>) {
      return guarded<Result<void>>(
          op,
          [&]() -> Result<void> {
            compute(Borrowed(operands).get()...);
            return {};
          },
          operands...);
    } else if constexpr (std::is_same_v<Value, at::Tensor>) {
      return guarded<Result<Tensor>>(
          op, [&]() -> Result<Tensor> { return own(compute(Borrowed(operands).get()...)); }, operands...);
    } else {
      return guarded<Value>(op, [&]() -> Value { return compute(Borrowed(operands).get()...); }, operands...);
    }
  }

  // As run, for operators that write to their first operand.
  template <class Compute, class... Operands>
  Result<void> write(std::string_view op, Compute&& compute, const Tensor& self, const Operands&... operands) {
    CLOISTER_CHECK(check_writable(op, self));
    return run(op, [&](const auto&... tensors) { static_cast<void>(compute(tensors...)); }, self, operands...);
  }

  template <class R, class Compute, class... Operands>
  static R guarded(std::string_view op, Compute&& compute, const Operands&... operands) {
    try {
      return compute();
    } catch (...) {
      const std::array<const Tensor*, sizeof...(operands)> all{&operands...};
      return Unexpected(explain(op, all));
    }
  }

  // A tensor on the device with a copy of `data`, which holds what the shape takes.
  at::Tensor copied(const void* data, const Extent& extent, Shape shape, Dtype dtype) const;

  // What would go wrong only after libtorch has begun to write: a tensor of another mode, or the copy of storage that
  // is shared copy-on-write, when it does not fit the limit.
  static Result<void> check_writable(std::string_view op, const Tensor& self);
  // That a new tensor of this shape can be counted and fits the limit.
  Result<void> check_new(std::string_view op, Shape shape, Dtype dtype) const;
  // That this many multiply-adds can end before the context's deadline, at the most that this machine could do.
  Result<void> check_cost(std::string_view op, Dtype dtype, std::int64_t multiply_adds) const;
  // The entered context's generator.
  static Result<at::Generator> generator(std::string_view op);
  // That every index lies in [0, bound) or is `ignored`.
  Result<void> check_indices(std::string_view op, const Tensor& index, std::int64_t bound,
                             std::optional<std::int64_t> ignored) const;

  [[nodiscard]] at::TensorOptions options(Dtype dtype) const {
    return at::TensorOptions(at_device_).dtype(scalar_type(dtype));
  }

  Device device_;
  at::Device at_device_;
  int threads_;
  std::string description_;
};

}  // namespace cloister::engine
