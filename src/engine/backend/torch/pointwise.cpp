// Operators element by element.
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

Result<Tensor> TorchBackend::add(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return run("add", [&](const T& a, const T& b) { return at::add(a, b, scalar(alpha)); }, self, other);
}
Result<Tensor> TorchBackend::add_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return run("add_scalar", [&](const T& a) { return at::add(a, scalar(other), scalar(alpha)); }, self);
}
Result<void> TorchBackend::add_in_place(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return write("add_in_place", [&](const T& a, const T& b) { a.add_(b, scalar(alpha)); }, self, other);
}
Result<Tensor> TorchBackend::sub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return run("sub", [&](const T& a, const T& b) { return at::sub(a, b, scalar(alpha)); }, self, other);
}
Result<Tensor> TorchBackend::sub_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return run("sub_scalar", [&](const T& a) { return at::sub(a, scalar(other), scalar(alpha)); }, self);
}
Result<Tensor> TorchBackend::mul(const Tensor& self, const Tensor& other) {
  return run("mul", [](const T& a, const T& b) { return at::mul(a, b); }, self, other);
}
Result<Tensor> TorchBackend::mul_scalar(const Tensor& self, const Scalar& other) {
  return run("mul_scalar", [&](const T& a) { return at::mul(a, scalar(other)); }, self);
}
Result<void> TorchBackend::mul_scalar_in_place(const Tensor& self, const Scalar& other) {
  return write("mul_scalar_in_place", [&](const T& a) { a.mul_(scalar(other)); }, self);
}
Result<Tensor> TorchBackend::div(const Tensor& self, const Tensor& other) {
  return run("div", [](const T& a, const T& b) { return at::div(a, b); }, self, other);
}
Result<Tensor> TorchBackend::div_scalar(const Tensor& self, const Scalar& other) {
  return run("div_scalar", [&](const T& a) { return at::div(a, scalar(other)); }, self);
}
Result<Tensor> TorchBackend::pow_scalar(const Tensor& self, const Scalar& exponent) {
  return run("pow_scalar", [&](const T& a) { return at::pow(a, scalar(exponent)); }, self);
}
Result<Tensor> TorchBackend::neg(const Tensor& self) {
  return run("neg", [](const T& a) { return at::neg(a); }, self);
}
Result<Tensor> TorchBackend::abs(const Tensor& self) {
  return run("abs", [](const T& a) { return at::abs(a); }, self);
}
Result<Tensor> TorchBackend::exp(const Tensor& self) {
  return run("exp", [](const T& a) { return at::exp(a); }, self);
}
Result<Tensor> TorchBackend::log(const Tensor& self) {
  return run("log", [](const T& a) { return at::log(a); }, self);
}
Result<Tensor> TorchBackend::sqrt(const Tensor& self) {
  return run("sqrt", [](const T& a) { return at::sqrt(a); }, self);
}
Result<Tensor> TorchBackend::rsqrt(const Tensor& self) {
  return run("rsqrt", [](const T& a) { return at::rsqrt(a); }, self);
}
Result<Tensor> TorchBackend::relu(const Tensor& self) {
  return run("relu", [](const T& a) { return at::relu(a); }, self);
}
Result<Tensor> TorchBackend::sigmoid(const Tensor& self) {
  return run("sigmoid", [](const T& a) { return at::sigmoid(a); }, self);
}
Result<Tensor> TorchBackend::tanh(const Tensor& self) {
  return run("tanh", [](const T& a) { return at::tanh(a); }, self);
}
Result<Tensor> TorchBackend::silu(const Tensor& self) {
  return run("silu", [](const T& a) { return at::silu(a); }, self);
}
Result<Tensor> TorchBackend::clamp(const Tensor& self, const std::optional<Scalar>& min,
                                   const std::optional<Scalar>& max) {
  return run("clamp", [&](const T& a) { return at::clamp(a, scalar(min), scalar(max)); }, self);
}
Result<void> TorchBackend::clamp_in_place(const Tensor& self, const std::optional<Scalar>& min,
                                          const std::optional<Scalar>& max) {
  return write("clamp_in_place", [&](const T& a) { a.clamp_(scalar(min), scalar(max)); }, self);
}
Result<Tensor> TorchBackend::maximum(const Tensor& self, const Tensor& other) {
  return run("maximum", [](const T& a, const T& b) { return at::maximum(a, b); }, self, other);
}
Result<Tensor> TorchBackend::eq(const Tensor& self, const Tensor& other) {
  return run("eq", [](const T& a, const T& b) { return at::eq(a, b); }, self, other);
}
Result<Tensor> TorchBackend::gt_scalar(const Tensor& self, const Scalar& other) {
  return run("gt_scalar", [&](const T& a) { return at::gt(a, scalar(other)); }, self);
}

Result<Tensor> TorchBackend::where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  if (dtype(condition) != Dtype::bool_) {
    return fail(ErrorCode::dtype_mismatch, "where: the condition must be a bool tensor");
  }
  return run(
      "where", [](const T& where, const T& a, const T& b) { return at::where(where, a, b); }, condition, self, other);
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
Result<void> TorchBackend::addcmul_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                            const Scalar& value) {
  return write(
      "addcmul_in_place", [&](const T& a, const T& b, const T& c) { a.addcmul_(b, c, scalar(value)); }, self, tensor1,
      tensor2);
}
Result<void> TorchBackend::addcdiv_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                            const Scalar& value) {
  return write(
      "addcdiv_in_place", [&](const T& a, const T& b, const T& c) { a.addcdiv_(b, c, scalar(value)); }, self, tensor1,
      tensor2);
}

}  // namespace cloister::engine
