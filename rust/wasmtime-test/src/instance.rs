//! Instances for the tests; `tests/unit/wit/test_library.h` declares these functions.

use cloister_extension::shim::{CError, linker, shield_c};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Instance, ResourceType};
use wasmtime::{bail, format_err};
use wasmtime_c_api::{WasmtimeStoreContextMut, wasm_byte_vec_t, wasmtime_component_linker_t, wasmtime_component_t};

fn component(component: &wasmtime_component_t) -> &Component {
    // SAFETY: `wasmtime_component_t` is `#[repr(transparent)]` over `Component`.
    unsafe { &*std::ptr::from_ref(component).cast() }
}

/// Defines what the component imports of WASI: functions that trap. The C library of a guest imports more than it calls.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_test_stub_wasi(
    c_linker: &mut wasmtime_component_linker_t,
    c_component: &wasmtime_component_t,
) -> CError {
    enum Stub {}
    shield_c("the definition of stubs", || {
        let component = component(c_component);
        let engine = component.engine();
        for (name, import) in component.component_type().imports(engine) {
            let ComponentItem::ComponentInstance(items) = import.ty else { continue };
            if !name.starts_with("wasi:") {
                continue;
            }
            let mut instance = linker(c_linker).instance(name)?;
            for (item, export) in items.exports(engine) {
                match export.ty {
                    ComponentItem::ComponentFunc(_) => instance.func_new(item, |_, _, _, _| bail!("a stub"))?,
                    ComponentItem::Resource(_) => {
                        instance.resource(item, ResourceType::host::<Stub>(), |_, _| Ok(()))?
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    })
}

/// Makes an instance by way of pre-instantiation, as the sandbox does.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_test_instantiate(
    c_linker: &mut wasmtime_component_linker_t,
    c_component: &wasmtime_component_t,
    context: WasmtimeStoreContextMut<'_>,
    out: &mut Instance,
) -> CError {
    shield_c("instantiation", || {
        *out = linker(c_linker).instantiate_pre(component(c_component))?.instantiate(context)?;
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
