// Writes values of the C bindings as text, in the notation of show.h on the host's side.
#pragma once

#include <cstdio>
#include <string>
#include <type_traits>

#include "types_test.h"

namespace guest {

template <class T>
concept Number = std::is_arithmetic_v<T>;
template <class T>
concept List = requires(T v) {
  v.ptr;
  v.len;
};
template <class T>
concept Option = requires(T v) {
  v.is_some;
  v.val;
};
template <class T>
concept Result = requires(T v) { v.is_err; };
template <class T>
concept Tuple = requires(T v) { v.f0; };

template <Number T>
std::string show(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<T>) {
    char text[64];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
    return text;
  } else {
    return std::to_string(value);
  }
}

inline std::string show(const types_test_string_t& value) {
  return "\"" + std::string(reinterpret_cast<const char*>(value.ptr), value.len) + "\"";
}

inline std::string show(const cloister_testing_types_point_t& value) {
  return "point(" + show(value.x) + "," + show(value.y) + "," + show(value.visible) + "," + show(value.color) + ")";
}

template <List T>
std::string show(const T& value);
template <Option T>
std::string show(const T& value);

inline std::string show(const cloister_testing_types_person_t& value) {
  return "person(" + show(value.name) + "," + show(value.age) + "," + show(value.tags) + "," + show(value.home) + ")";
}

inline std::string show(const cloister_testing_types_answer_t& value) { return value.tag == 0 ? "yes" : "no"; }

template <Tuple T>
std::string show(const T& value);

inline std::string show(const cloister_testing_types_shape_t& value) {
  switch (value.tag) {
    case CLOISTER_TESTING_TYPES_SHAPE_NOTHING:
      return "nothing";
    case CLOISTER_TESTING_TYPES_SHAPE_CIRCLE:
      return "circle(" + show(value.val.circle) + ")";
    case CLOISTER_TESTING_TYPES_SHAPE_POLYGON:
      return "polygon(" + show(value.val.polygon) + ")";
    case CLOISTER_TESTING_TYPES_SHAPE_LABEL:
      return "label(" + show(value.val.label) + ")";
    case CLOISTER_TESTING_TYPES_SHAPE_TAGGED:
      return "tagged(" + show(value.val.tagged) + ")";
    default:
      return "shape with tag " + std::to_string(value.tag);
  }
}

template <Option T>
std::string show(const T& value) {
  return value.is_some ? "some(" + show(value.val) + ")" : "none";
}

template <Result T>
std::string show(const T& value) {
  if (value.is_err) {
    if constexpr (requires { value.val.err; }) return "error(" + show(value.val.err) + ")";
    return "error";
  }
  if constexpr (requires { value.val.ok; }) return "ok(" + show(value.val.ok) + ")";
  return "ok";
}

template <Tuple T>
std::string show(const T& value) {
  std::string text = "(" + show(value.f0);
  if constexpr (requires { value.f1; }) text += "," + show(value.f1);
  if constexpr (requires { value.f2; }) text += "," + show(value.f2);
  if constexpr (requires { value.f3; }) text += "," + show(value.f3);
  if constexpr (requires { value.f4; }) text += "," + show(value.f4);
  if constexpr (requires { value.f5; }) text += "," + show(value.f5);
  if constexpr (requires { value.f6; }) text += "," + show(value.f6);
  if constexpr (requires { value.f7; }) text += "," + show(value.f7);
  return text + ")";
}

template <List T>
std::string show(const T& value) {
  std::string text = "[";
  for (size_t i = 0; i < value.len; ++i) text += (i == 0 ? "" : ",") + show(value.ptr[i]);
  return text + "]";
}

}  // namespace guest
