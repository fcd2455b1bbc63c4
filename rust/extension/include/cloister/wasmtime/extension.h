// What Cloister adds to Wasmtime's C API (rust/extension). Rules are those of wasmtime.h: a returned error is the caller's,
// nullptr is success. A panic in Rust becomes an error of the call. Thread safety: as the Wasmtime object that a function takes;
// a cloister_instance_pre_t may be used from several threads at once.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasmtime.h>

#ifdef __cplusplus
extern "C" {
#endif

// A component whose imports are resolved and checked, ready to be instantiated in any store of its engine.
typedef struct cloister_instance_pre_t cloister_instance_pre_t;

// Resolves the component's imports. `linker` is not kept.
wasmtime_error_t* cloister_instance_pre_new(wasmtime_component_linker_t* linker, const wasmtime_component_t* component,
                                            cloister_instance_pre_t** out);

// nullptr is ignored.
void cloister_instance_pre_delete(cloister_instance_pre_t* pre);

// Makes an instance in a store. Start functions run, so set the store's limits, fuel and deadline before.
wasmtime_error_t* cloister_instance_pre_instantiate(const cloister_instance_pre_t* pre, wasmtime_context_t* context,
                                                    wasmtime_component_instance_t* out);

// Calls the export `run: func() -> result<_, string>`. An error means that the guest trapped or has no such export.
// Otherwise `*failed` says whether `run` returned an error, whose text is then in `*message`: the caller's, delete with
// wasm_byte_vec_delete.
wasmtime_error_t* cloister_instance_run(const wasmtime_component_instance_t* instance, wasmtime_context_t* context,
                                        bool* failed, wasm_byte_vec_t* message);

// Calls the export `name: func()`, for tests and benchmarks.
wasmtime_error_t* cloister_instance_call(const wasmtime_component_instance_t* instance, wasmtime_context_t* context,
                                         const char* name, size_t name_len);

// Sets how many bytes one host call may lift out of the guest (initially 128 MiB): a bound on host memory.
void cloister_context_set_hostcall_fuel(wasmtime_context_t* context, size_t bytes);

// Writes {"imports":[ITEM..],"exports":[ITEM..]} to `*json`: the caller's. An ITEM is
// {"name":"cloister:ml/ops@0.1.0","kind":"instance","items":[ITEM..]} or {"name":"add","kind":"function","type":"func(..) -> .."};
// other kinds are type, resource, component, module and core-function.
wasmtime_error_t* cloister_component_describe(const wasmtime_component_t* component, wasm_byte_vec_t* json);

#ifdef __cplusplus
}
#endif
