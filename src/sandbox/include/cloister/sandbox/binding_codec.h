// Values of host functions to and from the plain C layouts in which they cross to the generated Rust shims
// (rust/extension/src/wire.rs declares the same layouts; keep the two in step). Only generated sources include this.
#pragma once

#include <wasm.h>
#include <wasmtime/error.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cloister/sandbox/binding.h"

namespace cloister::sandbox::binding {

// Keeps decoded lists alive during one call. Allocates only when something is kept.
class Arena {
 public:
  template <class T>
  std::span<T> keep(std::vector<T> items) {
    auto kept = std::make_shared<std::vector<T>>(std::move(items));
    kept_.push_back(kept);
    return *kept;
  }

 private:
  std::vector<std::shared_ptr<void>> kept_;
};

struct ListWire {
  const void* data;
  std::size_t len;
  void* owner;
  void (*release)(void*);
};

// An absent payload.
using UnitWire = std::uint8_t;

// Records whose C++ struct is their wire form; the generator specialises it.
template <class T>
inline constexpr bool is_direct = false;

template <class T>
concept Direct = std::is_arithmetic_v<T> || std::is_enum_v<T> || is_direct<T>;

// Codec<T>: Wire, decode (parameters) and encode (results) of T.
template <Direct T>
struct Codec<T> {
  using Wire = T;
  static T decode(Wire wire, Arena&) { return wire; }
  static Wire encode(T value) { return value; }
};

template <>
struct Codec<std::monostate> {
  using Wire = UnitWire;
  static std::monostate decode(Wire, Arena&) { return {}; }
  static Wire encode(std::monostate) { return 0; }
};

template <class Resource>
struct Codec<Borrow<Resource>> {
  using Wire = std::uint32_t;
  static Borrow<Resource> decode(Wire wire, Arena&) { return Borrow<Resource>(wire); }
};

template <class Resource>
struct Codec<Own<Resource>> {
  using Wire = std::uint32_t;
  static Own<Resource> decode(Wire wire, Arena&) { return Own<Resource>(wire); }
  static Wire encode(Own<Resource>&& value) { return value.rep_; }
};

// Types that a wire array can be viewed as without decoding.
template <class T>
inline constexpr bool is_viewable = Direct<T>;
template <class Resource>
inline constexpr bool is_viewable<Borrow<Resource>> = sizeof(Borrow<Resource>) == sizeof(std::uint32_t);
template <class Resource>
inline constexpr bool is_viewable<Own<Resource>> = sizeof(Own<Resource>) == sizeof(std::uint32_t);

template <>
struct Codec<std::string_view> {
  using Wire = ListWire;
  static std::string_view decode(const Wire& wire, Arena&) { return {static_cast<const char*>(wire.data), wire.len}; }
};

template <class T>
struct Codec<std::span<T>> {
  using Wire = ListWire;
  using Element = std::remove_const_t<T>;
  static std::span<T> decode(const Wire& wire, Arena& arena) {
    if (wire.len == 0) return {};
    if constexpr (is_viewable<Element>) {
      return {static_cast<Element*>(const_cast<void*>(wire.data)), wire.len};
    } else {
      const auto* elements = static_cast<const typename Codec<Element>::Wire*>(wire.data);
      std::vector<Element> items;
      items.reserve(wire.len);
      for (std::size_t i = 0; i < wire.len; ++i) items.push_back(Codec<Element>::decode(elements[i], arena));
      return arena.keep(std::move(items));
    }
  }
};

// Hands a container's memory over; the receiver releases it.
template <class Owner>
ListWire hand_over(const void* data, std::size_t len, std::unique_ptr<Owner> owner) {
  return {data, len, owner.release(), [](void* pointer) { delete static_cast<Owner*>(pointer); }};
}

template <>
struct Codec<std::string> {
  using Wire = ListWire;
  static Wire encode(std::string&& value) {
    auto owner = std::make_unique<std::string>(std::move(value));
    const std::string& text = *owner;
    return hand_over(text.data(), text.size(), std::move(owner));
  }
};

template <>
struct Codec<Bytes> {
  using Wire = ListWire;
  static Wire encode(Bytes&& value) {
    Wire wire{value.data_, value.size_, value.owner_, value.release_};
    value.release_ = nullptr;
    return wire;
  }
};

template <class T>
struct Codec<std::vector<T>> {
  using Wire = ListWire;
  static Wire encode(std::vector<T>&& value) {
    if constexpr (Direct<T> && !std::is_same_v<T, bool>) {
      auto owner = std::make_unique<std::vector<T>>(std::move(value));
      const std::vector<T>& items = *owner;
      return hand_over(items.data(), items.size(), std::move(owner));
    } else {
      // An array, since std::vector<bool> has no elements to point to.
      using Items = std::unique_ptr<typename Codec<T>::Wire[]>;
      auto owner = std::make_unique<Items>(new typename Codec<T>::Wire[value.size()]);
      auto* items = owner->get();
      for (std::size_t i = 0; i < value.size(); ++i) items[i] = Codec<T>::encode(std::move(value[i]));
      return hand_over(items, value.size(), std::move(owner));
    }
  }
};

template <class T>
struct Codec<std::optional<T>> {
  struct Wire {
    bool some;
    typename Codec<T>::Wire value;
  };
  static std::optional<T> decode(const Wire& wire, Arena& arena) {
    if (!wire.some) return std::nullopt;
    return Codec<T>::decode(wire.value, arena);
  }
  static Wire encode(std::optional<T>&& value) {
    if (!value) return {};
    return {true, Codec<T>::encode(*std::move(value))};
  }
};

template <class T, class E>
struct Codec<Expected<T, E>> {
  static constexpr bool has_value = !std::is_void_v<T>;
  using Ok = std::conditional_t<has_value, T, std::monostate>;
  union Payload {
    Payload() : none(0) {}
    UnitWire none;
    typename Codec<Ok>::Wire ok;
    typename Codec<E>::Wire error;
  };
  struct Wire {
    bool is_error;
    Payload payload;
  };
  static Expected<T, E> decode(const Wire& wire, Arena& arena) {
    if (wire.is_error) return Unexpected(Codec<E>::decode(wire.payload.error, arena));
    if constexpr (has_value) {
      return Codec<T>::decode(wire.payload.ok, arena);
    } else {
      return {};
    }
  }
  static Wire encode(Expected<T, E>&& value) {
    Wire wire;
    wire.is_error = !value.has_value();
    if (!value) {
      wire.payload.error = Codec<E>::encode(std::move(value).error());
    } else if constexpr (has_value) {
      wire.payload.ok = Codec<T>::encode(*std::move(value));
    }
    return wire;
  }
};

template <class First, class Second>
struct PairWire {
  First first;
  Second second;
};

template <class First, class... Rest>
struct TupleWire {
  using Type = PairWire<First, typename TupleWire<Rest...>::Type>;
};
template <class Only>
struct TupleWire<Only> {
  using Type = Only;
};

template <std::size_t I, std::size_t Count, class Wire>
auto& tuple_at(Wire& wire) {
  if constexpr (Count == 1) {
    return wire;
  } else if constexpr (I == 0) {
    return wire.first;
  } else {
    return tuple_at<I - 1, Count - 1>(wire.second);
  }
}

template <class... Ts>
struct Codec<std::tuple<Ts...>> {
  using Wire = typename TupleWire<typename Codec<Ts>::Wire...>::Type;
  static std::tuple<Ts...> decode(const Wire& wire, Arena& arena) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple<Ts...>{Codec<Ts>::decode(tuple_at<I, sizeof...(Ts)>(wire), arena)...};
    }(std::index_sequence_for<Ts...>{});
  }
  static Wire encode(std::tuple<Ts...>&& value) {
    Wire wire;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((tuple_at<I, sizeof...(Ts)>(wire) = Codec<Ts>::encode(std::get<I>(std::move(value)))), ...);
    }(std::index_sequence_for<Ts...>{});
    return wire;
  }
};

// The trap for an exception that would otherwise reach Rust. Allocates nothing on our side: memory may be what ran out.
inline wasmtime_error_t* internal_error(const char* what) noexcept {
  char sentence[512];
  std::snprintf(sentence, sizeof sentence, "internal error in a host function: %s", what);
  return wasmtime_error_new(sentence);
}

// Runs one host call. No exception leaves it.
template <class Body>
wasmtime_error_t* guard(Body&& body) noexcept {
  try {
    return std::forward<Body>(body)();
  } catch (const std::exception& exception) {
    return internal_error(exception.what());
  } catch (...) {
    return internal_error("unknown exception");
  }
}

inline wasmtime_error_t* finish(Call<void>&& result) {
  return result ? nullptr : wasmtime_error_new(result.error().reason().c_str());
}

template <class T>
wasmtime_error_t* finish(Call<T>&& result, typename Codec<T>::Wire* out) {
  if (!result) return wasmtime_error_new(result.error().reason().c_str());
  *out = Codec<T>::encode(*std::move(result));
  return nullptr;
}

}  // namespace cloister::sandbox::binding
