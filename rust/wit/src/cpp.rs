//! Emits the C++ side: per interface a header with its types and the abstract class `Host`, and a source with one thunk a
//! function. One source includes them all, so that a build needs no list of interfaces.
use std::fmt::Write;

use anyhow::{Result, bail};
use wit_parser::{Docs, Function, Handle, Type, TypeDefKind, TypeId};

use crate::cpp_types;
use crate::model::{Direction, Interface, Model, method_name};
use crate::names::{camel, cpp_snake, snake};

/// Relative paths and contents.
pub type Files = Vec<(String, String)>;

pub fn emit(model: &Model) -> Result<Files> {
    let mut files = Files::new();
    let mut all = String::from("// Generated from WIT by cloister-wit: all thunks in one translation unit.\n");
    for interface in &model.interfaces {
        let path = interface.path();
        files.push((format!("{path}.h"), emit_header(model, interface)?));
        if !interface.denied {
            files.push((format!("{path}_codec.h"), cpp_types::emit_codecs(model, interface)?));
        }
        files.push((format!("{path}.cpp"), emit_source(model, interface)?));
        writeln!(all, "#include <{path}.cpp>")?;
    }
    files.push(("cloister/bindings/bindings.cpp".to_owned(), all));
    Ok(files)
}

fn emit_header(model: &Model, interface: &Interface) -> Result<String> {
    let mut out = format!("// Generated from {} by cloister-wit.\n#pragma once\n\n", interface.import_name);
    for header in ["cstdint", "optional", "span", "string", "string_view", "tuple", "variant", "vector"] {
        writeln!(out, "#include <{header}>")?;
    }
    out.push_str("\n#include <cloister/base/result.h>\n#include <cloister/sandbox/binding.h>\n");
    for path in used_interfaces(model, interface)?.iter().map(|used| used.path()) {
        writeln!(out, "#include <{path}.h>")?;
    }
    writeln!(out, "\nnamespace {} {{\n", interface.namespace())?;
    cpp_types::emit_types(model, interface, &mut out)?;
    if interface.denied {
        out.push_str("// Not granted: adds functions that all trap.\nwasmtime_error_t* add_to_linker(wasmtime_component_linker_t* linker);\n");
    } else {
        emit_host(model, interface, &mut out)?;
    }
    writeln!(out, "\n}}  // namespace {}", interface.namespace())?;
    Ok(out)
}

/// Interfaces other than `interface` whose types it names.
fn used_interfaces<'a>(model: &'a Model, interface: &Interface) -> Result<Vec<&'a Interface>> {
    let mut used: Vec<&Interface> = Vec::new();
    for (_, id) in model.types(interface) {
        let owner = model.owner(model.definition(id))?;
        if owner.id != interface.id && !used.iter().any(|seen| seen.id == owner.id) {
            used.push(owner);
        }
    }
    Ok(used)
}

fn emit_host(model: &Model, interface: &Interface, out: &mut String) -> Result<()> {
    let docs = &model.resolve.interfaces[interface.id].docs;
    emit_docs(docs, "", out)?;
    out.push_str("class Host {\n public:\n  virtual ~Host() = default;\n");
    for resource in model.resources(interface) {
        writeln!(out, "\n  // The guest dropped its handle: forget the object.")?;
        writeln!(
            out,
            "  virtual sandbox::Call<void> drop_{}(sandbox::Own<{}> handle) = 0;",
            snake(resource),
            camel(resource)
        )?;
    }
    for function in model.functions(interface) {
        out.push('\n');
        emit_docs(&function.docs, "  ", out)?;
        writeln!(out, "  virtual {} = 0;", signature(model, Some(interface), function)?)?;
    }
    out.push_str("};\n\n// Adds the interface to a linker. At every call `select` finds the host object by the data pointer of the store that calls, so\n");
    out.push_str("// one linker serves all instances. Returns an error that the caller owns, or nullptr.\n");
    out.push_str(
        "wasmtime_error_t* add_to_linker(wasmtime_component_linker_t* linker, Host& (*select)(void* instance_data));\n",
    );
    Ok(())
}

/// `sandbox::Call<..> name(..)`.
pub fn signature(model: &Model, from: Option<&Interface>, function: &Function) -> Result<String> {
    let mut params = Vec::new();
    for param in &function.params {
        params.push(format!("{} {}", param_type(model, from, &param.ty)?, cpp_snake(&param.name)));
    }
    let result =
        function.result.as_ref().map_or(Ok("void".to_owned()), |ty| cpp_type(model, from, ty, Direction::Result))?;
    Ok(format!("sandbox::Call<{result}> {}({})", method_name(function), params.join(", ")))
}

/// Registers by value, aggregates by reference unless they hold a handle that moves.
fn param_type(model: &Model, from: Option<&Interface>, ty: &Type) -> Result<String> {
    let name = cpp_type(model, from, ty, Direction::Param)?;
    let reference = !is_small(model, ty) && !model.has_own(ty);
    Ok(if reference { format!("const {name}&") } else { name })
}

fn is_small(model: &Model, ty: &Type) -> bool {
    let Type::Id(id) = ty else { return true };
    match &model.resolve.types[*id].kind {
        TypeDefKind::Handle(_) | TypeDefKind::Enum(_) | TypeDefKind::Flags(_) | TypeDefKind::List(_) => true,
        TypeDefKind::Type(ty) => is_small(model, ty),
        _ => false,
    }
}

/// Whether the wire form goes in a register.
fn by_value(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::String => false,
        Type::Id(id) => match &model.resolve.types[*id].kind {
            TypeDefKind::List(_) => false,
            TypeDefKind::Type(ty) => by_value(model, ty),
            _ => is_small(model, ty),
        },
        _ => true,
    }
}

fn emit_source(model: &Model, interface: &Interface) -> Result<String> {
    let mut out =
        format!("// Generated from {} by cloister-wit.\n#include <{}.h>\n", interface.import_name, interface.path());
    let symbol = format!("cloister_bind_{}", interface.symbol());
    if interface.denied {
        writeln!(out, "\nextern \"C\" wasmtime_error_t* {symbol}(wasmtime_component_linker_t* linker);\n")?;
        writeln!(out, "namespace {} {{", interface.namespace())?;
        writeln!(
            out,
            "wasmtime_error_t* add_to_linker(wasmtime_component_linker_t* linker) {{ return {symbol}(linker); }}\n}}"
        )?;
        return Ok(out);
    }
    writeln!(out, "#include <{}_codec.h>", interface.path())?;
    writeln!(
        out,
        "\nextern \"C\" wasmtime_error_t* {symbol}(wasmtime_component_linker_t* linker, const void* vtable);\n"
    )?;
    writeln!(out, "namespace {} {{\nnamespace {{\n", interface.namespace())?;
    out.push_str("namespace binding = ::cloister::sandbox::binding;\nusing Select = Host& (*)(void*);\n");
    let mut methods = Vec::new();
    for resource in model.resources(interface) {
        let method = format!("drop_{}", snake(resource));
        writeln!(
            out,
            "\nwasmtime_error_t* thunk_{method}(Select select, void* data, std::uint32_t handle) noexcept {{"
        )?;
        out.push_str("  return binding::guard([&] {\n    binding::Arena arena;\n");
        writeln!(
            out,
            "    return binding::finish(select(data).{method}(binding::Codec<sandbox::Own<{}>>::decode(handle, arena)));\n  }});\n}}",
            camel(resource)
        )?;
        methods.push(method);
    }
    for function in model.functions(interface) {
        emit_thunk(model, interface, function, &mut out)?;
        methods.push(method_name(function));
    }
    out.push_str("\n// The order is that of `Vtable` in the Rust shims.\nstruct Vtable {\n  Select select;\n");
    for method in &methods {
        writeln!(out, "  decltype(&thunk_{method}) call_{method};")?;
    }
    out.push_str("};\n\n}  // namespace\n\nwasmtime_error_t* add_to_linker(wasmtime_component_linker_t* linker, Select select) {\n  const Vtable vtable{\n      select");
    for method in &methods {
        write!(out, ",\n      thunk_{method}")?;
    }
    writeln!(out, "}};\n  return {symbol}(linker, &vtable);\n}}\n\n}}  // namespace {}", interface.namespace())?;
    Ok(out)
}

fn emit_thunk(model: &Model, interface: &Interface, function: &Function, out: &mut String) -> Result<()> {
    let method = method_name(function);
    let (mut params, mut args) = (String::from("Select select, void* data"), Vec::new());
    for (index, param) in function.params.iter().enumerate() {
        let codec = format!("binding::Codec<{}>", cpp_type(model, Some(interface), &param.ty, Direction::Param)?);
        if by_value(model, &param.ty) {
            write!(params, ", {codec}::Wire p{index}")?;
            args.push(format!("{codec}::decode(p{index}, arena)"));
        } else {
            write!(params, ", const {codec}::Wire* p{index}")?;
            args.push(format!("{codec}::decode(*p{index}, arena)"));
        }
    }
    let mut out_argument = "";
    if let Some(result) = &function.result {
        write!(
            params,
            ", binding::Codec<{}>::Wire* out",
            cpp_type(model, Some(interface), result, Direction::Result)?
        )?;
        out_argument = ", out";
    }
    let arena = if args.is_empty() { "" } else { "    binding::Arena arena;\n" };
    writeln!(out, "\nwasmtime_error_t* thunk_{method}({params}) noexcept {{\n  return binding::guard([&] {{\n{arena}")?;
    writeln!(
        out,
        "    return binding::finish(select(data).{method}({}){out_argument});\n  }});\n}}",
        args.join(",\n        ")
    )?;
    Ok(())
}

/// The C++ type of a value, as seen from inside the namespace of `from`, or from anywhere.
pub fn cpp_type(model: &Model, from: Option<&Interface>, ty: &Type, direction: Direction) -> Result<String> {
    let Type::Id(id) = ty else {
        return Ok(match (ty, direction) {
            (Type::String, Direction::Param) => "std::string_view",
            (Type::String, Direction::Result) => "std::string",
            (Type::Bool, _) => "bool",
            (Type::U8, _) => "std::uint8_t",
            (Type::U16, _) => "std::uint16_t",
            (Type::U32, _) => "std::uint32_t",
            (Type::U64, _) => "std::uint64_t",
            (Type::S8, _) => "std::int8_t",
            (Type::S16, _) => "std::int16_t",
            (Type::S32, _) => "std::int32_t",
            (Type::S64, _) => "std::int64_t",
            (Type::F32, _) => "float",
            (Type::F64, _) => "double",
            (Type::Char, _) => "char32_t",
            (Type::ErrorContext | Type::Id(_), _) => bail!("WIT type `error-context` is not supported"),
        }
        .to_owned());
    };
    let inner = |ty: &Type| cpp_type(model, from, ty, direction);
    Ok(match &model.resolve.types[*id].kind {
        TypeDefKind::Handle(Handle::Own(resource)) => {
            format!("sandbox::Own<{}>", type_name(model, from, *resource, direction)?)
        }
        TypeDefKind::Handle(Handle::Borrow(resource)) => {
            format!("sandbox::Borrow<{}>", type_name(model, from, *resource, direction)?)
        }
        // An alias of a primitive or of an unnamed type needs no name in a signature.
        TypeDefKind::Type(ty) if !matches!(ty, Type::Id(id) if model.resolve.types[*id].name.is_some()) => inner(ty)?,
        TypeDefKind::Option(ty) => format!("std::optional<{}>", inner(ty)?),
        TypeDefKind::Result(result) => {
            let ok = result.ok.as_ref().map_or(Ok("void".to_owned()), inner)?;
            let error = result.err.as_ref().map_or(Ok("std::monostate".to_owned()), inner)?;
            format!("Expected<{ok}, {error}>")
        }
        TypeDefKind::Tuple(tuple) => {
            let types = tuple.types.iter().map(inner).collect::<Result<Vec<_>>>()?;
            format!("std::tuple<{}>", types.join(", "))
        }
        TypeDefKind::List(element) => {
            let element_type = inner(element)?;
            match direction {
                Direction::Result if element_type == "std::uint8_t" => "sandbox::Bytes".to_owned(),
                Direction::Result => format!("std::vector<{element_type}>"),
                Direction::Param if model.has_own(element) => format!("std::span<{element_type}>"),
                Direction::Param => format!("std::span<const {element_type}>"),
            }
        }
        _ => type_name(model, from, *id, direction)?,
    })
}

/// The name of a named type: short for those that the interface itself names, otherwise from the root.
pub fn type_name(model: &Model, from: Option<&Interface>, id: TypeId, direction: Direction) -> Result<String> {
    let definition = &model.resolve.types[id];
    let owner = model.owner(id)?;
    let view = if direction == Direction::Param && model.has_list(&Type::Id(id)) { "View" } else { "" };
    let name = format!("{}{view}", camel(definition.name.as_deref().unwrap_or_default()));
    Ok(if from.is_some_and(|from| owner.id == from.id) { name } else { format!("::{}::{name}", owner.namespace()) })
}

pub fn emit_docs(docs: &Docs, indent: &str, out: &mut String) -> Result<()> {
    for line in docs.contents.as_deref().unwrap_or_default().trim_end().lines() {
        writeln!(out, "{}", format!("{indent}// {line}").trim_end())?;
    }
    Ok(())
}
