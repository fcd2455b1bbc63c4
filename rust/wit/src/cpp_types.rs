//! Emits the named types of an interface for C++, and how those whose layout is not plain cross to Rust.
use std::fmt::Write;

use anyhow::{Result, bail};
use wit_parser::{Enum, Flags, Record, Type, TypeDefKind, TypeId, Variant};

use crate::cpp::{cpp_type, emit_docs, type_name};
use crate::model::{Direction, Interface, Model};
use crate::names::{camel, cpp_snake};
use crate::rust::{integer_for_cases, integer_for_flags};

/// The directions that need a type of their own: both only where the value holds strings or lists and travels both ways.
fn directions(model: &Model, id: TypeId) -> &'static [Direction] {
    if !model.has_list(&Type::Id(id)) {
        return &[Direction::Result];
    }
    match (model.is_used(id, Direction::Param), model.is_used(id, Direction::Result)) {
        (true, true) => &[Direction::Param, Direction::Result],
        (true, false) => &[Direction::Param],
        (false, _) => &[Direction::Result],
    }
}

pub fn emit_types(model: &Model, interface: &Interface, out: &mut String) -> Result<()> {
    for (wit_name, id) in model.types(interface) {
        let definition = &model.resolve.types[id];
        let name = camel(wit_name);
        if ["Host", "Vtable", "Select"].contains(&name.as_str()) {
            bail!("{} names a type `{wit_name}`, which the generated code needs for itself", interface.import_name);
        }
        emit_docs(&definition.docs, "", out)?;
        match &definition.kind {
            TypeDefKind::Resource => writeln!(out, "struct {name};\n")?,
            TypeDefKind::Enum(cases) => emit_enum(&name, cases, out)?,
            TypeDefKind::Flags(flags) => emit_flags(&name, flags, out)?,
            TypeDefKind::Record(record) => {
                for direction in directions(model, id) {
                    emit_record(
                        model,
                        interface,
                        &type_name(model, Some(interface), id, *direction)?,
                        record,
                        *direction,
                        out,
                    )?;
                }
            }
            TypeDefKind::Variant(variant) => {
                for direction in directions(model, id) {
                    emit_variant(
                        model,
                        interface,
                        &type_name(model, Some(interface), id, *direction)?,
                        variant,
                        *direction,
                        out,
                    )?;
                }
            }
            // `use` and `type`: the same type under a name of this interface.
            kind => {
                for direction in directions(model, id) {
                    let target = match kind {
                        TypeDefKind::Type(Type::Id(next)) if model.resolve.types[*next].name.is_some() => {
                            type_name(model, Some(interface), *next, *direction)?
                        }
                        TypeDefKind::Type(ty) => cpp_type(model, Some(interface), ty, *direction)?,
                        _ => cpp_type(model, Some(interface), &Type::Id(id), *direction)?,
                    };
                    writeln!(out, "using {} = {target};", type_name(model, Some(interface), id, *direction)?)?;
                }
                out.push('\n');
            }
        }
    }
    Ok(())
}

fn emit_enum(name: &str, cases: &Enum, out: &mut String) -> Result<()> {
    writeln!(out, "enum class {name} : std::{} {{", cpp_integer(integer_for_cases(cases.cases.len())))?;
    for case in &cases.cases {
        emit_docs(&case.docs, "  ", out)?;
        writeln!(out, "  {},", cpp_snake(&case.name))?;
    }
    out.push_str("};\n\n");
    Ok(())
}

fn emit_flags(name: &str, flags: &Flags, out: &mut String) -> Result<()> {
    let integer = format!("std::{}", cpp_integer(integer_for_flags(flags.flags.len())));
    writeln!(out, "struct {name} {{\n  {integer} bits = 0;\n")?;
    for flag in &flags.flags {
        emit_docs(&flag.docs, "  ", out)?;
        writeln!(out, "  static const {name} {};", cpp_snake(&flag.name))?;
    }
    writeln!(
        out,
        "\n  [[nodiscard]] constexpr bool has({name} other) const {{ return (bits & other.bits) == other.bits; }}"
    )?;
    for operator in ["|", "&", "^"] {
        writeln!(
            out,
            "  friend constexpr {name} operator{operator}({name} a, {name} b) {{ return {{static_cast<{integer}>(a.bits {operator} b.bits)}}; }}"
        )?;
    }
    writeln!(out, "  friend constexpr bool operator==({name}, {name}) = default;\n}};")?;
    for (index, flag) in flags.flags.iter().enumerate() {
        writeln!(out, "inline constexpr {name} {name}::{}{{{integer}{{1}} << {index}}};", cpp_snake(&flag.name))?;
    }
    out.push('\n');
    Ok(())
}

fn cpp_integer(rust: &str) -> &'static str {
    match rust {
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        _ => "uint32_t",
    }
}

fn emit_record(
    model: &Model,
    interface: &Interface,
    name: &str,
    record: &Record,
    direction: Direction,
    out: &mut String,
) -> Result<()> {
    writeln!(out, "struct {name} {{")?;
    for field in &record.fields {
        emit_docs(&field.docs, "  ", out)?;
        let initial = if is_direct(model, &field.ty) { "{}" } else { "" };
        writeln!(
            out,
            "  {} {}{initial};",
            cpp_type(model, Some(interface), &field.ty, direction)?,
            cpp_snake(&field.name)
        )?;
    }
    out.push_str("};\n\n");
    Ok(())
}

fn emit_variant(
    model: &Model,
    interface: &Interface,
    name: &str,
    variant: &Variant,
    direction: Direction,
    out: &mut String,
) -> Result<()> {
    writeln!(out, "struct {name} {{")?;
    let mut cases = Vec::new();
    for case in &variant.cases {
        let case_name = camel(&case.name);
        emit_docs(&case.docs, "  ", out)?;
        match &case.ty {
            Some(ty) => writeln!(
                out,
                "  struct {case_name} {{\n    {} value;\n  }};",
                cpp_type(model, Some(interface), ty, direction)?
            )?,
            None => writeln!(out, "  struct {case_name} {{}};")?,
        }
        cases.push(case_name);
    }
    writeln!(out, "  std::variant<{}> value;\n", cases.join(", "))?;
    for case in &cases {
        writeln!(
            out,
            "  {name}({case} chosen) : value(std::move(chosen)) {{}}  // NOLINT(google-explicit-constructor)"
        )?;
    }
    out.push_str("};\n\n");
    Ok(())
}

/// Whether the C++ type is its own wire form: numbers, enums, flags, and records of them.
fn is_direct(model: &Model, ty: &Type) -> bool {
    let Type::Id(id) = ty else { return !matches!(ty, Type::String) };
    match &model.resolve.types[*id].kind {
        TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => true,
        TypeDefKind::Type(ty) => is_direct(model, ty),
        TypeDefKind::Record(record) => record.fields.iter().all(|field| is_direct(model, &field.ty)),
        _ => false,
    }
}

/// The header of codecs for the types that an interface defines.
pub fn emit_codecs(model: &Model, interface: &Interface) -> Result<String> {
    let mut out = format!("// Generated from {} by cloister-wit.\n#pragma once\n\n", interface.import_name);
    writeln!(out, "#include <cloister/sandbox/binding_codec.h>\n#include <{}.h>", interface.path())?;
    let mut owners = Vec::new();
    for (_, id) in model.types(interface) {
        let owner = model.owner(model.definition(id))?;
        if owner.id != interface.id && !owner.denied && !owners.contains(&owner.path()) {
            owners.push(owner.path());
        }
    }
    for path in owners {
        writeln!(out, "#include <{path}_codec.h>")?;
    }
    writeln!(out, "\nnamespace cloister::sandbox::binding {{\n")?;
    for (_, id) in model.types(interface) {
        let kind = &model.resolve.types[id].kind;
        let used = [Direction::Param, Direction::Result].map(|direction| model.is_used(id, direction));
        if !matches!(kind, TypeDefKind::Flags(_) | TypeDefKind::Record(_) | TypeDefKind::Variant(_))
            || used == [false, false]
        {
            continue;
        }
        let full = |direction| type_name(model, None, id, direction);
        if is_direct(model, &Type::Id(id)) {
            let name = full(Direction::Result)?;
            writeln!(out, "template <>\ninline constexpr bool is_direct<{name}> = true;")?;
            writeln!(
                out,
                "static_assert(std::is_trivially_copyable_v<{name}> && std::is_standard_layout_v<{name}>);\n"
            )?;
            continue;
        }
        if model.has_list(&Type::Id(id)) {
            for direction in
                [Direction::Param, Direction::Result].into_iter().filter(|direction| model.is_used(id, *direction))
            {
                emit_codec(model, id, &full(direction)?, direction, &[direction], &mut out)?;
            }
        } else {
            let ways: Vec<Direction> = [Direction::Param, Direction::Result]
                .into_iter()
                .filter(|direction| model.is_used(id, *direction))
                .collect();
            emit_codec(model, id, &full(Direction::Result)?, Direction::Result, &ways, &mut out)?;
        }
    }
    out.push_str("}  // namespace cloister::sandbox::binding\n");
    Ok(out)
}

/// A specialisation of `Codec` for `name`, whose members are spelled in `spelling`; `ways` says what it must be able to do.
fn emit_codec(
    model: &Model,
    id: TypeId,
    name: &str,
    spelling: Direction,
    ways: &[Direction],
    out: &mut String,
) -> Result<()> {
    writeln!(out, "template <>\nstruct Codec<{name}> {{\n  using Value = {name};")?;
    let codec = |ty: &Type| Ok::<_, anyhow::Error>(format!("Codec<{}>", cpp_type(model, None, ty, spelling)?));
    match &model.resolve.types[id].kind {
        TypeDefKind::Record(record) => {
            let fields = record
                .fields
                .iter()
                .map(|field| Ok((cpp_snake(&field.name), codec(&field.ty)?)))
                .collect::<Result<Vec<_>>>()?;
            out.push_str("  struct Wire {\n");
            for (field, codec) in &fields {
                writeln!(out, "    typename {codec}::Wire {field};")?;
            }
            out.push_str("  };\n");
            let list = |each: &dyn Fn(&(String, String)) -> String| {
                fields.iter().map(each).collect::<Vec<_>>().join(",\n            ")
            };
            for way in ways {
                match way {
                    Direction::Param => writeln!(
                        out,
                        "  static Value decode(const Wire& wire, Arena& arena) {{\n    return {{{}}};\n  }}",
                        list(&|(field, codec)| format!("{codec}::decode(wire.{field}, arena)"))
                    )?,
                    Direction::Result => writeln!(
                        out,
                        "  static Wire encode(Value&& value) {{\n    return {{{}}};\n  }}",
                        list(&|(field, codec)| format!("{codec}::encode(std::move(value.{field}))"))
                    )?,
                }
            }
        }
        TypeDefKind::Variant(variant) => {
            out.push_str("  union Payload {\n    Payload() : none(0) {}\n    UnitWire none;\n");
            for (index, case) in variant.cases.iter().enumerate() {
                if let Some(ty) = &case.ty {
                    writeln!(out, "    typename {}::Wire case{index};", codec(ty)?)?;
                }
            }
            out.push_str("  };\n  struct Wire {\n    std::uint32_t tag;\n    Payload payload;\n  };\n");
            for way in ways {
                emit_variant_conversion(variant, *way, &codec, out)?;
            }
        }
        _ => unreachable!("only records and variants need a codec"),
    }
    out.push_str("};\n\n");
    Ok(())
}

fn emit_variant_conversion(
    variant: &Variant,
    way: Direction,
    codec: &dyn Fn(&Type) -> Result<String>,
    out: &mut String,
) -> Result<()> {
    let last = variant.cases.len() - 1;
    match way {
        Direction::Param => out.push_str("  static Value decode(const Wire& wire, [[maybe_unused]] Arena& arena) {\n    switch (wire.tag) {\n"),
        Direction::Result => out.push_str("  static Wire encode(Value&& value) {\n    Wire wire;\n    wire.tag = static_cast<std::uint32_t>(value.value.index());\n    switch (value.value.index()) {\n"),
    }
    for (index, case) in variant.cases.iter().enumerate() {
        let name = camel(&case.name);
        match (way, &case.ty) {
            (Direction::Param, ty) => {
                // Wasmtime has checked the tag.
                let label = if index == last { "default".to_owned() } else { format!("case {index}") };
                let value = ty.as_ref().map_or(Ok(String::new()), |ty| {
                    Ok::<_, anyhow::Error>(format!("{}::decode(wire.payload.case{index}, arena)", codec(ty)?))
                })?;
                writeln!(out, "      {label}:\n        return Value::{name}{{{value}}};")?;
            }
            (Direction::Result, Some(ty)) => {
                writeln!(
                    out,
                    "      case {index}:\n        wire.payload.case{index} = {}::encode(std::move(std::get_if<{index}>(&value.value)->value));\n        break;",
                    codec(ty)?
                )?;
            }
            (Direction::Result, None) => {}
        }
    }
    match way {
        Direction::Param => out.push_str("    }\n  }\n"),
        Direction::Result => out.push_str("      default:\n        break;\n    }\n    return wire;\n  }\n"),
    }
    Ok(())
}
