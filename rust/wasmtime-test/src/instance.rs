//! Instances for the tests; `tests/unit/wit/test_library.h` declares these functions.

use cloister_extension::shim::{CError, linker, shield_c};
use wasmtime::component::{Component, Instance};
use wasmtime::format_err;
use wasmtime_c_api::{WasmtimeStoreContextMut, wasm_byte_vec_t, wasmtime_component_linker_t, wasmtime_component_t};

/// Makes an instance by way of pre-instantiation, as the sandbox does.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_test_instantiate(
    c_linker: &mut wasmtime_component_linker_t,
    component: &wasmtime_component_t,
    context: WasmtimeStoreContextMut<'_>,
    out: &mut Instance,
) -> CError {
    shield_c("instantiation", || {
        // SAFETY: `wasmtime_component_t` is `#[repr(transparent)]` over `Component`.
        let component: &Component = unsafe { &*std::ptr::from_ref(component).cast() };
        *out = linker(c_linker).instantiate_pre(component)?.instantiate(context)?;
        Ok(())
    })
}

/// Calls the export `run: func() -> result<_, string>`; its error is the message, otherwise the message is empty.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_test_run(
    instance: &Instance,
    mut context: WasmtimeStoreContextMut<'_>,
    message: &mut wasm_byte_vec_t,
) -> CError {
    shield_c("the call of `run`", || {
        let run = instance.get_typed_func::<(), (Result<(), String>,)>(&mut context, "run")?;
        let (outcome,) = run.call(&mut context, ())?;
        message.set_buffer(outcome.err().unwrap_or_default().into_bytes());
        Ok(())
    })
}

/// Calls the export `name: func()`.
///
/// # Safety
/// `name` holds `name_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_test_call(
    instance: &Instance,
    mut context: WasmtimeStoreContextMut<'_>,
    name: *const u8,
    name_len: usize,
) -> CError {
    shield_c("the call of an export", || {
        // SAFETY: the caller's promise.
        let name = std::str::from_utf8(unsafe { std::slice::from_raw_parts(name, name_len) })
            .map_err(|_| format_err!("the name of an export is not UTF-8"))?;
        instance.get_typed_func::<(), ()>(&mut context, name)?.call(&mut context, ())
    })
}

/// How many bytes one host call may lift.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_test_set_hostcall_fuel(mut context: WasmtimeStoreContextMut<'_>, bytes: usize) {
    context.set_hostcall_fuel(bytes);
}
