// TensorBackend on libtorch. The operators are implemented by family, a file each: see docs/operators.md.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <type_traits>
#include <vector>

#include "cloister/engine/tensor_backend.h"
#include "context.h"
#include "convert.h"
#include "explain.h"
#include "graph_nodes.h"
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

  // ---- autograd ----
  [[nodiscard]] bool requires_grad(const Tensor& self) const override;
  [[nodiscard]] bool is_leaf(const Tensor& self) const override;
  Result<void> set_requires_grad(const Tensor& self, bool value) override;
  Result<void> backward(const Tensor& self, const Tensor* gradient, bool retain_graph) override;
  Result<std::optional<Tensor>> grad(const Tensor& self) override;
  Result<void> zero_grad(const Tensor& self) override;
  Result<Tensor> detach(const Tensor& self) override;

#include "operator_overrides.inc"

 private:
  // The tensor as a handle; takes over its reference.
  Tensor own(at::Tensor&& tensor) {
    if (tensor.numel() == 0) [[unlikely]] {
      check_empty(tensor);
    }
    if (tensor.unsafeGetTensorImpl()->autograd_meta() != nullptr) charge_graph(tensor);
    return {*this, tensor.unsafeReleaseTensorImpl()};
  }

  // The same of several.
  template <class... Each>
  std::array<Tensor, sizeof...(Each)> own(std::tuple<Each...>&& tensors) {
    return std::apply([this](auto&... each) { return std::array{own(std::move(each))...}; }, tensors);
  }
  std::vector<Tensor> own(std::vector<at::Tensor>&& tensors) {
    std::vector<Tensor> all;
    all.reserve(tensors.size());
    for (at::Tensor& each : tensors) all.push_back(own(std::move(each)));
    return all;
  }

  // Calls `compute` with the operands as at::Tensors. What it returns (at::Tensor, a tuple or vector of them, nothing,
  // or a Result) comes back as a Result, and what it throws as an Error that names the operator.
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
    } else if constexpr (requires(Value&& value) { own(std::move(value)); }) {
      using Owned = Result<decltype(own(std::declval<Value>()))>;
      return guarded<Owned>(op, [&]() -> Owned { return own(compute(Borrowed(operands).get()...)); }, operands...);
    } else {
      return guarded<Value>(op, [&]() -> Value { return compute(Borrowed(operands).get()...); }, operands...);
    }
  }

  // As run, for operators that write to their first operand.
  template <class Compute, class... Operands>
  Result<void> write(std::string_view op, Compute&& compute, const Tensor& self, const Operands&... operands) {
    CLOISTER_CHECK(check_writable(op, self));
    return run(
        op,
        [&](const auto& first, const auto&... others) {
          static_cast<void>(compute(first, others...));
          charge_write(first);
        },
        self, operands...);
  }

  template <class R, class Compute, class... Operands>
  R guarded(std::string_view op, Compute&& compute, const Operands&... operands) const {
    if constexpr (sizeof...(operands) > 0) {
      if (((impl_of(operands).numel() > kManyElements) || ...)) [[unlikely]] {
        CLOISTER_CHECK(check_elements(op, std::max({impl_of(operands).numel()...})));
      }
    }
    try {
      return compute();
    } catch (...) {
      const std::array<const Tensor*, sizeof...(operands)> all{&operands...};
      return Unexpected(explain(op, all));
    }
  }

  // Kernels loop over the sizes beside an empty one, and nothing of an allocator bounds those. Throws c10::ValueError.
  static void check_empty(const at::Tensor& tensor);

  // A tensor on the device with a copy of `data`, which holds what the shape takes.
  at::Tensor copied(const void* data, const Extent& extent, Shape shape, Dtype dtype) const;

  // What would go wrong only after libtorch has begun to write: a tensor of another mode, or the copy of storage that
  // is shared copy-on-write, when it does not fit the limit.
  static Result<void> check_writable(std::string_view op, const Tensor& self);
  // That a new tensor of this shape can be counted and fits the limit.
  Result<void> check_new(std::string_view op, Shape shape, Dtype dtype) const;
  // That this many multiply-adds can end in the context's time, at the most that this machine could do.
  Result<void> check_cost(std::string_view op, Dtype dtype, std::int64_t multiply_adds) const;
  // The same of looking at this many elements. Fewer than kManyElements always can.
  Result<void> check_elements(std::string_view op, std::int64_t elements) const;
  static constexpr std::int64_t kManyElements = std::int64_t{1} << 26;
  // That `count` things, so many a second in a thread, or on the device if that is no CPU, can end in the context's
  // time.
  Result<void> check_time(std::string_view op, std::string_view things, std::int64_t count, double of_thread,
                          int threads, double of_device) const;
  // The entered context's generator.
  static Result<at::Generator> generator(std::string_view op);
  // That every index lies in [0, bound), or [-bound, bound) with `from_end`, or is `ignored`.
  // REQUIRES: int64 or int32.
  Result<void> check_indices(std::string_view op, const Tensor& index, std::int64_t bound,
                             std::optional<std::int64_t> ignored, bool from_end = false) const;
  // The size of dimension `dim`. Errors: invalid_argument for one out of range.
  Result<std::int64_t> length_of(std::string_view op, const Tensor& self, std::int64_t dim) const;
  // A 1-D index of rows of `dim`; an index of places along it, of any shape; indices of several dimensions.
  Result<void> check_rows(std::string_view op, const Tensor& self, std::int64_t dim, const Tensor& index) const;
  Result<void> check_places(std::string_view op, const Tensor& self, std::int64_t dim, const Tensor& index) const;
  Result<void> check_index_list(std::string_view op, const Tensor& self, std::span<const Tensor* const> indices) const;
  // That a mask is bool.
  Result<void> check_mask(std::string_view op, const Tensor& mask) const;

  [[nodiscard]] at::TensorOptions options(Dtype dtype) const {
    return at::TensorOptions(at_device_).dtype(scalar_type(dtype));
  }

  Device device_;
  at::Device at_device_;
  int threads_;
  std::string description_;
};

}  // namespace cloister::engine
