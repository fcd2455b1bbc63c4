// From a guest's call to an engine's operator: handles become tensors, the result becomes a handle.
//
// `return call<"ops.add", &TensorBackend::add>(session, self, other, alpha);` is all that an operator needs. The
// arguments are those of the WIT in its order; each kind has one `argument` overload below.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "conversions.h"
#include "session.h"

namespace cloister::host {

// Bounds on lists from a guest, checked before they are used; no operator has a use for more.
inline constexpr std::size_t kMaxSizes = 64;
inline constexpr std::size_t kMaxTensors = 16'384;

// Wasmtime lets no forged handle through; one that is not in its table is refused all the same.
[[nodiscard]] inline Unexpected<sandbox::Trap> stale_handle() {
  return sandbox::trap("the workload used a handle that is not open");
}

// What is wrong with the arguments of a call: nothing, or the first thing that was found.
class ArgumentCheck {
 public:
  [[nodiscard]] bool passed() const { return problem_ == Problem::none; }
  void stale() { set(Problem::stale); }
  void long_list() { set(Problem::long_list); }
  void many_tensors() { set(Problem::many_tensors); }

  // The answer for a call that did not pass.
  template <class T>
  [[nodiscard]] Session::Answer<T> refuse(Session& session) const {
    if (problem_ == Problem::stale) return stale_handle();
    return Unexpected(session.guest_error(error()));
  }

 private:
  enum class Problem : std::uint8_t { none, stale, long_list, many_tensors };
  void set(Problem problem) {
    if (problem_ == Problem::none) problem_ = problem;
  }
  [[nodiscard]] Error error() const;

  Problem problem_ = Problem::none;
};

// A tensor that an argument names. The pointer is null only when the check failed.
struct TensorArgument {
  const engine::Tensor* tensor;
  operator const engine::Tensor&() const { return *tensor; }  // NOLINT(google-explicit-constructor)
};

// Tensors that a list names: handles beside each other, as the engine takes them.
struct TensorsArgument {
  std::vector<engine::Tensor> tensors;
  operator std::span<const engine::Tensor>() const { return tensors; }  // NOLINT(google-explicit-constructor)
};

using TensorBorrow = sandbox::Borrow<bindings::ml::tensors::Tensor>;

inline TensorArgument argument(Session& session, ArgumentCheck& check, TensorBorrow handle) {
  const engine::Tensor* tensor = session.tables.tensors.find(handle);
  if (tensor == nullptr) [[unlikely]] {
    check.stale();
  }
  return {tensor};
}

inline const engine::Tensor* argument(Session& session, ArgumentCheck& check,
                                      const std::optional<TensorBorrow>& handle) {
  return handle ? argument(session, check, *handle).tensor : nullptr;
}

TensorsArgument argument(Session& session, ArgumentCheck& check, std::span<const TensorBorrow> handles);

// As a list of tensors, of which some may be absent.
struct OptionalTensorsArgument {
  std::vector<const engine::Tensor*> tensors;
  operator std::span<const engine::Tensor* const>() const { return tensors; }  // NOLINT(google-explicit-constructor)
};

OptionalTensorsArgument argument(Session& session, ArgumentCheck& check,
                                 std::span<const std::optional<TensorBorrow>> handles);

inline std::string_view argument(Session& /*session*/, ArgumentCheck& /*check*/, std::string_view text) { return text; }

inline engine::Shape argument(Session& /*session*/, ArgumentCheck& check, std::span<const std::int64_t> sizes) {
  if (sizes.size() > kMaxSizes) [[unlikely]] {
    check.long_list();
  }
  return sizes;
}

inline std::span<const std::uint8_t> argument(Session& /*session*/, ArgumentCheck& /*check*/,
                                              std::span<const std::uint8_t> bytes) {
  return bytes;
}

template <class T>
  requires std::integral<T> || std::floating_point<T>
T argument(Session& /*session*/, ArgumentCheck& /*check*/, T value) {
  return value;
}

template <class T>
  requires std::integral<T> || std::floating_point<T>
std::optional<T> argument(Session& /*session*/, ArgumentCheck& /*check*/, const std::optional<T>& value) {
  return value;
}

inline Dtype argument(Session& /*session*/, ArgumentCheck& /*check*/, bindings::ml::tensors::Dtype dtype) {
  return to_engine(dtype);
}

inline engine::Scalar argument(Session& /*session*/, ArgumentCheck& /*check*/,
                               const bindings::ml::tensors::Scalar& scalar) {
  return to_engine(scalar);
}

inline std::optional<engine::Scalar> argument(Session& /*session*/, ArgumentCheck& /*check*/,
                                              const std::optional<bindings::ml::tensors::Scalar>& scalar) {
  if (!scalar) return std::nullopt;
  return to_engine(*scalar);
}

#include "operator_settings.inc"

// Tells a trace of an argument that was turned; records of settings and bytes are left out.
template <class T>
void trace_argument(CallTrace& trace, const T& value) {
  if constexpr (std::is_same_v<T, TensorArgument>) {
    trace.argument(value.tensor);
  } else if constexpr (std::is_same_v<T, const engine::Tensor*>) {
    trace.argument(value);
  } else if constexpr (std::is_same_v<T, TensorsArgument> || std::is_same_v<T, OptionalTensorsArgument>) {
    trace.argument(std::span(value.tensors));
  } else if constexpr (std::is_same_v<T, bool>) {
    trace.argument(value);
  } else if constexpr (std::integral<T>) {
    trace.argument(static_cast<std::int64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    trace.argument(static_cast<double>(value));
  } else if constexpr (requires {
                         *value;
                         value.has_value();
                       }) {
    if (value) trace_argument(trace, *value);
  } else if constexpr (requires { trace.argument(value); } && !std::is_same_v<T, std::span<const std::uint8_t>>) {
    trace.argument(value);
  }
}

// Tells a trace, if there is one, of the arguments of the call under way.
template <class... Arguments>
void trace_arguments(Session& session, const Arguments&... arguments) {
  if (CallTrace* trace = session.calls.trace()) [[unlikely]] {
    (trace_argument(*trace, arguments), ...);
  }
}

// What an operator answers for what the engine's function gives.
template <class T>
struct AnswerOf;
template <>
struct AnswerOf<Result<engine::Tensor>> {
  using Type = Session::TensorHandle;
};
template <>
struct AnswerOf<Result<void>> {
  using Type = void;
};
template <std::size_t kCount>
struct AnswerOf<Result<std::array<engine::Tensor, kCount>>> {
  using Type = decltype(std::tuple_cat(std::declval<std::array<Session::TensorHandle, kCount>>()));
};
template <>
struct AnswerOf<Result<std::vector<engine::Tensor>>> {
  using Type = std::vector<Session::TensorHandle>;
};

// Counts the call, turns the arguments, calls `kMethod` of the backend, turns its result.
template <FunctionName kName, auto kMethod, class... Arguments>
auto call(Session& session, const Arguments&... arguments) {
  const CallCounts::Scope scope(session.calls, kFunctionIndex<kName>);
  ArgumentCheck check;
  // Braces: the arguments are turned in their order.
  std::tuple<decltype(argument(session, check, arguments))...> turned{argument(session, check, arguments)...};
  using Given = decltype(std::apply([&](auto&... each) { return (session.backend().*kMethod)(each...); }, turned));
  using T = typename AnswerOf<Given>::Type;
  using Answer = Session::Answer<T>;
  if (!check.passed()) [[unlikely]] {
    return check.refuse<T>(session);
  }
  if (!session.has_backend()) [[unlikely]] {
    if (auto ready = session.need_backend(); !ready) return Answer(Unexpected(std::move(ready).error()));
  }
  std::apply([&](const auto&... each) { trace_arguments(session, each...); }, turned);
  Given given = std::apply([&](auto&... each) { return (session.backend().*kMethod)(each...); }, turned);
  if constexpr (std::is_void_v<T>) {
    if (!given) [[unlikely]] {
      return Answer(Unexpected(session.guest_error(std::move(given).error())));
    }
    return Answer(Expected<void, Session::GuestError>());
  } else {
    return Answer(session.give(std::move(given)));
  }
}

// As call, for operators whose outcome tells of a tensor's contents: `kBytes` of egress, whatever the outcome; refused,
// and nothing counted as egress, in a run that denies them.
template <std::uint64_t kBytes, FunctionName kName, auto kMethod, class... Arguments>
auto call_charged(Session& session, const Arguments&... arguments) {
  using Answer = decltype(call<kName, kMethod>(session, arguments...));
  if (session.request.deny_content_dependent) [[unlikely]] {
    const CallCounts::Scope scope(session.calls, kFunctionIndex<kName>);
    return Answer(Unexpected(session.content_dependent_denied(kName.view())));
  }
  if (auto refused = session.charge(EgressKind::outcome, kBytes, kName.view())) [[unlikely]] {
    return Answer(Unexpected(*std::move(refused)));
  }
  return call<kName, kMethod>(session, arguments...);
}

// For operators that are marked *content-dependent* in the WIT.
template <FunctionName kName, auto kMethod, class... Arguments>
auto call_content_dependent(Session& session, const Arguments&... arguments) {
  return call_charged<kOutcomeBytes, kName, kMethod>(session, arguments...);
}

// For those marked *content-dependent shape*: a size is told as well.
template <FunctionName kName, auto kMethod, class... Arguments>
auto call_content_dependent_shape(Session& session, const Arguments&... arguments) {
  return call_charged<kOutcomeBytes + kNumberBytes, kName, kMethod>(session, arguments...);
}

}  // namespace cloister::host
