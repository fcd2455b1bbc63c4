// The reference backend: no dependencies, a few operators, exact on float32 and int64. It records nothing for backward.
#pragma once

#include "backend/stub/stub_tensor.h"
#include "backend/unsupported_backend.h"

namespace cloister::engine {

class StubBackend final : public UnsupportedBackend {
 public:
  [[nodiscard]] std::string_view description() const override { return "stub"; }
  [[nodiscard]] Device device() const override { return {}; }
  std::unique_ptr<InstanceContext> make_context(const ContextOptions& options) override;
  InstanceContext* enter(InstanceContext* context) override;
  void retain(void* body) override;
  void release(void* body) override;

  [[nodiscard]] Shape shape(const Tensor& self) const override { return stub(self).shape; }
  [[nodiscard]] Dtype dtype(const Tensor& self) const override { return stub(self).dtype; }
  [[nodiscard]] Device device_of(const Tensor&) const override { return {}; }
  [[nodiscard]] std::int64_t numel(const Tensor& self) const override { return stub(self).numel(); }
  Result<HostBytes> read(const Tensor& self) override;
  Result<Scalar> item(const Tensor& self) override;

  Result<Tensor> from_bytes(std::span<const std::uint8_t> bytes, Shape shape, Dtype dtype) override;
  Result<Tensor> adopt(HostBuffer buffer, Shape shape, Dtype dtype) override;
  Result<HostBuffer> allocate(InstanceContext* context, std::size_t bytes) override;
  Result<Tensor> lazy_clone(const Tensor& self) override { return clone(self); }
  Result<Tensor> zeros(Shape shape, Dtype dtype) override;
  Result<Tensor> empty(Shape shape, Dtype dtype) override { return zeros(shape, dtype); }
  Result<Tensor> ones(Shape shape, Dtype dtype) override { return full(shape, std::int64_t{1}, dtype); }
  Result<Tensor> full(Shape shape, const Scalar& value, Dtype dtype) override;

  [[nodiscard]] bool requires_grad(const Tensor&) const override { return false; }
  [[nodiscard]] bool is_leaf(const Tensor&) const override { return true; }
  Result<std::optional<Tensor>> grad(const Tensor&) override { return std::optional<Tensor>(); }
  Result<void> zero_grad(const Tensor&) override { return {}; }
  Result<Tensor> detach(const Tensor& self) override;

  Result<Tensor> add(const Tensor& self, const Tensor& other, const Scalar& alpha) override;
  Result<Tensor> add_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) override;
  Result<void> add_in_place(const Tensor& self, const Tensor& other, const Scalar& alpha) override;
  Result<Tensor> sub(const Tensor& self, const Tensor& other, const Scalar& alpha) override;
  Result<Tensor> mul(const Tensor& self, const Tensor& other) override;
  Result<Tensor> mul_scalar(const Tensor& self, const Scalar& other) override;
  Result<void> mul_scalar_in_place(const Tensor& self, const Scalar& other) override;
  Result<Tensor> div(const Tensor& self, const Tensor& other) override;
  Result<Tensor> neg(const Tensor& self) override;
  Result<Tensor> relu(const Tensor& self) override;
  Result<Tensor> maximum(const Tensor& self, const Tensor& other) override;
  Result<Tensor> eq(const Tensor& self, const Tensor& other) override;
  Result<void> copy_in_place(const Tensor& self, const Tensor& src) override;
  Result<Tensor> to_dtype(const Tensor& self, Dtype dtype) override;
  Result<Tensor> clone(const Tensor& self) override;

  Result<Tensor> reshape(const Tensor& self, Shape shape) override;
  Result<Tensor> permute(const Tensor& self, Shape dims) override;
  Result<Tensor> transpose(const Tensor& self, std::int64_t dim0, std::int64_t dim1) override;
  Result<Tensor> narrow(const Tensor& self, std::int64_t dim, std::int64_t start, std::int64_t length) override;
  Result<Tensor> contiguous(const Tensor& self) override;
  Result<Tensor> index_select(const Tensor& self, std::int64_t dim, const Tensor& index) override;

  Result<Tensor> sum(const Tensor& self, Shape dim, bool keepdim) override;
  Result<Tensor> mean(const Tensor& self, Shape dim, bool keepdim) override;
  Result<Tensor> argmax(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) override;
  Result<Tensor> matmul(const Tensor& self, const Tensor& other) override;
  Result<Tensor> linear(const Tensor& input, const Tensor& weight, const Tensor* bias) override;

 private:
  Tensor own(std::unique_ptr<StubTensor> tensor) { return {*this, tensor.release()}; }
  // Whom the calling thread charges.
  static MemoryOwner* owner();
};

}  // namespace cloister::engine
