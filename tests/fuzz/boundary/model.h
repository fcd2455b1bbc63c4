// An instance as a guest sees it, driven by a fuzzer's bytes, and what must hold whatever it calls.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "source.h"
#include "world.h"

namespace cloister::host::fuzz {

class Model;

// A function of an interface, called with values that the model draws.
struct Function {
  std::string_view name;
  void (*call)(Model& model);
};
// All functions of the world `workload`.
[[nodiscard]] std::span<const Function> all_functions();

class Model {
 public:
  Model(World& world, std::span<const std::uint8_t> bytes);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // Makes calls until the bytes are used up.
  void run();

  // One call. What must hold of its answer:
  // - a handle that is not open is never used: the call traps or fails;
  // - an error or a trap says one sentence, which tells nothing of the machine;
  // - handles that are given are new, and their tensors' shapes, sizes and dtypes agree.
  template <class Host, class Answer, class... Arguments>
  void call(Answer (Host::*function)(Arguments...)) {
    source_.next_call();
    std::tuple<std::remove_cvref_t<Arguments>...> values{source_.draw<std::remove_cvref_t<Arguments>>()...};
    Answer answer =
        std::apply([&](auto&... each) { return (host<Host>().*function)(static_cast<Arguments&&>(each)...); }, values);
    const bool succeeded = settle(answer);
    // Dropping what is not there changes nothing; Wasmtime lets no guest do it.
    constexpr bool kDrops = (is_a<std::remove_cvref_t<Arguments>, sandbox::Own> || ...);
    FUZZ_REQUIRE(kDrops || !succeeded || !source_.drew_dead());
  }

 private:
  void start(bool resume);
  // Ends the instance: nothing of it may be left.
  void end();
  // What must hold between two calls.
  void check();
  void check_sentence(std::string_view sentence) const;
  void take_tensor(std::uint32_t number);

  template <class Host>
  Host& host() {
    static constexpr char kKey = 0;
    std::shared_ptr<void>& made = hosts_[&kKey];
    if (!made) made = std::shared_ptr<Host>(make_interface<Host>(*session_));
    return *static_cast<Host*>(made.get());
  }

  // Whether the call succeeded; its results are taken then.
  template <class T>
  bool settle(sandbox::Call<T>& answer) {
    if (!answer) {
      check_sentence(answer.error().reason());
      return false;
    }
    if constexpr (is_a<T, Expected>) {
      if (!*answer) {
        std::visit(
            [this](const auto& chosen) {
              if constexpr (requires { std::string_view(chosen.value); }) check_sentence(chosen.value);
            },
            answer->error().value);
        return false;
      }
      if constexpr (!std::is_void_v<typename T::value_type>) take(**answer);
    } else if constexpr (!std::is_void_v<T>) {
      take(*answer);
    }
    return true;
  }

  template <class T>
  void take(T& value) {
    if constexpr (is_a<T, sandbox::Own>) {
      take_handle(std::move(value));
    } else if constexpr (is_a<T, std::tuple>) {
      std::apply([this](auto&... each) { (this->take(each), ...); }, value);
    } else if constexpr (is_a<T, std::optional>) {
      if (value) take(*value);
    } else if constexpr (is_a<T, std::vector>) {
      if constexpr (!std::is_arithmetic_v<typename T::value_type>) {
        for (auto& each : value) take(each);
      }
    }
  }
  template <class R>
  void take_handle(sandbox::Own<R> handle) {
    const std::uint32_t number = number_of(std::move(handle));
    handles_.given<R>(number);
    if constexpr (std::is_same_v<R, ml::tensors::Tensor>) take_tensor(number);
  }

  World& world_;
  Handles handles_;
  Source source_;
  RunRequest request_;
  std::unique_ptr<Session> session_;
  std::optional<Session::Inside> inside_;
  std::map<const void*, std::shared_ptr<void>> hosts_;
  std::uint64_t calls_ = 0;
};

}  // namespace cloister::host::fuzz
