// What the handles of the public headers point to.
#pragma once

#include <optional>

#include "cloister/base/hash.h"
#include "cloister/sandbox/runtime.h"
#include "code_cache.h"
#include "wasmtime_ffi.h"
#include "watchdog.h"

namespace cloister::sandbox::detail {

struct RuntimeState {
  RuntimeState(ffi::Owned<ffi::Engine> made, const RuntimeOptions& given, const Digest& digest,
               std::optional<CodeCache> opened, UniqueFd wake)
      : engine(std::move(made)),
        options(given),
        engine_digest(digest),
        cache(std::move(opened)),
        watchdog(*engine, std::move(wake)) {}

  const ffi::Owned<ffi::Engine> engine;
  const RuntimeOptions options;
  const Digest engine_digest;  // of all that machine code depends on, besides the component
  const std::optional<CodeCache> cache;
  Watchdog watchdog;  // last: its thread ends before the engine does
};

struct ComponentState {
  std::shared_ptr<RuntimeState> runtime;
  ffi::Owned<ffi::Component> component;
  Digest digest;
  bool from_cache = false;
};

struct LinkerState {
  std::shared_ptr<RuntimeState> runtime;
  ffi::Owned<wasmtime_component_linker_t> linker;
};

struct ProgramState {
  std::shared_ptr<RuntimeState> runtime;
  ffi::Owned<ffi::Program> program;
};

}  // namespace cloister::sandbox::detail
