#include "support.h"

#include <fmt/format.h>
#include <wasmtime.h>

namespace cloister::sandbox::test {
namespace {

// run: func() -> result<_, string>, whose result lies in memory at `result`.
std::string component_text(std::string_view before, std::string_view with, std::string_view imports,
                           std::string_view body, std::string_view fields, int result) {
  return fmt::format(R"((component
    {}
    (core module $m
      {}
      (memory (export "memory") 1)
      (data (i32.const 64) "\01\00\00\00\20\00\00\00\07\00\00\00")
      (data (i32.const 32) "no luck")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      {}
      (func (export "run") (result i32) (local $p i32) {} (i32.const {})))
    (core instance $i (instantiate $m {}))
    (func (export "run") (result (result (error string)))
      (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))))",
                     before, imports, fields, body, result, with);
}

wasmtime_error_t* call_host(void*, wasmtime_context_t* context, const wasmtime_component_func_type_t*,
                            wasmtime_component_val_t*, std::size_t, wasmtime_component_val_t*, std::size_t) {
  auto& host = *static_cast<Host*>(wasmtime_context_get_data(context));
  ++host.calls;
  if (!host.call) return nullptr;
  const std::string reason = host.call();
  return reason.empty() ? nullptr : wasmtime_error_new(reason.c_str());
}

wasmtime_error_t* add_calls(wasmtime_component_linker_t* linker) {
  wasmtime_component_linker_instance_t* root = wasmtime_component_linker_root(linker);
  wasmtime_component_linker_instance_t* calls = nullptr;
  constexpr std::string_view kName = "test:host/calls";
  wasmtime_error_t* error = wasmtime_component_linker_instance_add_instance(root, kName.data(), kName.size(), &calls);
  if (error == nullptr) {
    error = wasmtime_component_linker_instance_add_func(calls, "call", 4, call_host, nullptr, nullptr);
    wasmtime_component_linker_instance_delete(calls);
  }
  wasmtime_component_linker_instance_delete(root);
  return error;
}

}  // namespace

std::vector<std::byte> wat(std::string_view text) {
  wasm_byte_vec_t binary;
  if (wasmtime_error_t* error = wasmtime_wat2wasm(text.data(), text.size(), &binary)) {
    wasm_name_t message;
    wasmtime_error_message(error, &message);
    ADD_FAILURE() << std::string_view(message.data, message.size);
    wasm_name_delete(&message);
    wasmtime_error_delete(error);
    return {};
  }
  const auto* first = reinterpret_cast<const std::byte*>(binary.data);
  std::vector<std::byte> bytes(first, first + binary.size);
  wasm_byte_vec_delete(&binary);
  return bytes;
}

std::vector<std::byte> guest(std::string_view body, std::string_view module_fields) {
  return wat(component_text("", "", "", body, module_fields, 16));
}

std::vector<std::byte> failing_guest() { return wat(component_text("", "", "", "", "", 64)); }

std::vector<std::byte> two_memory_guest(std::string_view body, std::string_view memory) {
  const std::string before = fmt::format(R"((core module $x
      (memory {})
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
    (core instance $x (instantiate $x)))",
                                         memory);
  return wat(component_text(before, R"((with "x" (instance $x)))",
                            R"((import "x" "grow" (func $grow (param i32) (result i32))))", body, "", 16));
}

std::vector<std::byte> calling_guest(std::string_view body) {
  return wat(component_text(R"((import "test:host/calls" (instance $calls (export "call" (func))))
                               (core func $lowered (canon lower (func $calls "call")))
                               (core instance $host (export "call" (func $lowered))))",
                            R"((with "host" (instance $host)))", R"((import "host" "call" (func $call)))", body, "",
                            16));
}

const Runtime& runtime() {
  static const Result<Runtime> shared = Runtime::create({.pool_instances = 8});
  if (!shared) ADD_FAILURE() << shared.error().message;
  return *shared;
}

Program program(const std::vector<std::byte>& bytes) {
  const auto component = runtime().compile(bytes);
  EXPECT_TRUE(component) << component.error().message;
  const auto linker = Linker::create(runtime());
  auto linked = linker->link(*component);
  EXPECT_TRUE(linked) << linked.error().message;
  return *linked;
}

Linker calling_linker() {
  auto linker = Linker::create(runtime());
  const auto added = linker->add(add_calls);
  EXPECT_TRUE(added) << added.error().message;
  return *linker;
}

Program calling_program(const std::vector<std::byte>& bytes) {
  const auto component = runtime().compile(bytes);
  EXPECT_TRUE(component) << component.error().message;
  auto linked = calling_linker().link(*component);
  EXPECT_TRUE(linked) << linked.error().message;
  return *linked;
}

RunOutcome run(const Program& program, const Limits& limits, void* host_data) {
  auto instance = Instance::create(program, host_data, limits);
  EXPECT_TRUE(instance) << instance.error().message;
  auto outcome = instance->run();
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome ? *outcome : RunOutcome{};
}

}  // namespace cloister::sandbox::test
