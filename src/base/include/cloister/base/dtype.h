// Element types of tensors, shared by the readers of files and the engine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cloister {

// The order is that of `dtype` in wit/tensors.wit, so that the number crosses the boundary as it is. A bool takes one
// byte, 0 or 1.
enum class Dtype : std::uint8_t {
  bool_,
  uint8,
  int8,
  int16,
  int32,
  int64,
  float16,
  bfloat16,
  float32,
  float64,
};

inline constexpr std::size_t kDtypeCount = 10;

namespace detail {
struct DtypeFacts {
  std::string_view name;
  std::size_t size;
};
inline constexpr std::array<DtypeFacts, kDtypeCount> kDtypeFacts{{{"bool", 1},
                                                                  {"uint8", 1},
                                                                  {"int8", 1},
                                                                  {"int16", 2},
                                                                  {"int32", 4},
                                                                  {"int64", 8},
                                                                  {"float16", 2},
                                                                  {"bfloat16", 2},
                                                                  {"float32", 4},
                                                                  {"float64", 8}}};
}  // namespace detail

// The dtype of this number of the enum, or nothing when there is no such one.
[[nodiscard]] constexpr std::optional<Dtype> dtype_from_index(std::uint64_t index) {
  if (index >= kDtypeCount) return std::nullopt;
  return static_cast<Dtype>(index);
}

// Bytes an element.
[[nodiscard]] constexpr std::size_t element_size(Dtype dtype) {
  return detail::kDtypeFacts[static_cast<std::size_t>(dtype)].size;
}

// The name PyTorch and the WIT give it, such as "bfloat16".
[[nodiscard]] constexpr std::string_view dtype_name(Dtype dtype) {
  return detail::kDtypeFacts[static_cast<std::size_t>(dtype)].name;
}

// The dtype with this name, or nothing.
[[nodiscard]] constexpr std::optional<Dtype> parse_dtype(std::string_view name) {
  for (std::size_t i = 0; i < kDtypeCount; ++i) {
    if (detail::kDtypeFacts[i].name == name) return static_cast<Dtype>(i);
  }
  return std::nullopt;
}

[[nodiscard]] constexpr bool is_floating_point(Dtype dtype) { return dtype >= Dtype::float16; }

}  // namespace cloister
