//! Compilation, machine code in and out, and what a component imports and exports.

use super::guard::{Bytes, OK, Report, TextSink, guard, guard_silently};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// # Safety
/// `bytes` must be valid for the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_component_compile(
    engine: &Engine,
    bytes: Bytes,
    out: &mut *mut Component,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        // SAFETY: the caller's promise.
        let component = Component::from_binary(engine, unsafe { bytes.as_slice() })?;
        *out = Box::into_raw(Box::new(component));
        Ok(OK)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_component_serialize(
    component: &Component,
    out: TextSink,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        out.write(&component.serialize()?);
        Ok(OK)
    })
}

/// # Safety
/// `code` must be valid for the call and come from `cloister_sandbox_component_serialize`: it will be executed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_component_deserialize(
    engine: &Engine,
    code: Bytes,
    out: &mut *mut Component,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        // SAFETY: the caller's promise, which it keeps by a message authentication code over the bytes.
        let component = unsafe { Component::deserialize(engine, code.as_slice()) }?;
        *out = Box::into_raw(Box::new(component));
        Ok(OK)
    })
}

/// # Safety
/// `component` must come from one of the functions above and not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_component_delete(component: *mut Component) {
    // SAFETY: the caller's promise.
    guard_silently(|| drop(unsafe { Box::from_raw(component) }));
}

pub fn kind(item: &ComponentItem) -> &'static str {
    match item {
        ComponentItem::ComponentFunc(_) | ComponentItem::CoreFunc(_) => "function",
        ComponentItem::Module(_) => "module",
        ComponentItem::Component(_) => "component",
        ComponentItem::ComponentInstance(_) => "instance",
        ComponentItem::Type(_) => "type",
        ComponentItem::Resource(_) => "resource",
    }
}

/// Lists imports, or exports, as `KIND\tNAME` and, below an instance, `\tMEMBER` for each function and resource, every
/// line ending in a newline. Names of the component model contain neither tabs nor newlines.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_component_list(
    component: &Component,
    exports: bool,
    out: TextSink,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        let engine = component.engine();
        let ty = component.component_type();
        let mut text = String::new();
        let mut list = |name: &str, item: ComponentItem| {
            text.push_str(&format!("{}\t{name}\n", kind(&item)));
            if let ComponentItem::ComponentInstance(instance) = item {
                for (member, member_item) in instance.exports(engine) {
                    if !matches!(member_item.ty, ComponentItem::Type(_)) {
                        text.push_str(&format!("\t{member}\n"));
                    }
                }
            }
        };
        if exports {
            ty.exports(engine).for_each(|(name, item)| list(name, item.ty));
        } else {
            ty.imports(engine).for_each(|(name, item)| list(name, item.ty));
        }
        out.write(text.as_bytes());
        Ok(OK)
    })
}
