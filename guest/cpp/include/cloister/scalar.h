// Element types, single numbers and lists of sizes, as libtorch names them.
#pragma once

#include <workload.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace cloister {

// Element types, in the order of `dtype` in wit/tensors.wit.
enum class Dtype : std::uint8_t { bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64 };

inline constexpr Dtype kBool = Dtype::bool_;
inline constexpr Dtype kUInt8 = Dtype::uint8;
inline constexpr Dtype kInt8 = Dtype::int8;
inline constexpr Dtype kInt16 = Dtype::int16;
inline constexpr Dtype kInt32 = Dtype::int32;
inline constexpr Dtype kInt64 = Dtype::int64;
inline constexpr Dtype kFloat16 = Dtype::float16;
inline constexpr Dtype kBFloat16 = Dtype::bfloat16;
inline constexpr Dtype kFloat32 = Dtype::float32;
inline constexpr Dtype kFloat64 = Dtype::float64;

// The dtype whose elements are C++'s T.
template <class T>
consteval Dtype dtype_of() {
  if constexpr (std::same_as<T, bool>)
    return kBool;
  else if constexpr (std::same_as<T, std::uint8_t>)
    return kUInt8;
  else if constexpr (std::same_as<T, std::int8_t>)
    return kInt8;
  else if constexpr (std::same_as<T, std::int16_t>)
    return kInt16;
  else if constexpr (std::same_as<T, std::int32_t>)
    return kInt32;
  else if constexpr (std::same_as<T, std::int64_t>)
    return kInt64;
  else if constexpr (std::same_as<T, float>)
    return kFloat32;
  else if constexpr (std::same_as<T, double>)
    return kFloat64;
  else
    static_assert(false, "no dtype has elements of this C++ type");
}

// PyTorch's name of a dtype, such as "bfloat16".
constexpr std::string_view name_of(Dtype dtype) {
  constexpr std::array<std::string_view, 10> names{"bool",  "uint8",   "int8",     "int16",   "int32",
                                                   "int64", "float16", "bfloat16", "float32", "float64"};
  return names[static_cast<std::size_t>(dtype)];
}

// A single number; whether it is real, whole or a truth value takes part in type promotion.
class Scalar {
 public:
  Scalar(std::floating_point auto value) : raw_{.tag = CLOISTER_ML_TENSORS_SCALAR_FLOAT, .val = {.float_ = value}} {}
  Scalar(std::integral auto value)
      : raw_{.tag = CLOISTER_ML_TENSORS_SCALAR_INT, .val = {.int_ = static_cast<std::int64_t>(value)}} {}
  Scalar(bool value) : raw_{.tag = CLOISTER_ML_TENSORS_SCALAR_BOOL, .val = {.bool_ = value}} {}
  explicit Scalar(const cloister_ml_tensors_scalar_t& raw) : raw_(raw) {}

  // The number as T, converted as C++ converts.
  template <class T>
  [[nodiscard]] T to() const {
    switch (raw_.tag) {
      case CLOISTER_ML_TENSORS_SCALAR_FLOAT:
        return static_cast<T>(raw_.val.float_);
      case CLOISTER_ML_TENSORS_SCALAR_INT:
        return static_cast<T>(raw_.val.int_);
      default:
        return static_cast<T>(raw_.val.bool_);
    }
  }

  [[nodiscard]] const cloister_ml_tensors_scalar_t& raw() const { return raw_; }

 private:
  cloister_ml_tensors_scalar_t raw_;
};

// A view of sizes, dimensions or strides, good until the end of the call that it is an argument of: `{2, 3}`, one
// number, a vector or an array.
class IntArrayRef {
 public:
  IntArrayRef() = default;
  IntArrayRef(const std::int64_t& one) : values_(&one, 1) {}
  IntArrayRef(std::initializer_list<std::int64_t> values) : values_(values.begin(), values.size()) {}
  IntArrayRef(const std::vector<std::int64_t>& values) : values_(values) {}
  template <std::size_t N>
  IntArrayRef(const std::array<std::int64_t, N>& values) : values_(values) {}
  IntArrayRef(std::span<const std::int64_t> values) : values_(values) {}

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] const std::int64_t* data() const { return values_.data(); }

 private:
  std::span<const std::int64_t> values_;
};

// Rows and columns; one number stands for both.
struct Size2d {
  std::array<std::int64_t, 2> sizes;
  Size2d(std::int64_t both) : sizes{both, both} {}
  Size2d(std::int64_t height, std::int64_t width) : sizes{height, width} {}
};

// A setting for each direction of a convolution or pooling: one number for all, or one a direction. It owns its
// numbers.
class Sizes {
 public:
  Sizes() = default;
  Sizes(std::int64_t all) : values_{all} {}
  Sizes(std::initializer_list<std::int64_t> values) : values_(values) {}
  Sizes(const Size2d& size) : values_(size.sizes.begin(), size.sizes.end()) {}

  operator IntArrayRef() const { return values_; }

 private:
  std::vector<std::int64_t> values_;
};

}  // namespace cloister
