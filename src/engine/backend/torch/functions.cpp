// Functions element by element.
#include <fmt/format.h>

#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

// One tensor in, one out, and nothing to decide.
#define CLOISTER_UNARY(name)                                         \
  Result<Tensor> TorchBackend::name(const Tensor& self) {            \
    return run(#name, [](const T& a) { return at::name(a); }, self); \
  }
CLOISTER_UNARY(neg)
CLOISTER_UNARY(abs)
CLOISTER_UNARY(sign)
CLOISTER_UNARY(reciprocal)
CLOISTER_UNARY(square)
CLOISTER_UNARY(exp)
CLOISTER_UNARY(exp2)
CLOISTER_UNARY(expm1)
CLOISTER_UNARY(log)
CLOISTER_UNARY(log2)
CLOISTER_UNARY(log10)
CLOISTER_UNARY(log1p)
CLOISTER_UNARY(sqrt)
CLOISTER_UNARY(rsqrt)
CLOISTER_UNARY(sin)
CLOISTER_UNARY(cos)
CLOISTER_UNARY(tan)
CLOISTER_UNARY(asin)
CLOISTER_UNARY(acos)
CLOISTER_UNARY(atan)
CLOISTER_UNARY(sinh)
CLOISTER_UNARY(cosh)
CLOISTER_UNARY(tanh)
CLOISTER_UNARY(asinh)
CLOISTER_UNARY(acosh)
CLOISTER_UNARY(atanh)
CLOISTER_UNARY(erf)
CLOISTER_UNARY(erfc)
CLOISTER_UNARY(erfinv)
CLOISTER_UNARY(lgamma)
CLOISTER_UNARY(digamma)
CLOISTER_UNARY(floor)
CLOISTER_UNARY(ceil)
CLOISTER_UNARY(round)
CLOISTER_UNARY(trunc)
CLOISTER_UNARY(frac)
CLOISTER_UNARY(relu)
CLOISTER_UNARY(relu6)
CLOISTER_UNARY(sigmoid)
CLOISTER_UNARY(log_sigmoid)
CLOISTER_UNARY(hardsigmoid)
CLOISTER_UNARY(silu)
CLOISTER_UNARY(hardswish)
CLOISTER_UNARY(mish)
CLOISTER_UNARY(selu)
CLOISTER_UNARY(isnan)
CLOISTER_UNARY(isinf)
CLOISTER_UNARY(isfinite)
CLOISTER_UNARY(logical_not)
CLOISTER_UNARY(bitwise_not)
#undef CLOISTER_UNARY

#define CLOISTER_UNARY_IN_PLACE(name)                                       \
  Result<void> TorchBackend::name##_in_place(const Tensor& self) {          \
    return write(#name "_in_place", [](const T& a) { a.name##_(); }, self); \
  }
CLOISTER_UNARY_IN_PLACE(neg)
CLOISTER_UNARY_IN_PLACE(exp)
CLOISTER_UNARY_IN_PLACE(sqrt)
CLOISTER_UNARY_IN_PLACE(relu)
#undef CLOISTER_UNARY_IN_PLACE

Result<Tensor> TorchBackend::atan2(const Tensor& self, const Tensor& other) {
  return run("atan2", [](const T& a, const T& b) { return at::atan2(a, b); }, self, other);
}
Result<Tensor> TorchBackend::xlogy(const Tensor& self, const Tensor& other) {
  return run("xlogy", [](const T& a, const T& b) { return at::xlogy(a, b); }, self, other);
}
Result<Tensor> TorchBackend::logaddexp(const Tensor& self, const Tensor& other) {
  return run("logaddexp", [](const T& a, const T& b) { return at::logaddexp(a, b); }, self, other);
}
Result<Tensor> TorchBackend::maximum(const Tensor& self, const Tensor& other) {
  return run("maximum", [](const T& a, const T& b) { return at::maximum(a, b); }, self, other);
}
Result<Tensor> TorchBackend::minimum(const Tensor& self, const Tensor& other) {
  return run("minimum", [](const T& a, const T& b) { return at::minimum(a, b); }, self, other);
}

Result<Tensor> TorchBackend::logit(const Tensor& self, std::optional<double> eps) {
  return run("logit", [&](const T& a) { return at::logit(a, eps); }, self);
}
Result<Tensor> TorchBackend::clamp(const Tensor& self, const std::optional<Scalar>& min,
                                   const std::optional<Scalar>& max) {
  return run("clamp", [&](const T& a) { return at::clamp(a, scalar(min), scalar(max)); }, self);
}
Result<void> TorchBackend::clamp_in_place(const Tensor& self, const std::optional<Scalar>& min,
                                          const std::optional<Scalar>& max) {
  return write("clamp_in_place", [&](const T& a) { a.clamp_(scalar(min), scalar(max)); }, self);
}
Result<Tensor> TorchBackend::clamp_tensor(const Tensor& self, const Tensor* min, const Tensor* max) {
  return run(
      "clamp_tensor", [&](const T& a) { return at::clamp(a, optional_tensor(min), optional_tensor(max)); }, self);
}
Result<Tensor> TorchBackend::nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                                        std::optional<double> neginf) {
  return run("nan_to_num", [&](const T& a) { return at::nan_to_num(a, nan, posinf, neginf); }, self);
}

// ---- activations ----

Result<Tensor> TorchBackend::gelu(const Tensor& self, GeluApproximation approximate) {
  const char* how = approximate == GeluApproximation::tanh ? "tanh" : "none";
  return run("gelu", [&](const T& a) { return at::gelu(a, how); }, self);
}
Result<Tensor> TorchBackend::elu(const Tensor& self, const Scalar& alpha, const Scalar& scale,
                                 const Scalar& input_scale) {
  return run("elu", [&](const T& a) { return at::elu(a, scalar(alpha), scalar(scale), scalar(input_scale)); }, self);
}
Result<Tensor> TorchBackend::celu(const Tensor& self, const Scalar& alpha) {
  return run("celu", [&](const T& a) { return at::celu(a, scalar(alpha)); }, self);
}
Result<Tensor> TorchBackend::leaky_relu(const Tensor& self, const Scalar& negative_slope) {
  return run("leaky_relu", [&](const T& a) { return at::leaky_relu(a, scalar(negative_slope)); }, self);
}
Result<Tensor> TorchBackend::prelu(const Tensor& self, const Tensor& weight) {
  return run("prelu", [](const T& a, const T& w) { return at::prelu(a, w); }, self, weight);
}
Result<Tensor> TorchBackend::hardtanh(const Tensor& self, const Scalar& min_val, const Scalar& max_val) {
  return run("hardtanh", [&](const T& a) { return at::hardtanh(a, scalar(min_val), scalar(max_val)); }, self);
}
Result<Tensor> TorchBackend::softplus(const Tensor& self, const Scalar& beta, const Scalar& threshold) {
  return run("softplus", [&](const T& a) { return at::softplus(a, scalar(beta), scalar(threshold)); }, self);
}
Result<Tensor> TorchBackend::glu(const Tensor& self, std::int64_t dim) {
  return run("glu", [&](const T& a) { return at::glu(a, dim); }, self);
}

}  // namespace cloister::engine
