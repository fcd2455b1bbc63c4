#include "cloister/sandbox/linker.h"

#include <fmt/format.h>
#include <wasmtime.h>

#include "cloister/sandbox/one_line.h"
#include "state.h"

namespace cloister::sandbox {

Result<Linker> Linker::create(const Runtime& runtime) {
  wasmtime_component_linker_t* linker = nullptr;
  ffi::Report report;
  if (cloister_sandbox_linker_new(runtime.state()->engine.get(), &linker, &report.raw) != ffi::Ending::ok) {
    return fail(ErrorCode::internal, fmt::format("the engine makes no linker: {}", report.message));
  }
  auto state = std::make_shared<detail::LinkerState>();
  state->runtime = runtime.state();
  state->linker.reset(linker);
  return Linker(std::move(state));
}

wasmtime_component_linker_t* Linker::raw() { return state_->linker.get(); }

Result<void> Linker::check(wasmtime_error* error) {
  if (error == nullptr) return {};
  wasm_name_t text;
  wasmtime_error_message(error, &text);
  wasmtime_error_delete(error);
  const std::string reason(text.data, text.size);
  wasm_name_delete(&text);
  return fail(ErrorCode::internal, fmt::format("an interface cannot be offered to guests: {}", reason));
}

Result<Program> Linker::link(const Component& component) const {
  ffi::Program* program = nullptr;
  ffi::Report report;
  switch (cloister_sandbox_link(state_->linker.get(), component.state().component.get(), &program, &report.raw)) {
    case ffi::Ending::ok:
      break;
    case ffi::Ending::panic:
      return fail(ErrorCode::internal, fmt::format("the engine failed while linking: {}", report.message));
    default:
      return fail(
          ErrorCode::bad_data,
          fmt::format("this component does not fit: {}; build it for the world `workload` of this version's wit/",
                      one_line(report.message)));
  }
  auto state = std::make_shared<detail::ProgramState>();
  state->runtime = state_->runtime;
  state->program.reset(program);
  return Program(std::move(state));
}

}  // namespace cloister::sandbox
