// Cloister's results as exceptions, which these programs end with.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "cloister/base/result.h"

// The value. Throws std::runtime_error with the error's sentence.
template <class T>
T checked(cloister::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
