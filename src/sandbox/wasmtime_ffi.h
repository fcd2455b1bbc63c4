// The C functions of rust/extension/src/sandbox; both change together. Every call catches panics and returns how it
// ended; strings come back through TextSink, so no memory changes hands.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct wasmtime_component_linker_t;

namespace cloister::sandbox::ffi {

struct Engine;
struct Component;
struct Program;
struct Instance;

struct TextSink {
  void* text;
  void (*append)(void* text, const std::uint8_t* bytes, std::size_t length) noexcept;
};

struct Bytes {
  const std::uint8_t* data;
  std::size_t length;
};

enum class Ending : std::uint32_t { ok, guest_error, trap, error, pool_full, panic, too_costly };

struct RawReport {
  TextSink message;
  TextSink backtrace;
  std::uint32_t trap_code;
};

struct EngineOptions {
  Bytes cpu;
  std::uint64_t max_memory;
  std::uint64_t keep_resident;
  std::uint64_t guest_stack;
  std::uint32_t pool_instances;
  bool parallel_compilation;
};

struct StoreLimits {
  std::uint64_t memory_bytes;
  std::uint64_t table_elements;
  std::uint64_t call_bytes;
  std::uint32_t core_instances;
  std::uint32_t handles;
};

enum Denied : std::uint32_t { kDeniedNothing, kDeniedMemory, kDeniedTable };

struct Meter {
  std::atomic<std::uint64_t> memory{0};
  std::atomic<std::uint64_t> peak_memory{0};
  std::atomic<std::uint64_t> denied_memory{0};
  std::atomic<std::uint32_t> denied{kDeniedNothing};
};
static_assert(sizeof(Meter) == 32 && std::atomic<std::uint64_t>::is_always_lock_free);

struct Watch {
  std::uint32_t (*on_tick)(void* context) noexcept;
  void* context;
};

extern "C" {
Ending cloister_sandbox_engine_new(const EngineOptions* options, Engine** out, RawReport* report);
void cloister_sandbox_engine_delete(Engine* engine);
void cloister_sandbox_engine_tick(const Engine* engine);
Ending cloister_sandbox_engine_identity(const Engine* engine, TextSink out, RawReport* report);

Ending cloister_sandbox_component_compile(const Engine* engine, Bytes bytes, Component** out, RawReport* report);
Ending cloister_sandbox_component_serialize(const Component* component, TextSink out, RawReport* report);
Ending cloister_sandbox_component_deserialize(const Engine* engine, Bytes bytes, Bytes code, Component** out,
                                              RawReport* report);
void cloister_sandbox_component_delete(Component* component);
Ending cloister_sandbox_component_list(const Component* component, bool exports, TextSink out, RawReport* report);

Ending cloister_sandbox_linker_new(const Engine* engine, wasmtime_component_linker_t** out, RawReport* report);
void cloister_sandbox_linker_delete(wasmtime_component_linker_t* linker);
Ending cloister_sandbox_link(const wasmtime_component_linker_t* linker, const Component* component, Program** out,
                             RawReport* report);
void cloister_sandbox_program_delete(Program* program);

Ending cloister_sandbox_instance_new(const Program* program, void* host_data, const StoreLimits* limits,
                                     const Meter* meter, Watch watch, const std::atomic<std::uint64_t>* clock,
                                     Instance** out, RawReport* report);
Ending cloister_sandbox_instance_start(Instance* instance, const Program* program, RawReport* report);
Ending cloister_sandbox_instance_run(Instance* instance, RawReport* report);
Ending cloister_sandbox_instance_profile(const Instance* instance, TextSink out, RawReport* report);
void cloister_sandbox_instance_delete(Instance* instance);
}

// Deletes what one of the functions above made.
struct Delete {
  void operator()(Engine* engine) const { cloister_sandbox_engine_delete(engine); }
  void operator()(Component* component) const { cloister_sandbox_component_delete(component); }
  void operator()(Program* program) const { cloister_sandbox_program_delete(program); }
  void operator()(Instance* instance) const { cloister_sandbox_instance_delete(instance); }
  void operator()(wasmtime_component_linker_t* linker) const { cloister_sandbox_linker_delete(linker); }
};
template <class T>
using Owned = std::unique_ptr<T, Delete>;

inline TextSink sink(std::string& text) {
  return {&text, [](void* string, const std::uint8_t* bytes, std::size_t length) noexcept {
            static_cast<std::string*>(string)->append(reinterpret_cast<const char*>(bytes), length);
          }};
}

inline Bytes view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline Bytes view(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

// A report whose text lies in strings of its own.
struct Report {
  std::string message;
  std::string backtrace;
  RawReport raw{sink(message), sink(backtrace), UINT32_MAX};

  Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
};

}  // namespace cloister::sandbox::ffi
