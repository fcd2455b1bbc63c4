// Expected values and the error a person sees.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace cloister {

// Marks a failure on its way into an Expected: `return Unexpected(error);`.
template <class E>
class Unexpected {
 public:
  explicit Unexpected(E error) : error_(std::move(error)) {}
  E& error() & { return error_; }
  E&& error() && { return std::move(error_); }

 private:
  E error_;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

// A value or the reason why there is none (std::expected is C++23; the names are its own).
// REQUIRES: value() and operator* only when has_value(), error() only otherwise.
// Thread safety: as T and E.
template <class T, class E>
class [[nodiscard]] Expected {
 public:
  using value_type = T;
  using error_type = E;

  template <class U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Expected>)
  Expected(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  template <class F>
    requires std::is_constructible_v<E, F&&>
  Expected(Unexpected<F> failure) : state_(std::in_place_index<1>, std::move(failure).error()) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return get(); }
  const T& value() const& { return get(); }
  T&& value() && { return std::move(get()); }
  T& operator*() & { return get(); }
  const T& operator*() const& { return get(); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &get(); }

  E& error() & { return failure(); }
  const E& error() const& { return failure(); }
  E&& error() && { return std::move(failure()); }

 private:
  T& get() {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& get() const {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  E& failure() {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  const E& failure() const {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }

  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Expected<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Expected() = default;
  template <class F>
    requires std::is_constructible_v<E, F&&>
  Expected(Unexpected<F> failure) : failure_(std::in_place, std::move(failure).error()) {}

  [[nodiscard]] bool has_value() const { return !failure_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { assert(has_value()); }

  E& error() & {
    assert(!has_value());
    return *failure_;
  }
  const E& error() const& {
    assert(!has_value());
    return *failure_;
  }
  E&& error() && {
    assert(!has_value());
    return *std::move(failure_);
  }

 private:
  std::optional<E> failure_;
};

// What kind of failure it is; each kind that reaches the command has an exit code (docs/exit-codes.md).
enum class ErrorCode : std::uint8_t {
  invalid_argument,  // a caller's argument is outside what the function takes
  shape_mismatch,    // shapes do not fit
  dtype_mismatch,    // dtypes do not fit
  unsupported,       // known, but not by this backend, object or build
  quota_exceeded,    // a limit of the run would be passed
  not_granted,       // no grant under this name
  bad_data,          // foreign bytes are damaged, lie about themselves or changed while they were read
  io,                // the operating system refused: absent file, full disk, no permission
  trap,              // the guest was stopped: its own bug, or a limit
  interrupted,       // the person running it asked to stop
  internal,          // our bug
};

// One sentence for a person: what was wrong with which thing, and the way out.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

template <class T>
using Result = Expected<T, Error>;

// Shorthand for `return fail(ErrorCode::io, "...")`; format with fmt::format.
inline Unexpected<Error> fail(ErrorCode code, std::string message) {
  return Unexpected(Error{code, std::move(message)});
}

}  // namespace cloister

#define CLOISTER_CONCAT_INNER(a, b) a##b
#define CLOISTER_CONCAT(a, b) CLOISTER_CONCAT_INNER(a, b)

// CLOISTER_TRY(auto x, f()): x = *f(), or return its error from the enclosing function.
#define CLOISTER_TRY(declaration, expression) \
  CLOISTER_TRY_INNER(CLOISTER_CONCAT(cloister_try_, __LINE__), declaration, expression)
#define CLOISTER_TRY_INNER(temporary, declaration, expression)                 \
  auto temporary = (expression);                                               \
  if (!temporary) return ::cloister::Unexpected(std::move(temporary).error()); \
  declaration = *std::move(temporary)

// CLOISTER_CHECK(f()): return its error from the enclosing function.
#define CLOISTER_CHECK(expression)                                       \
  do {                                                                   \
    if (auto cloister_check_ = (expression); !cloister_check_)           \
      return ::cloister::Unexpected(std::move(cloister_check_).error()); \
  } while (false)
