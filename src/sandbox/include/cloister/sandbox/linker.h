// What the host offers, joined to a component: checked once, instantiated many times.
#pragma once

#include <memory>
#include <type_traits>

#include "cloister/base/result.h"
#include "cloister/sandbox/component.h"
#include "cloister/sandbox/runtime.h"

struct wasmtime_component_linker_t;
struct wasmtime_error;

namespace cloister::sandbox {

namespace detail {
struct LinkerState;
struct ProgramState;
}  // namespace detail

// A component whose imports are resolved and whose `run` is known to fit. A handle; copies share it.
// Thread safety: any number of threads may make instances of it at the same time.
class Program {
 public:
  // For Linker and Instance; not for other modules.
  explicit Program(std::shared_ptr<const detail::ProgramState> state) : state_(std::move(state)) {}
  [[nodiscard]] const std::shared_ptr<const detail::ProgramState>& state() const { return state_; }

 private:
  std::shared_ptr<const detail::ProgramState> state_;
};

// The interfaces that a host offers. Fill it, then link; one linker serves any number of components.
// Thread safety: none while it is filled; link() may then be called from several threads at the same time.
class Linker {
 public:
  // Errors: internal.
  static Result<Linker> create(const Runtime& runtime);

  // Offers a generated interface: linker.add(bindings::ml::ops::add_to_linker, select), where `select` finds the
  // interface's implementation in an instance's host data (Instance::create). Errors: internal when it is there
  // already.
  template <class Host>
  Result<void> add(wasmtime_error* (*add_to_linker)(wasmtime_component_linker_t*, Host& (*)(void*)),
                   std::type_identity_t<Host&> (*select)(void* host_data)) {
    return check(add_to_linker(raw(), select));
  }
  // Offers an interface that needs no implementation: every function of it traps with the reason.
  Result<void> add(wasmtime_error* (*add_to_linker)(wasmtime_component_linker_t*)) {
    return check(add_to_linker(raw()));
  }

  // Resolves the component's imports and looks for `run: func() -> result<_, string>` among its exports.
  // Errors: bad_data with one sentence that names what does not fit: every interface or function that this host does
  // not offer, the first one whose type differs, a missing `run` or one of another type.
  [[nodiscard]] Result<Program> link(const Component& component) const;

  // For generated code.
  [[nodiscard]] wasmtime_component_linker_t* raw();

  // Takes ownership of an error that generated code returned; nullptr is success.
  static Result<void> check(wasmtime_error* error);

 private:
  explicit Linker(std::shared_ptr<detail::LinkerState> state) : state_(std::move(state)) {}
  std::shared_ptr<detail::LinkerState> state_;
};

}  // namespace cloister::sandbox
