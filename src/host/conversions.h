// Numbers, dtypes and devices between the WIT and the engine.
#pragma once

#include <cloister/bindings/ml/ops.h>
#include <cloister/bindings/ml/tensors.h>

#include <utility>

#include "cloister/base/dtype.h"
#include "cloister/engine/tensor.h"
#include "cloister/engine/tensor_backend.h"

namespace cloister::host {

namespace detail {
template <class A, class B>
constexpr bool same_number(A a, B b) {
  return static_cast<int>(a) == static_cast<int>(b);
}
using WitDtype = bindings::ml::tensors::Dtype;
// The order of both enums is the same, so the number crosses as it is. Binding code lets no other number through.
static_assert(same_number(WitDtype::bool_, Dtype::bool_) && same_number(WitDtype::uint8, Dtype::uint8) &&
              same_number(WitDtype::int8, Dtype::int8) && same_number(WitDtype::int16, Dtype::int16) &&
              same_number(WitDtype::int32, Dtype::int32) && same_number(WitDtype::int64, Dtype::int64) &&
              same_number(WitDtype::float16, Dtype::float16) && same_number(WitDtype::bfloat16, Dtype::bfloat16) &&
              same_number(WitDtype::float32, Dtype::float32) && same_number(WitDtype::float64, Dtype::float64));
}  // namespace detail

inline Dtype to_engine(bindings::ml::tensors::Dtype dtype) { return static_cast<Dtype>(dtype); }
inline bindings::ml::tensors::Dtype to_wit(Dtype dtype) { return static_cast<bindings::ml::tensors::Dtype>(dtype); }

inline engine::Scalar to_engine(const bindings::ml::tensors::Scalar& scalar) {
  using bindings::ml::tensors::Scalar;
  if (const auto* real = std::get_if<Scalar::Float>(&scalar.value)) return real->value;
  if (const auto* whole = std::get_if<Scalar::Int>(&scalar.value)) return whole->value;
  return std::get_if<Scalar::Bool>(&scalar.value)->value;
}

inline bindings::ml::tensors::Scalar to_wit(const engine::Scalar& scalar) {
  using bindings::ml::tensors::Scalar;
  if (const auto* real = std::get_if<double>(&scalar)) return Scalar::Float{*real};
  if (const auto* whole = std::get_if<std::int64_t>(&scalar)) return Scalar::Int{*whole};
  return Scalar::Bool{*std::get_if<bool>(&scalar)};
}

inline bindings::ml::tensors::Device to_wit(const engine::Device& device) {
  using bindings::ml::tensors::Device;
  if (device.kind == engine::Device::Kind::cuda) return Device::Cuda{device.index};
  return Device::Cpu{};
}

}  // namespace cloister::host
