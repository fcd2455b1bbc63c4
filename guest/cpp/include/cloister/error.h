// Failures that a program can act on, and how one that cannot be acted on ends the run.
#pragma once

#include <workload.h>

#include <cstdint>
#include <cstdlib>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cloister {

// The cases of `error` in wit/tensors.wit, in its order.
enum class ErrorKind : std::uint8_t {
  invalid_argument,
  shape_mismatch,
  dtype_mismatch,
  unsupported,
  quota_exceeded,
  not_granted,
  bad_data,
  internal,
};

// One sentence: what was wrong with which thing, and the way out.
struct Error {
  ErrorKind kind = ErrorKind::invalid_argument;
  std::string message;
};

template <class T>
using Expected = std::expected<T, Error>;

// An error of the program's own: `return fail("the data set 'train' has no classes");`.
inline std::unexpected<Error> fail(std::string message, ErrorKind kind = ErrorKind::invalid_argument) {
  return std::unexpected(Error{kind, std::move(message)});
}

// Prints the sentence on standard error and traps. For a program's own bugs: an operator given shapes that do not fit.
[[noreturn]] void fatal(std::string_view message);

namespace detail {

inline std::string take_string(workload_string_t& text) {
  std::string copy(reinterpret_cast<const char*>(text.ptr), text.len);
  workload_string_free(&text);
  return copy;
}

inline std::vector<std::string> take_strings(workload_list_string_t& list) {
  std::vector<std::string> copies;
  copies.reserve(list.len);
  for (workload_string_t& text : std::span(list.ptr, list.len)) copies.push_back(take_string(text));
  if (list.len > 0) std::free(list.ptr);
  return copies;
}

// Every case of the variant holds one string, so any member names it.
inline Error take_error(cloister_ml_tensors_error_t& error) {
  return Error{static_cast<ErrorKind>(error.tag), take_string(error.val.internal)};
}

}  // namespace detail
}  // namespace cloister

// CLOISTER_TRY(auto x, f()): x = *f(), or return its error from the enclosing function.
#define CLOISTER_TRY(declaration, expression) CLOISTER_TRY_AT(declaration, expression, __LINE__)
#define CLOISTER_TRY_AT(declaration, expression, id) CLOISTER_TRY_NAMED(declaration, expression, id)
#define CLOISTER_TRY_NAMED(declaration, expression, id)                                 \
  auto cloister_try_##id = (expression);                                                \
  if (!cloister_try_##id) return std::unexpected(std::move(cloister_try_##id).error()); \
  declaration = *std::move(cloister_try_##id)

// CLOISTER_CHECK(f()): return its error from the enclosing function.
#define CLOISTER_CHECK(expression)                               \
  do {                                                           \
    if (auto cloister_check = (expression); !cloister_check)     \
      return std::unexpected(std::move(cloister_check).error()); \
  } while (false)
