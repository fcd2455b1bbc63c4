//! Compilation, machine code in and out, and what a component imports and exports.

use super::bounds;
use super::guard::{Bytes, OK, Report, TOO_COSTLY, TextSink, guard, guard_silently};
use crate::symbols::Symbols;
use std::sync::Arc;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// Machine code, and what is known of where it comes from.
pub struct Compiled {
    pub component: Component,
    pub symbols: Arc<Symbols>,
}

impl Compiled {
    fn new(component: Component, bytes: &[u8]) -> *mut Self {
        Box::into_raw(Box::new(Self { component, symbols: Arc::new(Symbols::read(bytes)) }))
    }
}

/// # Safety
/// `bytes` must be valid for the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_component_compile(
    engine: &Engine,
    bytes: Bytes,
    out: &mut *mut Compiled,
    report: &mut Report,
) -> u32 {
    guard(report, |report| {
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes.as_slice() };
        if let Some(passed) = bounds::passed(bytes) {
            report.message(&passed);
            return Ok(TOO_COSTLY);
        }
        *out = Compiled::new(Component::from_binary(engine, bytes)?, bytes);
        Ok(OK)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_component_serialize(compiled: &Compiled, out: TextSink, report: &mut Report) -> u32 {
    guard(report, |_| {
        out.write(&compiled.component.serialize()?);
        Ok(OK)
    })
}

/// # Safety
/// `bytes` and `code` must be valid for the call, and `code` come from `cloister_sandbox_component_serialize` of
/// the component in `bytes`: it will be executed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_component_deserialize(
    engine: &Engine,
    bytes: Bytes,
    code: Bytes,
    out: &mut *mut Compiled,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        // SAFETY: the caller's promise, which it keeps by a message authentication code over the bytes.
        let component = unsafe { Component::deserialize(engine, code.as_slice()) }?;
        // SAFETY: the caller's promise.
        *out = Compiled::new(component, unsafe { bytes.as_slice() });
        Ok(OK)
    })
}

/// # Safety
/// `compiled` must come from one of the functions above and not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_component_delete(compiled: *mut Compiled) {
    // SAFETY: the caller's promise.
    guard_silently(|| drop(unsafe { Box::from_raw(compiled) }));
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
    compiled: &Compiled,
    exports: bool,
    out: TextSink,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        let component = &compiled.component;
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
