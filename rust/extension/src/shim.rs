//! What every generated shim does around its call into C++.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmtime::component::Linker;
use wasmtime::{AsContext, Error, Result, format_err};
use wasmtime_c_api::{WasmtimeStoreData, wasmtime_component_linker_t, wasmtime_context_get_data, wasmtime_error_t};

use crate::sandbox::profile;
use crate::wire::Caller;

/// C's owned error pointer; null stands for success.
pub type CError = Option<Box<wasmtime_error_t>>;

/// Finds the host object of an instance. Only C++ calls it.
pub type Select = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

/// The linker behind a C pointer.
pub fn linker(linker: &mut wasmtime_component_linker_t) -> &mut Linker<WasmtimeStoreData> {
    // SAFETY: `wasmtime_component_linker_t` is `#[repr(transparent)]` over `Linker<WasmtimeStoreData>`.
    unsafe { &mut *std::ptr::from_mut(linker).cast() }
}

/// The data pointer that C++ gave the store. Every shim asks for it just before its call into C++.
#[inline]
pub fn instance_data(caller: &Caller<'_>) -> *mut c_void {
    if profile::is_active() {
        profile::sample(caller, None);
    }
    wasmtime_context_get_data(caller.as_context())
}

/// Turns what the thunk of a function returned into the trap it asks for.
#[inline]
pub fn check(caller: &Caller<'_>, function: &'static str, error: CError) -> Result<()> {
    if profile::is_active() {
        profile::sample(caller, Some(function));
    }
    error.map_or(Ok(()), |error| Err((*error).into()))
}

/// Runs `body`; a panic becomes an error of this call alone.
#[inline]
pub fn shield<T>(what: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| {
        #[cfg(feature = "panic-injection")]
        crate::inject::panic_if_asked();
        body()
    }))
    .unwrap_or_else(|panic| Err(panicked(what, &*panic)))
}

/// As [`shield`], for functions that C calls.
pub fn shield_c(what: &str, body: impl FnOnce() -> Result<()>) -> CError {
    catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|panic| Err(panicked(what, &*panic)))
        .err()
        .map(|error| Box::new(wasmtime_error_t::from(error)))
}

#[cold]
fn panicked(what: &str, panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    format_err!("internal error in {what}: {text}")
}
