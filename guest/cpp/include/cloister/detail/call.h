// Calls of the C bindings with C++ arguments and results.
//
// `require<binding>(arguments...)` traps with the host's sentence when the call fails; `attempt<binding>(arguments...)`
// returns the error. Both are open to programs: `attempt<cloister_ml_ops_matmul>(a, b)` is an Expected<Tensor>.
#pragma once

#include <workload.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cloister/error.h"
#include "cloister/scalar.h"

namespace cloister {

class Tensor;

namespace detail {

using RawTensor = cloister_ml_tensors_borrow_tensor_t;
using OwnTensor = cloister_ml_tensors_own_tensor_t;

// ---- arguments: what a binding takes for each C++ type. Bindings never write through their argument pointers. ----

template <class Raw>
struct Lowered {
  Raw raw;
  operator Raw*() { return &raw; }
};

template <class Raw>
struct LoweredOption {
  std::optional<Raw> raw;
  operator Raw*() { return raw ? &*raw : nullptr; }
};

// A list of borrowed handles. Each interface of the C bindings has its own struct for one, all { pointer, length }.
class LoweredTensors {
 public:
  explicit LoweredTensors(std::span<const Tensor> tensors);
  template <class List>
  operator List*() {
    static_assert(sizeof(List) == sizeof(list_) && std::is_trivially_destructible_v<List>);
    return new (list_.data()) List{handles_.data(), handles_.size()};
  }

 private:
  std::vector<RawTensor> handles_;
  alignas(void*) std::array<std::byte, sizeof(void*) + sizeof(std::size_t)> list_;
};

// A tensor argument that may be absent: an undefined Tensor.
struct Optional {
  const Tensor& tensor;
};

// Tensors that may each be absent: undefined ones.
struct OptionalTensors {
  std::span<const Tensor> tensors;
};

// A list of them, as the bindings take it.
class LoweredOptionalTensors {
 public:
  explicit LoweredOptionalTensors(OptionalTensors all);
  operator cloister_ml_ops_list_option_borrow_tensor_t*() { return &list_; }

 private:
  using Element = std::remove_pointer_t<decltype(cloister_ml_ops_list_option_borrow_tensor_t::ptr)>;
  std::vector<Element> elements_;
  cloister_ml_ops_list_option_borrow_tensor_t list_{};
};

RawTensor lower(const Tensor& tensor);
LoweredOption<RawTensor> lower(Optional tensor);
inline LoweredTensors lower(std::span<const Tensor> tensors) { return LoweredTensors(tensors); }
inline LoweredOptionalTensors lower(OptionalTensors tensors) { return LoweredOptionalTensors(tensors); }
template <class T>
  requires std::is_arithmetic_v<T>
T lower(T value) {
  return value;
}
template <class T>
  requires std::is_enum_v<T>
std::uint8_t lower(T value) {
  return static_cast<std::uint8_t>(value);
}
inline cloister_ml_tensors_scalar_t* lower(const Scalar& scalar) {
  return const_cast<cloister_ml_tensors_scalar_t*>(&scalar.raw());
}
inline cloister_ml_tensors_scalar_t* lower(const std::optional<Scalar>& scalar) {
  return scalar ? lower(*scalar) : nullptr;
}
template <class T>
  requires std::is_arithmetic_v<T>
T* lower(const std::optional<T>& value) {
  return const_cast<T*>(value ? &*value : nullptr);
}
template <class Raw>
Raw* lower(const Lowered<Raw>& record) {
  return const_cast<Raw*>(&record.raw);
}
inline workload_list_s64_t list_of(IntArrayRef values) {
  return {const_cast<std::int64_t*>(values.data()), values.size()};
}
inline Lowered<workload_list_s64_t> lower(IntArrayRef values) { return {list_of(values)}; }
inline workload_string_t string_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())), text.size()};
}
inline Lowered<workload_string_t> lower(std::string_view text) { return {string_of(text)}; }
// Handles and records of the bindings themselves pass as they are.
template <class Raw>
  requires std::is_class_v<Raw> && std::is_trivially_copyable_v<Raw> && (sizeof(Raw) == sizeof(std::int32_t))
Raw lower(Raw handle) {
  return handle;
}
template <class Raw>
Raw* lower(Raw* record) {
  return record;
}

// ---- results ----

Tensor lift(OwnTensor own);
inline Scalar lift(const cloister_ml_tensors_scalar_t& raw) { return Scalar(raw); }
std::tuple<Tensor, Tensor> lift(const cloister_ml_ops_tuple2_own_tensor_own_tensor_t& raw);
std::tuple<Tensor, Tensor, Tensor> lift(const cloister_ml_ops_tuple3_own_tensor_own_tensor_own_tensor_t& raw);
std::vector<Tensor> lift(const cloister_ml_ops_list_own_tensor_t& raw);
template <class Raw>
Raw lift(Raw raw) {
  return raw;
}

// A binding is `bool f(arguments..., Result* result, Error* error)`, or without the result.
template <class Function>
struct Signature;
template <class... Parameters>
struct Signature<bool (*)(Parameters...)> {
  using All = std::tuple<Parameters...>;
  template <std::size_t kArguments>
  static constexpr bool kHasResult = sizeof...(Parameters) == kArguments + 2;
  template <std::size_t kArguments>
  using Result = std::remove_pointer_t<std::tuple_element_t<kArguments, All>>;
};

}  // namespace detail

// Calls a binding; a failure is a value.
template <auto Binding, class... Arguments>
auto attempt(const Arguments&... arguments) {
  using Signature = detail::Signature<decltype(Binding)>;
  cloister_ml_tensors_error_t error;
  if constexpr (Signature::template kHasResult<sizeof...(Arguments)>) {
    typename Signature::template Result<sizeof...(Arguments)> result;
    const bool good = Binding(detail::lower(arguments)..., &result, &error);
    using Value = decltype(detail::lift(result));
    return good ? Expected<Value>(detail::lift(result)) : Expected<Value>(std::unexpected(detail::take_error(error)));
  } else {
    const bool good = Binding(detail::lower(arguments)..., &error);
    return good ? Expected<void>() : Expected<void>(std::unexpected(detail::take_error(error)));
  }
}

// Calls a binding; a failure is a bug of this program.
template <auto Binding, class... Arguments>
auto require(const Arguments&... arguments) {
  using Signature = detail::Signature<decltype(Binding)>;
  cloister_ml_tensors_error_t error;
  if constexpr (Signature::template kHasResult<sizeof...(Arguments)>) {
    typename Signature::template Result<sizeof...(Arguments)> result;
    if (!Binding(detail::lower(arguments)..., &result, &error)) [[unlikely]]
      fatal(detail::take_error(error).message);
    return detail::lift(result);
  } else {
    if (!Binding(detail::lower(arguments)..., &error)) [[unlikely]]
      fatal(detail::take_error(error).message);
  }
}

}  // namespace cloister
