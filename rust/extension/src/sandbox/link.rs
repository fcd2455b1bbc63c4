//! Joining a component to what the host offers, and saying what does not fit.

use super::component::Compiled;
use super::guard::{ERROR, OK, Report, guard, guard_silently};
use crate::symbols::Symbols;
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker, ResourceType, Type};
use wasmtime::{Engine, Error, Result, bail};
use wasmtime_c_api::{WasmtimeStoreData, wasmtime_component_linker_t};

pub type Pre = InstancePre<WasmtimeStoreData>;
type HostLinker = Linker<WasmtimeStoreData>;

/// A component with its imports resolved, where its `run` is, and its debug information.
pub struct Program {
    pub pre: Pre,
    pub run: ComponentExportIndex,
    pub symbols: Arc<Symbols>,
}

fn host_linker(linker: &wasmtime_component_linker_t) -> &HostLinker {
    // SAFETY: wasmtime_component_linker_t is #[repr(transparent)] around this type.
    unsafe { &*std::ptr::from_ref(linker).cast() }
}

#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_linker_new(
    engine: &Engine,
    out: &mut *mut wasmtime_component_linker_t,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        // The same pointer under its C name; see `host_linker`.
        *out = Box::into_raw(Box::new(HostLinker::new(engine))).cast();
        Ok(OK)
    })
}

/// # Safety
/// `linker` must come from `cloister_sandbox_linker_new` and not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_linker_delete(linker: *mut wasmtime_component_linker_t) {
    // SAFETY: the caller's promise; the box was made as this type.
    guard_silently(|| drop(unsafe { Box::from_raw(linker.cast::<HostLinker>()) }));
}

#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_link(
    linker: &wasmtime_component_linker_t,
    compiled: &Compiled,
    out: &mut *mut Program,
    report: &mut Report,
) -> u32 {
    guard(report, |report| {
        let component = &compiled.component;
        let linker = host_linker(linker);
        let pre = match linker.instantiate_pre(component) {
            Ok(pre) => pre,
            Err(error) => {
                report.message(&diagnose(linker, component, error));
                return Ok(ERROR);
            }
        };
        match find_run(linker, component)? {
            Ok(run) => *out = Box::into_raw(Box::new(Program { pre, run, symbols: compiled.symbols.clone() })),
            Err(reason) => {
                report.message(&reason);
                return Ok(ERROR);
            }
        }
        Ok(OK)
    })
}

/// # Safety
/// `program` must come from `cloister_sandbox_link` and not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_program_delete(program: *mut Program) {
    // SAFETY: the caller's promise.
    guard_silently(|| drop(unsafe { Box::from_raw(program) }));
}

fn find_run(linker: &HostLinker, component: &Component) -> Result<std::result::Result<ComponentExportIndex, String>> {
    let engine = component.engine();
    let ty = linker.substituted_component_type(component)?;
    let wanted = "`run: func() -> result<_, string>`";
    let Some(export) = ty.get_export(engine, "run") else {
        let names: Vec<_> = ty.exports(engine).take(4).map(|(name, _)| format!("`{name}`")).collect();
        let instead = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        return Ok(Err(format!("it does not export {wanted} (it exports {instead})")));
    };
    let fits = match &export.ty {
        ComponentItem::ComponentFunc(func) if !func.async_() && func.params().len() == 0 => {
            let results: Vec<_> = func.results().collect();
            matches!(&results[..], [Type::Result(result)]
                if result.ok().is_none() && matches!(result.err(), Some(Type::String)))
        }
        _ => false,
    };
    match component.get_export_index(None, "run") {
        Some(run) if fits => Ok(Ok(run)),
        _ => Ok(Err(format!("its export `run` is of another type than {wanted}"))),
    }
}

/// What is wrong with one item of an import.
struct Problem {
    import: String,
    item: Option<String>,
    reason: String,
}

impl Problem {
    fn is_missing(&self) -> bool {
        self.reason.ends_with("is missing")
    }
}

/// How many items are looked into before the sentence says "and more".
const MAX_PROBLEMS: usize = 256;

/// One sentence about all imports that the host does not offer, or else about the first that differs.
///
/// Wasmtime stops at the first problem, so the item that it names is put into a copy of the linker, and again.
fn diagnose(linker: &HostLinker, component: &Component, error: Error) -> String {
    let mut probe = linker.clone();
    probe.allow_shadowing(true);
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut error = error;
    for _ in 0..MAX_PROBLEMS {
        let Some(problem) = problem(component, &error) else {
            break;
        };
        if !problem.is_missing() {
            if missing.is_empty() {
                return mismatch(&problem);
            }
            break;
        }
        let items = missing.entry(problem.import.clone()).or_default();
        items.extend(problem.item.clone());
        if stub(&mut probe, component, &problem).is_err() {
            break;
        }
        match probe.instantiate_pre(component) {
            Ok(_) => break,
            Err(next) => error = next,
        }
    }
    if missing.is_empty() {
        return format!("its imports do not fit this host: {error:#}");
    }
    let described: Vec<_> = missing.iter().map(|(import, items)| describe(linker, component, import, items)).collect();
    format!("it imports {}, which this host does not offer", described.join(" and "))
}

fn mismatch(problem: &Problem) -> String {
    let item = problem.item.as_ref().map(|item| format!("`{item}` of ")).unwrap_or_default();
    format!("it imports {item}`{}` with another type than this host offers ({})", problem.import, problem.reason)
}

/// "`a:b/c@1.0.0`", or with the items that are missing if the host has others of the interface.
fn describe(linker: &HostLinker, component: &Component, import: &str, missing: &[String]) -> String {
    let ty = component.component_type();
    let total = match ty.get_import(linker.engine(), import).map(|import| import.ty) {
        Some(ComponentItem::ComponentInstance(instance)) => {
            instance.exports(linker.engine()).filter(|(_, item)| !matches!(item.ty, ComponentItem::Type(_))).count()
        }
        _ => 0,
    };
    if missing.is_empty() || missing.len() >= total {
        return format!("`{import}`");
    }
    let shown: Vec<_> = missing.iter().take(4).map(|item| format!("`{item}`")).collect();
    let more = if missing.len() > shown.len() { " and more" } else { "" };
    format!("{}{more} of `{import}`", shown.join(", "))
}

/// Reads Wasmtime's error: "component imports KIND `IMPORT`, but ...: instance export `ITEM` has the wrong type: REASON".
fn problem(component: &Component, error: &Error) -> Option<Problem> {
    let mut chain = error.chain().map(|cause| cause.to_string());
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    let import = quoted(&chain.next()?)?;
    component.component_type().get_import(component.engine(), &import)?;
    let rest: Vec<_> = chain.collect();
    let item = rest.first().filter(|text| text.starts_with("instance export `")).and_then(|text| quoted(text));
    let reason = rest[usize::from(item.is_some())..].join(": ");
    Some(Problem { import, item, reason })
}

/// Defines the item that is missing, as something that fits any use of it.
fn stub(linker: &mut HostLinker, component: &Component, problem: &Problem) -> Result<()> {
    struct Stub;
    let engine = component.engine();
    let ty = component.component_type();
    let import = ty.get_import(engine, &problem.import).map(|import| import.ty);
    let mut place = linker.root();
    let (name, item) = match (import, &problem.item) {
        (Some(ComponentItem::ComponentInstance(instance)), Some(item)) => {
            place = place.into_instance(&problem.import)?;
            (item.as_str(), instance.get_export(engine, item).map(|export| export.ty))
        }
        (import, _) => (problem.import.as_str(), import),
    };
    match item {
        Some(ComponentItem::ComponentFunc(_)) => place.func_new(name, |_, _, _, _| bail!("a stub")),
        Some(ComponentItem::Resource(_)) => place.resource(name, ResourceType::host::<Stub>(), |_, _| Ok(())),
        _ => bail!("only functions and resources can be stubbed"),
    }
}
