// Arithmetic element by element.
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
Result<void> TorchBackend::add_scalar_in_place(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return write("add_scalar_in_place", [&](const T& a) { a.add_(scalar(other), scalar(alpha)); }, self);
}
Result<Tensor> TorchBackend::sub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return run("sub", [&](const T& a, const T& b) { return at::sub(a, b, scalar(alpha)); }, self, other);
}
Result<Tensor> TorchBackend::sub_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return run("sub_scalar", [&](const T& a) { return at::sub(a, scalar(other), scalar(alpha)); }, self);
}
Result<void> TorchBackend::sub_in_place(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return write("sub_in_place", [&](const T& a, const T& b) { a.sub_(b, scalar(alpha)); }, self, other);
}
Result<void> TorchBackend::sub_scalar_in_place(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return write("sub_scalar_in_place", [&](const T& a) { a.sub_(scalar(other), scalar(alpha)); }, self);
}
Result<Tensor> TorchBackend::rsub_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return run("rsub_scalar", [&](const T& a) { return at::rsub(a, scalar(other), scalar(alpha)); }, self);
}
Result<Tensor> TorchBackend::mul(const Tensor& self, const Tensor& other) {
  return run("mul", [](const T& a, const T& b) { return at::mul(a, b); }, self, other);
}
Result<Tensor> TorchBackend::mul_scalar(const Tensor& self, const Scalar& other) {
  return run("mul_scalar", [&](const T& a) { return at::mul(a, scalar(other)); }, self);
}
Result<void> TorchBackend::mul_in_place(const Tensor& self, const Tensor& other) {
  return write("mul_in_place", [](const T& a, const T& b) { a.mul_(b); }, self, other);
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
Result<void> TorchBackend::div_in_place(const Tensor& self, const Tensor& other) {
  return write("div_in_place", [](const T& a, const T& b) { a.div_(b); }, self, other);
}
Result<void> TorchBackend::div_scalar_in_place(const Tensor& self, const Scalar& other) {
  return write("div_scalar_in_place", [&](const T& a) { a.div_(scalar(other)); }, self);
}

namespace {

// The smallest integer divided by -1 ends the process: libtorch's kernels take the processor's division, which traps.
// Here the quotient wraps around, as libtorch's own does on a GPU, and the remainder is 0. Narrower integers are
// divided as 32-bit ones and cannot trap.
bool is_wide_integer(at::ScalarType type) { return type == at::kInt || type == at::kLong; }
bool may_trap(const T& a, const T& b) {
  return is_wide_integer(a.scalar_type()) && at::isIntegralType(b.scalar_type(), /*includeBool=*/false) &&
         b.scalar_type() != at::kByte && at::result_type(a, b) == a.scalar_type();
}
bool may_trap(const T& a, const at::Scalar& b) {
  return is_wide_integer(a.scalar_type()) && b.isIntegral(/*includeBool=*/false) && b.toLong() == -1;
}
T without_minus_one(const T& b) { return at::where(at::eq(b, -1), at::ones({}, b.options()), b); }

const char* name_of(RoundingMode mode) { return mode == RoundingMode::floor ? "floor" : "trunc"; }

}  // namespace

Result<Tensor> TorchBackend::div_mode(const Tensor& self, const Tensor& other, RoundingMode rounding_mode) {
  return run(
      "div_mode",
      [&](const T& a, const T& b) {
        if (!may_trap(a, b)) return at::div(a, b, name_of(rounding_mode));
        return at::div(at::where(at::eq(b, -1), at::neg(a), a), without_minus_one(b), name_of(rounding_mode));
      },
      self, other);
}
Result<Tensor> TorchBackend::div_scalar_mode(const Tensor& self, const Scalar& other, RoundingMode rounding_mode) {
  return run(
      "div_scalar_mode",
      [&](const T& a) {
        const at::Scalar by = scalar(other);
        return may_trap(a, by) ? at::neg(a) : at::div(a, by, name_of(rounding_mode));
      },
      self);
}
Result<Tensor> TorchBackend::remainder(const Tensor& self, const Tensor& other) {
  return run(
      "remainder", [](const T& a, const T& b) { return at::remainder(a, may_trap(a, b) ? without_minus_one(b) : b); },
      self, other);
}
Result<Tensor> TorchBackend::remainder_scalar(const Tensor& self, const Scalar& other) {
  return run(
      "remainder_scalar",
      [&](const T& a) {
        const at::Scalar by = scalar(other);
        return at::remainder(a, may_trap(a, by) ? at::Scalar(1) : by);
      },
      self);
}
Result<Tensor> TorchBackend::fmod(const Tensor& self, const Tensor& other) {
  return run(
      "fmod", [](const T& a, const T& b) { return at::fmod(a, may_trap(a, b) ? without_minus_one(b) : b); }, self,
      other);
}
Result<Tensor> TorchBackend::fmod_scalar(const Tensor& self, const Scalar& other) {
  return run(
      "fmod_scalar",
      [&](const T& a) {
        const at::Scalar by = scalar(other);
        return at::fmod(a, may_trap(a, by) ? at::Scalar(1) : by);
      },
      self);
}

Result<Tensor> TorchBackend::pow(const Tensor& self, const Tensor& exponent) {
  return run("pow", [](const T& a, const T& b) { return at::pow(a, b); }, self, exponent);
}
Result<Tensor> TorchBackend::pow_scalar(const Tensor& self, const Scalar& exponent) {
  return run("pow_scalar", [&](const T& a) { return at::pow(a, scalar(exponent)); }, self);
}
Result<void> TorchBackend::pow_scalar_in_place(const Tensor& self, const Scalar& exponent) {
  return write("pow_scalar_in_place", [&](const T& a) { a.pow_(scalar(exponent)); }, self);
}
Result<Tensor> TorchBackend::scalar_pow(const Scalar& base, const Tensor& exponent) {
  return run("scalar_pow", [&](const T& a) { return at::pow(scalar(base), a); }, exponent);
}

Result<Tensor> TorchBackend::lerp(const Tensor& self, const Tensor& end, const Tensor& weight) {
  return run("lerp", [](const T& a, const T& b, const T& w) { return at::lerp(a, b, w); }, self, end, weight);
}
Result<Tensor> TorchBackend::lerp_scalar(const Tensor& self, const Tensor& end, const Scalar& weight) {
  return run("lerp_scalar", [&](const T& a, const T& b) { return at::lerp(a, b, scalar(weight)); }, self, end);
}
Result<void> TorchBackend::lerp_scalar_in_place(const Tensor& self, const Tensor& end, const Scalar& weight) {
  return write("lerp_scalar_in_place", [&](const T& a, const T& b) { a.lerp_(b, scalar(weight)); }, self, end);
}
Result<Tensor> TorchBackend::addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                     const Scalar& value) {
  return run(
      "addcmul", [&](const T& a, const T& b, const T& c) { return at::addcmul(a, b, c, scalar(value)); }, self, tensor1,
      tensor2);
}
Result<void> TorchBackend::addcmul_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                            const Scalar& value) {
  return write(
      "addcmul_in_place", [&](const T& a, const T& b, const T& c) { a.addcmul_(b, c, scalar(value)); }, self, tensor1,
      tensor2);
}
Result<Tensor> TorchBackend::addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                     const Scalar& value) {
  return run(
      "addcdiv", [&](const T& a, const T& b, const T& c) { return at::addcdiv(a, b, c, scalar(value)); }, self, tensor1,
      tensor2);
}
Result<void> TorchBackend::addcdiv_in_place(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                                            const Scalar& value) {
  return write(
      "addcdiv_in_place", [&](const T& a, const T& b, const T& c) { a.addcdiv_(b, c, scalar(value)); }, self, tensor1,
      tensor2);
}

}  // namespace cloister::engine
