// The model's own table of handles: which a guest holds, and which it held.
#pragma once

#include <cloister/sandbox/binding_codec.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "fuzz.h"
#include "tables.h"

namespace cloister::host::fuzz {

// The number behind a handle, as binding code sees it.
template <class R>
std::uint32_t number_of(sandbox::Own<R> handle) {
  return sandbox::binding::Codec<sandbox::Own<R>>::encode(std::move(handle));
}
template <class Handle>
Handle handle_of(std::uint32_t number) {
  sandbox::binding::Arena arena;
  return sandbox::binding::Codec<Handle>::decode(number, arena);
}

class Handles {
 public:
  template <class R>
  struct Kind {
    std::vector<std::uint32_t> live, gone;
  };

  using Kinds =
      std::tuple<Kind<bindings::ml::datasets::Batches>, Kind<bindings::ml::datasets::Dataset>,
                 Kind<bindings::ml::models::Model>, Kind<bindings::ml::optimizers::Optimizer>,
                 Kind<bindings::ml::tensors::Tensor>, Kind<bindings::wasi_io::poll::Pollable>,
                 Kind<bindings::wasi_io::streams::InputStream>, Kind<bindings::wasi_io::streams::OutputStream>>;

  template <class R>
  [[nodiscard]] Kind<R>& of() {
    return std::get<Kind<R>>(kinds_);
  }
  // Of other resources no handle ever exists.
  template <class R>
  static constexpr bool exists() {
    return []<class... Known>(std::tuple<Kind<Known>...>* /*type*/) {
      return (std::is_same_v<R, Known> || ...);
    }(static_cast<Kinds*>(nullptr));
  }

  template <class R>
  [[nodiscard]] bool is_live([[maybe_unused]] std::uint32_t number) {
    if constexpr (exists<R>()) {
      return std::ranges::find(of<R>().live, number) != of<R>().live.end();
    } else {
      return false;
    }
  }

  // The host gave this one.
  template <class R>
  void given([[maybe_unused]] std::uint32_t number) {
    constexpr bool kHasTable = exists<R>();
    FUZZ_REQUIRE(kHasTable);
    if constexpr (kHasTable) {
      FUZZ_REQUIRE(!is_live<R>(number));
      of<R>().live.push_back(number);
    }
  }

  // The guest gives this one away, if it has it.
  template <class R>
  void dropped([[maybe_unused]] std::uint32_t number) {
    if constexpr (exists<R>()) {
      if (std::erase(of<R>().live, number) != 0) of<R>().gone.push_back(number);
    }
  }

  // function(live numbers, table) for each kind of handle.
  template <class Function>
  void for_each(Tables& tables, const Function& function) {
    namespace ml = bindings::ml;
    namespace io = bindings::wasi_io;
    function.template operator()<ml::datasets::Batches>(tables.batches);
    function.template operator()<ml::datasets::Dataset>(tables.datasets);
    function.template operator()<ml::models::Model>(tables.models);
    function.template operator()<ml::optimizers::Optimizer>(tables.optimizers);
    function.template operator()<ml::tensors::Tensor>(tables.tensors);
    function.template operator()<io::poll::Pollable>(tables.pollables);
    function.template operator()<io::streams::InputStream>(tables.inputs);
    function.template operator()<io::streams::OutputStream>(tables.outputs);
  }

 private:
  Kinds kinds_;
};

}  // namespace cloister::host::fuzz
