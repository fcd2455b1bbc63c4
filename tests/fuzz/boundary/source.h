// Values of the contract's types from a fuzzer's bytes: mostly ordinary ones, sometimes those at an edge.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cloister/base/bytes.h"
#include "handles.h"
#include "interfaces.h"

namespace cloister::host::fuzz {

namespace ml = bindings::ml;
namespace wasi_cli = bindings::wasi_cli;
namespace wasi_clocks = bindings::wasi_clocks;
namespace wasi_filesystem = bindings::wasi_filesystem;
namespace wasi_io = bindings::wasi_io;
namespace wasi_random = bindings::wasi_random;

// Of the generated interfaces: how many cases an enumeration has, and how to make a record.
template <class Enumeration>
inline constexpr std::size_t kCases = 0;
template <class Record, class Source>
struct DrawRecord;
#include "records.inc"

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Ts>
inline constexpr bool is_a<Template<Ts...>, Template> = true;

// Once the bytes have come to their end, every value is the simplest of its type.
class Source {
 public:
  // `foreign`: numbers of handles that belong to another instance.
  Source(std::span<const std::uint8_t> bytes, Handles& handles, std::span<const std::uint32_t> foreign)
      : bytes_(bytes), handles_(handles), foreign_(foreign) {}

  [[nodiscard]] bool is_empty() const { return bytes_.empty(); }

  // What a call's arguments point to lives until the next call; forgets which handles were drawn.
  void next_call() {
    kept_.clear();
    drew_dead_ = false;
  }
  // Whether a handle was drawn since that is not open.
  [[nodiscard]] bool drew_dead() const { return drew_dead_; }

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }

  template <class T>
  T raw() {
    std::array<std::uint8_t, sizeof(T)> bytes{};
    for (std::uint8_t& each : bytes) each = byte();
    return std::bit_cast<T>(bytes);
  }

  template <class T>
  T draw() {
    if constexpr (std::is_same_v<T, bool>) {
      return byte() % 2 != 0;
    } else if constexpr (std::floating_point<T>) {
      return real<T>();
    } else if constexpr (std::integral<T>) {
      return whole<T>();
    } else if constexpr (std::is_enum_v<T>) {
      static_assert(kCases<T> > 0);
      return static_cast<T>(byte() % kCases<T>);
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      return text();
    } else if constexpr (std::is_same_v<T, std::monostate>) {
      return {};
    } else if constexpr (is_a<T, sandbox::Borrow>) {
      return borrow(static_cast<T*>(nullptr));
    } else if constexpr (is_a<T, sandbox::Own>) {
      return own(static_cast<T*>(nullptr));
    } else if constexpr (is_a<T, std::optional>) {
      if (byte() % 3 == 0) return std::nullopt;
      return draw<typename T::value_type>();
    } else if constexpr (is_a<T, std::tuple>) {
      return tuple(static_cast<T*>(nullptr));
    } else if constexpr (requires { typename T::element_type; }) {
      return list<std::remove_const_t<typename T::element_type>>();
    } else if constexpr (requires(T value) { std::variant_size<decltype(value.value)>::value; }) {
      return variant<T>(std::make_index_sequence<std::variant_size_v<decltype(T::value)>>());
    } else {
      return DrawRecord<T, Source>::from(*this);
    }
  }

 private:
  template <class T>
  T whole() {
    static constexpr std::array<std::int64_t, 12> kEdges{0,
                                                         -1,
                                                         63,
                                                         64,
                                                         127,
                                                         4097,
                                                         std::int64_t{1} << 31,
                                                         (std::int64_t{1} << 32) - 1,
                                                         std::int64_t{1} << 40,
                                                         std::int64_t{1} << 62,
                                                         std::numeric_limits<std::int64_t>::max(),
                                                         std::numeric_limits<std::int64_t>::min()};
    const std::uint8_t first = byte();
    if (first < 192) return static_cast<T>(first % 8);
    if (first < 224) return static_cast<T>(-(first % 6));
    if (first < 248) return static_cast<T>(kEdges[first % kEdges.size()]);
    return raw<T>();
  }

  template <class T>
  T real() {
    using Limits = std::numeric_limits<double>;
    static constexpr std::array kEdges{0.0,    1.0,
                                       -1.0,   0.5,
                                       0.1,    2.0,
                                       1e-8,   -0.0,
                                       1e300,  Limits::quiet_NaN(),
                                       180.0,  Limits::infinity(),
                                       -1e300, -Limits::infinity(),
                                       0.999,  Limits::denorm_min()};
    const std::uint8_t first = byte();
    if (first < 240) return static_cast<T>(kEdges[first % kEdges.size()]);
    return raw<T>();
  }

  // UTF-8, as Wasmtime checks before a host function sees a text.
  std::string_view text() {
    static const std::array<std::string, 24> kTexts{"weights",
                                                    "table",
                                                    "images",
                                                    "text",
                                                    "arrays",
                                                    "result",
                                                    "other",
                                                    "a",
                                                    "b",
                                                    "label",
                                                    "image",
                                                    "x",
                                                    "",
                                                    "../result",
                                                    "/",
                                                    "result",
                                                    "res\nul",
                                                    std::string("a\0b", 3),
                                                    "r\u00E9",
                                                    "\u202Eb",
                                                    ".a",
                                                    "\x1b[2J",
                                                    std::string(300, 'n'),
                                                    std::string(63, 'n') + "\u20AC\n"};
    const std::uint8_t first = byte();
    if (first < 240) return kTexts[first % kTexts.size()];
    std::string made;
    for (std::size_t left = first % 16; left > 0; --left) made.push_back(static_cast<char>(byte()));
    if (!is_utf8(made)) {
      for (char& each : made) each = static_cast<char>(each & 0x7F);
    }
    return keep(std::move(made));
  }

  template <class T>
  std::span<const T> list() {
    const std::uint8_t first = byte();
    std::size_t size = first % 5;
    if (first >= 250) size = 65;                                              // more than a list of sizes may have
    if (std::is_same_v<T, std::uint8_t> && first >= 128) size = first % 128;  // bulk data
    std::vector<T> items;
    items.reserve(size);
    for (std::size_t i = 0; i < size; ++i) items.push_back(draw<T>());
    return keep(std::move(items));
  }

  template <class R>
  sandbox::Borrow<R> borrow(sandbox::Borrow<R>* /*type*/) {
    return handle_of<sandbox::Borrow<R>>(number<R>());
  }
  template <class R>
  sandbox::Own<R> own(sandbox::Own<R>* /*type*/) {
    const std::uint32_t chosen = number<R>();
    handles_.dropped<R>(chosen);
    return handle_of<sandbox::Own<R>>(chosen);
  }

  // Of a handle: mostly one that is open; sometimes one that was, one of another instance, or none at all.
  template <class R>
  std::uint32_t number() {
    const std::uint8_t first = byte();
    std::uint32_t chosen = first;
    if constexpr (Handles::exists<R>()) {
      const auto& [live, gone] = handles_.of<R>();
      if (first < 244 && !live.empty()) {
        chosen = live[first % live.size()];
      } else if (first < 248 && !gone.empty()) {
        chosen = gone[byte() % gone.size()];
      } else if (first < 252 && !foreign_.empty()) {
        chosen = foreign_[first % foreign_.size()];
      } else {
        chosen = raw<std::uint32_t>();
      }
    }
    if (!handles_.is_live<R>(chosen)) drew_dead_ = true;
    return chosen;
  }

  template <class... Ts>
  std::tuple<Ts...> tuple(std::tuple<Ts...>* /*type*/) {
    return std::tuple<Ts...>{draw<Ts>()...};  // braces: in their order
  }

  template <class T, std::size_t... kIndex>
  T variant(std::index_sequence<kIndex...> /*cases*/) {
    using Cases = decltype(T::value);
    const std::size_t chosen = byte() % sizeof...(kIndex);
    std::optional<T> made;
    const auto make = [&]<std::size_t kCase>() {
      using Case = std::variant_alternative_t<kCase, Cases>;
      if constexpr (requires(Case one) { one.value; }) {
        made.emplace(Case{draw<decltype(Case::value)>()});
      } else {
        made.emplace(Case{});
      }
    };
    ((kIndex == chosen ? make.template operator()<kIndex>() : void()), ...);
    return *std::move(made);
  }

  template <class Container>
  const Container& keep(Container items) {
    auto kept = std::make_shared<Container>(std::move(items));
    kept_.push_back(kept);
    return *kept;
  }

  std::span<const std::uint8_t> bytes_;
  Handles& handles_;
  std::span<const std::uint32_t> foreign_;
  std::vector<std::shared_ptr<void>> kept_;
  bool drew_dead_ = false;
};

}  // namespace cloister::host::fuzz
