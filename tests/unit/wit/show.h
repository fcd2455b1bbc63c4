// Writes values of the generated C++ interface as text, in the notation of guest_show.h on the guest's side.
#pragma once

#include <cloister/bindings/testing/types.h>
#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace show_detail {

namespace types = cloister::bindings::testing::types;

template <class T>
  requires std::is_arithmetic_v<T>
std::string show(T value) {
  if constexpr (std::is_same_v<T, char32_t>) {
    return fmt::format("{}", static_cast<std::uint32_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    return fmt::format("{:.9g}", static_cast<double>(value));
  } else {
    return fmt::format("{}", value);
  }
}

template <class T>
  requires std::is_enum_v<T>
std::string show(T value) {
  return show(static_cast<std::underlying_type_t<T>>(value));
}

template <class T>
  requires requires(T value) { value.bits; }
std::string show(T value) {
  return show(value.bits);
}

inline std::string show(std::string_view value) { return fmt::format("\"{}\"", value); }
inline std::string show(std::monostate) { return ""; }

template <class T>
std::string show(const std::optional<T>& value);
template <class T>
std::string show(std::span<const T> values);
template <class... Ts>
std::string show(const std::tuple<Ts...>& value);

inline std::string show(const types::Point& value) {
  return fmt::format("point({},{},{},{})", show(value.x), show(value.y), show(value.visible), show(value.color));
}

inline std::string show(const types::PersonView& value) {
  return fmt::format("person({},{},{},{})", show(value.name), show(value.age), show(value.tags), show(value.home));
}

inline std::string show(const types::Answer& value) { return value.value.index() == 0 ? "yes" : "no"; }

inline std::string show(const types::ShapeView& shape) {
  using Shape = types::ShapeView;
  if (const auto* circle = std::get_if<Shape::Circle>(&shape.value))
    return fmt::format("circle({})", show(circle->value));
  if (const auto* polygon = std::get_if<Shape::Polygon>(&shape.value))
    return fmt::format("polygon({})", show(polygon->value));
  if (const auto* label = std::get_if<Shape::Label>(&shape.value)) return fmt::format("label({})", show(label->value));
  if (const auto* tagged = std::get_if<Shape::Tagged>(&shape.value))
    return fmt::format("tagged({})", show(tagged->value));
  return "nothing";
}

template <class T>
std::string show(const std::optional<T>& value) {
  return value ? fmt::format("some({})", show(*value)) : "none";
}

template <class T, class E>
std::string show(const cloister::Expected<T, E>& value) {
  std::string inner;
  if (value) {
    if constexpr (!std::is_void_v<T>) inner = show(*value);
  } else {
    // Expected has no const access to its error.
    inner = show(cloister::Expected<T, E>(value).error());
  }
  const char* outcome = value ? "ok" : "error";
  return inner.empty() ? std::string(outcome) : fmt::format("{}({})", outcome, inner);
}

template <class... Ts>
std::string show(const std::tuple<Ts...>& value) {
  return std::apply(
      [](const auto&... items) {
        std::string text;
        ((text += (text.empty() ? "" : ",") + show(items)), ...);
        return "(" + text + ")";
      },
      value);
}

template <class T>
std::string show(std::span<const T> values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ",") + show(value);
  return "[" + text + "]";
}

}  // namespace show_detail

using show_detail::show;
