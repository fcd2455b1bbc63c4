#include <fmt/format.h>

#include "torch_backend.h"

namespace cloister::engine {

bool TorchBackend::requires_grad(const Tensor& self) const { return Borrowed(self)->requires_grad(); }

bool TorchBackend::is_leaf(const Tensor& self) const { return Borrowed(self)->is_leaf(); }

Result<void> TorchBackend::set_requires_grad(const Tensor& self, bool value) {
  return run("set_requires_grad", [&](const at::Tensor& tensor) { tensor.requires_grad_(value); }, self);
}

Result<void> TorchBackend::backward(const Tensor& self, const Tensor* gradient, bool retain_graph) {
  if (gradient == nullptr) {
    if (const std::int64_t n = numel(self); n != 1) {
      return fail(ErrorCode::shape_mismatch,
                  fmt::format("backward: a tensor of {} elements needs a gradient; only one of a single element goes "
                              "without",
                              n));
    }
    return run("backward", [&](const at::Tensor& tensor) { tensor.backward({}, retain_graph); }, self);
  }
  return run(
      "backward", [&](const at::Tensor& tensor, const at::Tensor& from) { tensor.backward(from, retain_graph); }, self,
      *gradient);
}

Result<std::optional<Tensor>> TorchBackend::grad(const Tensor& self) {
  return run(
      "grad",
      [&](const at::Tensor& tensor) -> Result<std::optional<Tensor>> {
        // Other tensors keep none, and asking for it warns.
        if (!tensor.is_leaf()) return std::optional<Tensor>();
        at::Tensor gradient = tensor.grad();
        if (!gradient.defined()) return std::optional<Tensor>();
        return std::optional<Tensor>(own(std::move(gradient)));
      },
      self);
}

Result<void> TorchBackend::zero_grad(const Tensor& self) {
  return run(
      "zero_grad",
      [](const at::Tensor& tensor) {
        if (tensor.is_leaf() && tensor.grad().defined()) tensor.mutable_grad().reset();
      },
      self);
}

Result<Tensor> TorchBackend::detach(const Tensor& self) {
  return run("detach", [](const at::Tensor& tensor) { return tensor.detach(); }, self);
}

}  // namespace cloister::engine
