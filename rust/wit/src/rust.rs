//! Emits the Rust side: per interface, the types that Wasmtime lifts and lowers, and one shim a function that calls C++.
use std::fmt::Write;

use anyhow::Result;
use wit_parser::{Function, Handle, Type, TypeDefKind, TypeId};

use crate::model::{Direction, Interface, Model, method_name};
use crate::names::{camel, snake};
use crate::rust_types;

/// The contents of a file for a crate that depends on `cloister-extension`, `wasmtime` and `bytes`.
pub fn emit(model: &Model) -> Result<String> {
    let mut out = String::from("// Generated from WIT by cloister-wit.\n");
    for interface in &model.interfaces {
        writeln!(
            out,
            "\n#[allow(clippy::all, clippy::undocumented_unsafe_blocks, dead_code, unused_imports, unused_variables)]"
        )?;
        writeln!(out, "pub mod {} {{", interface.symbol())?;
        out.push_str(PRELUDE);
        for resource in model.resources(interface) {
            writeln!(out, "pub enum {} {{}}", camel(resource))?;
        }
        if interface.denied {
            emit_denied(model, interface, &mut out)?;
        } else {
            rust_types::emit(model, interface, &mut out)?;
            emit_vtable(model, interface, &mut out)?;
            emit_binder(model, interface, &mut out)?;
        }
        out.push_str("}\n");
    }
    Ok(out)
}

const PRELUDE: &str = "use std::ffi::c_void;
use std::mem::MaybeUninit;
use bytes::Bytes;
use cloister_extension::shim::{CError, Select, check, instance_data, linker, shield, shield_c};
use cloister_extension::wire::*;
use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType, WasmList, WasmStr, flags};
use wasmtime_c_api::wasmtime_component_linker_t;
";

/// Every function traps with the reason; a resource can be named but never made.
fn emit_denied(model: &Model, interface: &Interface, out: &mut String) -> Result<()> {
    let name = &interface.import_name;
    let short = name.split('@').next().unwrap_or(name);
    writeln!(
        out,
        "#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn cloister_bind_{}(c_linker: &mut wasmtime_component_linker_t) -> CError {{",
        interface.symbol()
    )?;
    writeln!(out, "shield_c({name:?}, || {{\nlet mut instance = linker(c_linker).instance({name:?})?;")?;
    for resource in model.resources(interface) {
        writeln!(out, "instance.resource({resource:?}, ResourceType::host::<{}>(), |_, _| Ok(()))?;", camel(resource))?;
    }
    for function in model.functions(interface) {
        writeln!(
            out,
            "instance.func_new({:?}, |_, _, _, _| wasmtime::bail!(\"{short} is not granted to workloads\"))?;",
            function.name
        )?;
    }
    out.push_str("Ok(())\n})\n}\n");
    Ok(())
}

fn emit_vtable(model: &Model, interface: &Interface, out: &mut String) -> Result<()> {
    out.push_str("#[repr(C)]\npub struct Vtable {\npub select: Select,\n");
    for resource in model.resources(interface) {
        writeln!(
            out,
            "pub call_drop_{}: unsafe extern \"C\" fn(Select, *mut c_void, u32) -> CError,",
            snake(resource)
        )?;
    }
    for function in model.functions(interface) {
        let mut signature = String::from("Select, *mut c_void");
        for param in &function.params {
            let wire = wire_type(model, &param.ty)?;
            let pointer = if by_value(model, &param.ty) { "" } else { "*const " };
            write!(signature, ", {pointer}{wire}")?;
        }
        if let Some(result) = &function.result {
            write!(signature, ", *mut {}", wire_type(model, result)?)?;
        }
        writeln!(out, "pub call_{}: unsafe extern \"C\" fn({signature}) -> CError,", method_name(function))?;
    }
    out.push_str("}\n");
    Ok(())
}

fn emit_binder(model: &Model, interface: &Interface, out: &mut String) -> Result<()> {
    let name = &interface.import_name;
    writeln!(
        out,
        "#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn cloister_bind_{}(c_linker: &mut wasmtime_component_linker_t, vtable: &Vtable) -> CError {{",
        interface.symbol()
    )?;
    writeln!(
        out,
        "shield_c({name:?}, || {{\nlet select = vtable.select;\nlet mut instance = linker(c_linker).instance({name:?})?;"
    )?;
    for resource in model.resources(interface) {
        let (tag, snake) = (camel(resource), snake(resource));
        writeln!(out, "let call = vtable.call_drop_{snake};")?;
        writeln!(out, "instance.resource({resource:?}, ResourceType::host::<{tag}>(), move |caller, rep| {{")?;
        writeln!(
            out,
            "shield(\"{name} [resource-drop]{resource}\", || check(&caller, {:?}, unsafe {{ call(select, instance_data(&caller), rep) }}))\n}})?;",
            function_name(name, &format!("{resource}.drop"))
        )?;
    }
    for function in model.functions(interface) {
        emit_shim(model, interface, function, out)?;
    }
    out.push_str("Ok(())\n})\n}\n");
    Ok(())
}

fn emit_shim(model: &Model, interface: &Interface, function: &Function, out: &mut String) -> Result<()> {
    let (mut patterns, mut types, mut lets, mut args) = (String::new(), String::new(), String::new(), String::new());
    for (index, param) in function.params.iter().enumerate() {
        write!(patterns, "p{index},")?;
        write!(types, "{},", rust_type(model, &param.ty, Direction::Param)?)?;
        writeln!(lets, "let w{index}: {} = p{index}.to_wire(&caller, &mut arena)?;", wire_type(model, &param.ty)?)?;
        write!(args, ", {}w{index}", if by_value(model, &param.ty) { "" } else { "&raw const " })?;
    }
    writeln!(out, "let call = vtable.call_{};", method_name(function))?;
    writeln!(out, "instance.func_wrap({:?}, move |caller: Caller<'_>, ({patterns}): ({types})| {{", function.name)?;
    let arena = if lets.is_empty() { "" } else { "let mut arena = Arena::default();\n" };
    writeln!(out, "shield(\"{} {}\", || {{\n{arena}{lets}", interface.import_name, function.name)?;
    let told = function_name(&interface.import_name, &function.name);
    match &function.result {
        None => writeln!(
            out,
            "check(&caller, {told:?}, unsafe {{ call(select, instance_data(&caller){args}) }})\n}})\n}})?;"
        )?,
        Some(result) => {
            writeln!(out, "let mut wire = MaybeUninit::<{}>::uninit();", wire_type(model, result)?)?;
            writeln!(
                out,
                "check(&caller, {told:?}, unsafe {{ call(select, instance_data(&caller){args}, wire.as_mut_ptr()) }})?;"
            )?;
            writeln!(
                out,
                "let result: {} = FromWire::from_wire(unsafe {{ wire.assume_init() }})?;",
                rust_type(model, result, Direction::Result)?
            )?;
            writeln!(out, "Ok((result,))\n}})\n}})?;")?;
        }
    }
    Ok(())
}

/// What profiles call a function, as run records do: "ops.add", "tensors.tensor.read", "wasi:cli/exit.exit".
fn function_name(interface: &str, function: &str) -> String {
    let interface = interface.split('@').next().unwrap_or(interface);
    let interface = interface.strip_prefix("cloister:ml/").unwrap_or(interface);
    let function = function.split(']').next_back().unwrap_or(function);
    format!("{interface}.{function}")
}

/// Whether the wire form goes in a register; the rest is passed by pointer.
fn by_value(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::String => false,
        Type::Id(id) => match &model.resolve.types[*id].kind {
            TypeDefKind::Handle(_) | TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => true,
            TypeDefKind::Type(inner) => by_value(model, inner),
            _ => false,
        },
        _ => true,
    }
}

/// The path of the item that stands for a named type: `super::ml_tensors::Scalar`.
pub fn type_path(model: &Model, id: TypeId) -> Result<String> {
    let id = model.definition(id);
    let name = model.resolve.types[id].name.as_deref().unwrap_or_default();
    Ok(format!("super::{}::{}", model.owner(id)?.symbol(), camel(name)))
}

/// The type that Wasmtime lifts or lowers.
pub fn rust_type(model: &Model, ty: &Type, direction: Direction) -> Result<String> {
    let Type::Id(id) = ty else {
        return Ok(match (ty, direction) {
            (Type::String, Direction::Param) => "WasmStr",
            (Type::String, Direction::Result) => "String",
            (Type::Char, _) => "char",
            _ => primitive(ty),
        }
        .to_owned());
    };
    let inner = |ty: &Type| rust_type(model, ty, direction);
    let absent = |ty: &Option<Type>| ty.as_ref().map_or(Ok("()".to_owned()), inner);
    Ok(match &model.resolve.types[*id].kind {
        TypeDefKind::Type(ty) => inner(ty)?,
        TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
            format!("Resource<{}>", type_path(model, *resource)?)
        }
        TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => type_path(model, *id)?,
        TypeDefKind::Record(_) | TypeDefKind::Variant(_) => format!("{}{direction:?}", type_path(model, *id)?),
        TypeDefKind::Option(ty) => format!("Option<{}>", inner(ty)?),
        TypeDefKind::Result(result) => format!("Result<{}, {}>", absent(&result.ok)?, absent(&result.err)?),
        TypeDefKind::Tuple(tuple) => {
            let types = tuple.types.iter().map(inner).collect::<Result<Vec<_>>>()?;
            format!("({},)", types.join(", "))
        }
        TypeDefKind::List(element) => match (resolved(model, element), direction) {
            (Type::U8, Direction::Result) => "Bytes".to_owned(),
            (integer, Direction::Param) if is_integer(&integer) => format!("WasmList<{}>", primitive(&integer)),
            _ => format!("Vec<{}>", inner(element)?),
        },
        kind => anyhow::bail!("WIT type `{}` is not supported", kind.as_str()),
    })
}

/// The C layout of a type, the same in both directions.
pub fn wire_type(model: &Model, ty: &Type) -> Result<String> {
    let Type::Id(id) = ty else {
        return Ok(match ty {
            Type::String => "ListWire<u8>",
            Type::Char => "u32",
            _ => primitive(ty),
        }
        .to_owned());
    };
    let absent = |ty: &Option<Type>| ty.as_ref().map_or(Ok("UnitWire".to_owned()), |ty| wire_type(model, ty));
    Ok(match &model.resolve.types[*id].kind {
        TypeDefKind::Type(ty) => wire_type(model, ty)?,
        TypeDefKind::Handle(Handle::Own(_)) => "OwnWire".to_owned(),
        TypeDefKind::Handle(Handle::Borrow(_)) => "BorrowWire".to_owned(),
        TypeDefKind::Enum(cases) => integer_for_cases(cases.cases.len()).to_owned(),
        TypeDefKind::Flags(flags) => integer_for_flags(flags.flags.len()).to_owned(),
        TypeDefKind::Record(_) | TypeDefKind::Variant(_) => format!("{}Wire", type_path(model, *id)?),
        TypeDefKind::Option(ty) => format!("OptionWire<{}>", wire_type(model, ty)?),
        TypeDefKind::Result(result) => format!("ResultWire<{}, {}>", absent(&result.ok)?, absent(&result.err)?),
        TypeDefKind::Tuple(tuple) => {
            let mut wires = tuple.types.iter().map(|ty| wire_type(model, ty)).collect::<Result<Vec<_>>>()?;
            let last = wires.pop().unwrap_or_default();
            wires.iter().rev().fold(last, |rest, first| format!("PairWire<{first}, {rest}>"))
        }
        TypeDefKind::List(element) => format!("ListWire<{}>", wire_type(model, element)?),
        kind => anyhow::bail!("WIT type `{}` is not supported", kind.as_str()),
    })
}

fn resolved(model: &Model, ty: &Type) -> Type {
    match ty {
        Type::Id(id) => match &model.resolve.types[*id].kind {
            TypeDefKind::Type(inner) => resolved(model, inner),
            _ => *ty,
        },
        _ => *ty,
    }
}

fn is_integer(ty: &Type) -> bool {
    matches!(ty, Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::S8 | Type::S16 | Type::S32 | Type::S64)
}

fn primitive(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "i8",
        Type::S16 => "i16",
        Type::S32 => "i32",
        Type::S64 => "i64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char | Type::String | Type::ErrorContext | Type::Id(_) => unreachable!("not a number"),
    }
}

/// The integer that holds an enum's case.
pub fn integer_for_cases(count: usize) -> &'static str {
    match count {
        0..=0x100 => "u8",
        0x101..=0x1_0000 => "u16",
        _ => "u32",
    }
}

/// The integer that holds a set of flags. The component model allows 32.
pub fn integer_for_flags(count: usize) -> &'static str {
    match count {
        0..=8 => "u8",
        9..=16 => "u16",
        _ => "u32",
    }
}
