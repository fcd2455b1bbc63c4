// Operators as functions (operator_functions.h, generated from wit/ops.wit: PyTorch's names, order and defaults),
// tensors from elements, and arithmetic signs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "cloister/operator_functions.h"
#include "cloister/tensor.h"

namespace cloister {

// Sets the instance's generator, which starts from the run's seed.
inline void manual_seed(std::uint64_t seed) { cloister_ml_ops_manual_seed(seed); }

// A tensor with these elements in row-major order; the bytes are copied to the host.
template <class T>
Tensor from_elements(std::span<const T> elements, IntArrayRef shape) {
  workload_list_u8_t bytes{reinterpret_cast<std::uint8_t*>(const_cast<T*>(elements.data())), elements.size_bytes()};
  return require<cloister_ml_tensors_static_tensor_from_bytes>(&bytes, shape, dtype_of<T>());
}
// A 1-D tensor: `tensor<float>({1, 2, 3})`.
template <class T>
Tensor tensor(std::initializer_list<T> elements) {
  return from_elements(std::span<const T>(elements.begin(), elements.size()),
                       static_cast<std::int64_t>(elements.size()));
}

// ---- signs ----
inline Tensor operator+(const Tensor& a, const Tensor& b) { return a.add(b); }
inline Tensor operator+(const Tensor& a, Scalar b) { return a.add(b); }
inline Tensor operator+(Scalar a, const Tensor& b) { return b.add(a); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return a.sub(b); }
inline Tensor operator-(const Tensor& a, Scalar b) { return a.sub(b); }
inline Tensor operator-(Scalar a, const Tensor& b) { return b.rsub(a); }
inline Tensor operator-(const Tensor& a) { return a.neg(); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return a.mul(b); }
inline Tensor operator*(const Tensor& a, Scalar b) { return a.mul(b); }
inline Tensor operator*(Scalar a, const Tensor& b) { return b.mul(a); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return a.div(b); }
inline Tensor operator/(const Tensor& a, Scalar b) { return a.div(b); }
inline Tensor operator/(Scalar a, const Tensor& b) { return b.reciprocal().mul(a); }
inline Tensor& operator+=(Tensor& a, const Tensor& b) { return a.add_(b); }
inline Tensor& operator+=(Tensor& a, Scalar b) { return a.add_(b); }
inline Tensor& operator-=(Tensor& a, const Tensor& b) { return a.sub_(b); }
inline Tensor& operator-=(Tensor& a, Scalar b) { return a.sub_(b); }
inline Tensor& operator*=(Tensor& a, const Tensor& b) { return a.mul_(b); }
inline Tensor& operator*=(Tensor& a, Scalar b) { return a.mul_(b); }
inline Tensor& operator/=(Tensor& a, const Tensor& b) { return a.div_(b); }
inline Tensor& operator/=(Tensor& a, Scalar b) { return a.div_(b); }
inline Tensor operator==(const Tensor& a, const Tensor& b) { return a.eq(b); }
inline Tensor operator==(const Tensor& a, Scalar b) { return a.eq(b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return a.ne(b); }
inline Tensor operator!=(const Tensor& a, Scalar b) { return a.ne(b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return a.lt(b); }
inline Tensor operator<(const Tensor& a, Scalar b) { return a.lt(b); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return a.le(b); }
inline Tensor operator<=(const Tensor& a, Scalar b) { return a.le(b); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return a.gt(b); }
inline Tensor operator>(const Tensor& a, Scalar b) { return a.gt(b); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return a.ge(b); }
inline Tensor operator>=(const Tensor& a, Scalar b) { return a.ge(b); }
inline Tensor operator!(const Tensor& a) { return a.logical_not(); }
inline Tensor operator&(const Tensor& a, const Tensor& b) { return a.bitwise_and(b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return a.bitwise_or(b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return a.bitwise_xor(b); }

}  // namespace cloister
