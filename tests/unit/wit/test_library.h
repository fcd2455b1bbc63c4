// Functions of rust/wasmtime-test that only tests have. A returned error is the caller's; nullptr is success.
#pragma once

#include <wasmtime.h>

#include <cstddef>

extern "C" {

// The next host call of this process panics.
void cloister_inject_panic();

// Defines what the component imports of WASI: functions that trap.
wasmtime_error_t* cloister_test_stub_wasi(wasmtime_component_linker_t* linker, const wasmtime_component_t* component);

wasmtime_error_t* cloister_test_instantiate(wasmtime_component_linker_t* linker, const wasmtime_component_t* component,
                                            wasmtime_context_t* context, wasmtime_component_instance_t* out);

// Calls `run`; what its error says is the message (the caller's), which is otherwise empty.
wasmtime_error_t* cloister_test_run(const wasmtime_component_instance_t* instance, wasmtime_context_t* context,
                                    wasm_byte_vec_t* message);

// Calls the export `name: func()`.
wasmtime_error_t* cloister_test_call(const wasmtime_component_instance_t* instance, wasmtime_context_t* context,
                                     const char* name, std::size_t name_len);

void cloister_test_set_hostcall_fuel(wasmtime_context_t* context, std::size_t bytes);
}
