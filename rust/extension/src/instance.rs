//! Pre-instantiation, host-call fuel and the call of a workload's `run`.

use wasmtime::component::{Component, Instance, InstancePre};
use wasmtime::{Result, format_err};
use wasmtime_c_api::{
    WasmtimeStoreContextMut, WasmtimeStoreData, wasm_byte_vec_t, wasmtime_component_linker_t, wasmtime_component_t,
};

use crate::shim::{CError, linker, shield_c};

/// A component whose imports are resolved and checked, ready to be instantiated in any store of its engine.
pub struct cloister_instance_pre_t(InstancePre<WasmtimeStoreData>);

pub(crate) fn component(component: &wasmtime_component_t) -> &Component {
    // SAFETY: `wasmtime_component_t` is `#[repr(transparent)]` over `Component`.
    unsafe { &*std::ptr::from_ref(component).cast() }
}

/// Resolves the component's imports.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_instance_pre_new(
    c_linker: &mut wasmtime_component_linker_t,
    c_component: &wasmtime_component_t,
    out: &mut *mut cloister_instance_pre_t,
) -> CError {
    shield_c("pre-instantiation", || {
        let pre = linker(c_linker).instantiate_pre(component(c_component))?;
        *out = Box::into_raw(Box::new(cloister_instance_pre_t(pre)));
        Ok(())
    })
}

/// Deletes what [`cloister_instance_pre_new`] made; null is ignored.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_instance_pre_delete(_: Option<Box<cloister_instance_pre_t>>) {}

/// Makes an instance in a store; start functions run, so the store's limits, fuel and deadline must be set before.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_instance_pre_instantiate(
    pre: &cloister_instance_pre_t,
    context: WasmtimeStoreContextMut<'_>,
    out: &mut Instance,
) -> CError {
    shield_c("instantiation", || {
        *out = pre.0.instantiate(context)?;
        Ok(())
    })
}

/// Calls the export `run: func() -> result<_, string>`. Returns an error when the guest trapped or has no such export;
/// otherwise `failed` says whether `run` returned an error, whose text is in `message`, which the caller owns.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_instance_run(
    instance: &Instance,
    mut context: WasmtimeStoreContextMut<'_>,
    failed: &mut bool,
    message: &mut wasm_byte_vec_t,
) -> CError {
    shield_c("the call of `run`", || {
        let run = instance.get_typed_func::<(), (std::result::Result<(), String>,)>(&mut context, "run")?;
        let (outcome,) = run.call(&mut context, ())?;
        *failed = outcome.is_err();
        message.set_buffer(outcome.err().unwrap_or_default().into_bytes());
        Ok(())
    })
}

/// Calls the export `name: func()`, for tests and benchmarks.
///
/// # Safety
/// `name` holds `name_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_instance_call(
    instance: &Instance,
    mut context: WasmtimeStoreContextMut<'_>,
    name: *const u8,
    name_len: usize,
) -> CError {
    shield_c("the call of an export", || {
        // SAFETY: the caller's promise.
        let name = unsafe { utf8(name, name_len) }?;
        instance.get_typed_func::<(), ()>(&mut context, name)?.call(&mut context, ())
    })
}

unsafe fn utf8<'a>(data: *const u8, len: usize) -> Result<&'a str> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(data, len) };
    std::str::from_utf8(bytes).map_err(|_| format_err!("the name of an export is not UTF-8"))
}

/// Sets how many bytes one host call may copy out of the guest: what bounds the host memory that a list can take.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_context_set_hostcall_fuel(mut context: WasmtimeStoreContextMut<'_>, bytes: usize) {
    context.set_hostcall_fuel(bytes);
}
