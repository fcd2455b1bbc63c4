// Contents and dtypes: filling, copying, converting.
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

Result<Tensor> TorchBackend::fill_scalar(const Tensor& self, const Scalar& value) {
  return run("fill_scalar", [&](const T& a) { return at::fill(a, scalar(value)); }, self);
}
Result<void> TorchBackend::fill_scalar_in_place(const Tensor& self, const Scalar& value) {
  return write("fill_scalar_in_place", [&](const T& a) { a.fill_(scalar(value)); }, self);
}
Result<void> TorchBackend::zero_in_place(const Tensor& self) {
  return write("zero_in_place", [](const T& a) { a.zero_(); }, self);
}

Result<void> TorchBackend::copy_in_place(const Tensor& self, const Tensor& src) {
  return write(
      "copy_in_place",
      [](const T& a, const T& b) {
        // Overlapping views: copy_ would read what it has just written.
        const bool overlap = a.unsafeGetTensorImpl() != b.unsafeGetTensorImpl() && a.is_alias_of(b);
        a.copy_(overlap ? b.clone() : b);
      },
      self, src);
}

Result<Tensor> TorchBackend::to_dtype(const Tensor& self, Dtype dtype) {
  return run("to_dtype", [&](const T& a) { return a.to(scalar_type(dtype)); }, self);
}
Result<Tensor> TorchBackend::clone(const Tensor& self) {
  return run("clone", [](const T& a) { return at::clone(a); }, self);
}
Result<Tensor> TorchBackend::alias(const Tensor& self) {
  return run("alias", [](const T& a) { return at::alias(a); }, self);
}

}  // namespace cloister::engine
