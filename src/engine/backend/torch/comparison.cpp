// Comparisons, logic, bits and masks, element by element.
#include <fmt/format.h>

#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

// The forms for two tensors, and for a tensor and a number.
#define CLOISTER_BINARY(name)                                                              \
  Result<Tensor> TorchBackend::name(const Tensor& self, const Tensor& other) {             \
    return run(#name, [](const T& a, const T& b) { return at::name(a, b); }, self, other); \
  }
#define CLOISTER_BINARY_AND_SCALAR(name)                                                       \
  CLOISTER_BINARY(name)                                                                        \
  Result<Tensor> TorchBackend::name##_scalar(const Tensor& self, const Scalar& other) {        \
    return run(#name "_scalar", [&](const T& a) { return at::name(a, scalar(other)); }, self); \
  }
CLOISTER_BINARY_AND_SCALAR(eq)
CLOISTER_BINARY_AND_SCALAR(ne)
CLOISTER_BINARY_AND_SCALAR(lt)
CLOISTER_BINARY_AND_SCALAR(le)
CLOISTER_BINARY_AND_SCALAR(gt)
CLOISTER_BINARY_AND_SCALAR(ge)
CLOISTER_BINARY_AND_SCALAR(bitwise_and)
CLOISTER_BINARY_AND_SCALAR(bitwise_or)
CLOISTER_BINARY_AND_SCALAR(bitwise_xor)
CLOISTER_BINARY(logical_and)
CLOISTER_BINARY(logical_or)
CLOISTER_BINARY(logical_xor)
#undef CLOISTER_BINARY_AND_SCALAR
#undef CLOISTER_BINARY

Result<Tensor> TorchBackend::isclose(const Tensor& self, const Tensor& other, double rtol, double atol,
                                     bool equal_nan) {
  return run("isclose", [&](const T& a, const T& b) { return at::isclose(a, b, rtol, atol, equal_nan); }, self, other);
}

namespace {

Result<void> check_shift(std::string_view op, Dtype dtype, const Scalar& by) {
  const auto bits = static_cast<std::int64_t>(8 * element_size(dtype));
  const auto* count = std::get_if<std::int64_t>(&by);
  if (count == nullptr || *count < 0 || *count >= bits) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: a shift of {} must be a whole number from 0 to {}", op, dtype_name(dtype), bits - 1));
  }
  return {};
}

}  // namespace

Result<Tensor> TorchBackend::bitwise_left_shift_scalar(const Tensor& self, const Scalar& other) {
  CLOISTER_CHECK(check_shift("bitwise_left_shift_scalar", dtype(self), other));
  return run("bitwise_left_shift_scalar", [&](const T& a) { return at::bitwise_left_shift(a, scalar(other)); }, self);
}
Result<Tensor> TorchBackend::bitwise_right_shift_scalar(const Tensor& self, const Scalar& other) {
  CLOISTER_CHECK(check_shift("bitwise_right_shift_scalar", dtype(self), other));
  return run("bitwise_right_shift_scalar", [&](const T& a) { return at::bitwise_right_shift(a, scalar(other)); }, self);
}

Result<void> TorchBackend::check_mask(std::string_view op, const Tensor& mask) const {
  if (dtype(mask) == Dtype::bool_) return {};
  return fail(ErrorCode::dtype_mismatch,
              fmt::format("{}: the mask is {}, but must be bool; convert it", op, dtype_name(dtype(mask))));
}

Result<Tensor> TorchBackend::where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  if (dtype(condition) != Dtype::bool_) {
    return fail(ErrorCode::dtype_mismatch,
                fmt::format("where: the condition is {}, but must be bool; convert it", dtype_name(dtype(condition))));
  }
  return run(
      "where", [](const T& where, const T& a, const T& b) { return at::where(where, a, b); }, condition, self, other);
}
Result<Tensor> TorchBackend::masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  CLOISTER_CHECK(check_mask("masked_fill", mask));
  return run(
      "masked_fill", [](const T& a, const T& m, const T& v) { return at::masked_fill(a, m, v); }, self, mask, value);
}
Result<Tensor> TorchBackend::masked_fill_scalar(const Tensor& self, const Tensor& mask, const Scalar& value) {
  CLOISTER_CHECK(check_mask("masked_fill_scalar", mask));
  return run(
      "masked_fill_scalar", [&](const T& a, const T& m) { return at::masked_fill(a, m, scalar(value)); }, self, mask);
}
Result<void> TorchBackend::masked_fill_scalar_in_place(const Tensor& self, const Tensor& mask, const Scalar& value) {
  CLOISTER_CHECK(check_mask("masked_fill_scalar_in_place", mask));
  return write(
      "masked_fill_scalar_in_place", [&](const T& a, const T& m) { a.masked_fill_(m, scalar(value)); }, self, mask);
}

}  // namespace cloister::engine
