// A backend that has no operators: a small backend derives from it and overrides those that it has.
#pragma once

#include <fmt/format.h>

#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

// Every operator answers `unsupported` with a sentence that names it and the backend.
class UnsupportedBackend : public TensorBackend {
 public:
  // ---- looking at tensors ----
  Result<HostBytes> read(const Tensor&) override { return lacks("read"); }
  Result<Scalar> item(const Tensor&) override { return lacks("item"); }

  // ---- making tensors ----
  Result<Tensor> from_bytes(std::span<const std::uint8_t>, Shape, Dtype) override { return lacks("from_bytes"); }
  Result<Tensor> adopt(HostBuffer, Shape, Dtype) override { return lacks("adopt"); }
  Result<Tensor> lazy_clone(const Tensor&) override { return lacks("lazy_clone"); }

  // ---- autograd ----
  Result<void> set_requires_grad(const Tensor&, bool) override { return lacks("set_requires_grad"); }
  Result<void> backward(const Tensor&, const Tensor*, bool) override { return lacks("backward"); }
  Result<std::optional<Tensor>> grad(const Tensor&) override { return lacks("grad"); }
  Result<void> zero_grad(const Tensor&) override { return lacks("zero_grad"); }
  Result<Tensor> detach(const Tensor&) override { return lacks("detach"); }

#include "operator_lacks.inc"

 protected:
  [[nodiscard]] Unexpected<Error> lacks(std::string_view op) const {
    return fail(ErrorCode::unsupported,
                fmt::format("the {} backend has no operator '{}'; use the libtorch backend", description(), op));
  }
};

}  // namespace cloister::engine
