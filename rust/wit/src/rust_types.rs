//! Emits the named types of an interface for Rust: what Wasmtime lifts, what it lowers, and the wire form of both.
use std::fmt::Write;

use anyhow::Result;
use wit_parser::{Enum, Flags, Record, TypeDefKind, Variant};

use crate::model::{Direction, Interface, Model};
use crate::names::{camel, rust_snake};
use crate::rust::{integer_for_cases, integer_for_flags, rust_type, wire_type};

pub fn emit(model: &Model, interface: &Interface, out: &mut String) -> Result<()> {
    for (name, id) in model.types(interface) {
        let used: Vec<Direction> =
            [Direction::Param, Direction::Result].into_iter().filter(|way| model.is_used(id, *way)).collect();
        if used.is_empty() {
            continue;
        }
        let name = camel(name);
        match &model.resolve.types[id].kind {
            TypeDefKind::Record(record) => emit_record(model, &name, record, &used, out)?,
            TypeDefKind::Variant(variant) => emit_variant(model, &name, variant, &used, out)?,
            TypeDefKind::Enum(cases) => emit_enum(&name, cases, out)?,
            TypeDefKind::Flags(flags) => emit_flags(&name, flags, out)?,
            _ => {}
        }
    }
    Ok(())
}

/// `ComponentType` with `Lift` for parameters and `Lower` for results.
fn derive(direction: Direction, kind: &str) -> String {
    let way = if direction == Direction::Param { "Lift" } else { "Lower" };
    format!("#[derive(ComponentType, {way})]\n#[component({kind})]")
}

fn to_wire_head(wire: &str, name: &str, reads: bool) -> String {
    let (caller, arena) = if reads { ("caller", "arena") } else { ("_", "_") };
    format!(
        "impl ToWire<{wire}> for {name} {{\n#[inline]\nfn to_wire(&self, {caller}: &Caller<'_>, {arena}: &mut Arena) -> wasmtime::Result<{wire}> {{\n"
    )
}

fn from_wire_head(wire: &str, name: &str) -> String {
    format!("impl FromWire<{wire}> for {name} {{\n#[inline]\nfn from_wire(wire: {wire}) -> wasmtime::Result<Self> {{\n")
}

fn emit_record(model: &Model, name: &str, record: &Record, used: &[Direction], out: &mut String) -> Result<()> {
    writeln!(out, "#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name}Wire {{")?;
    for field in &record.fields {
        writeln!(out, "{}: {},", rust_snake(&field.name), wire_type(model, &field.ty)?)?;
    }
    out.push_str("}\n");
    for direction in used {
        writeln!(out, "{}\npub struct {name}{direction:?} {{", derive(*direction, "record"))?;
        for field in &record.fields {
            writeln!(
                out,
                "#[component(name = {:?})]\n{}: {},",
                field.name,
                rust_snake(&field.name),
                rust_type(model, &field.ty, *direction)?
            )?;
        }
        out.push_str("}\n");
        let conversion = |field: &str| match direction {
            Direction::Param => format!("{field}: self.{field}.to_wire(caller, arena)?,\n"),
            Direction::Result => format!("{field}: FromWire::from_wire(wire.{field})?,\n"),
        };
        let fields: String = record.fields.iter().map(|field| conversion(&rust_snake(&field.name))).collect();
        match direction {
            Direction::Param => {
                out.push_str(&to_wire_head(&format!("{name}Wire"), &format!("{name}Param"), true));
                writeln!(out, "Ok({name}Wire {{\n{fields}}})\n}}\n}}")?;
            }
            Direction::Result => {
                out.push_str(&from_wire_head(&format!("{name}Wire"), &format!("{name}Result")));
                writeln!(out, "Ok({name}Result {{\n{fields}}})\n}}\n}}")?;
            }
        }
    }
    Ok(())
}

fn emit_variant(model: &Model, name: &str, variant: &Variant, used: &[Direction], out: &mut String) -> Result<()> {
    writeln!(out, "#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name}Wire {{ tag: u32, payload: {name}Payload }}")?;
    writeln!(out, "#[repr(C)]\n#[derive(Clone, Copy)]\npub union {name}Payload {{\nnone: UnitWire,")?;
    for (index, case) in variant.cases.iter().enumerate() {
        if let Some(ty) = &case.ty {
            writeln!(out, "case{index}: {},", wire_type(model, ty)?)?;
        }
    }
    out.push_str("}\n");
    for direction in used {
        writeln!(out, "{}\npub enum {name}{direction:?} {{", derive(*direction, "variant"))?;
        for case in &variant.cases {
            write!(out, "#[component(name = {:?})]\n{}", case.name, camel(&case.name))?;
            if let Some(ty) = &case.ty {
                write!(out, "({})", rust_type(model, ty, *direction)?)?;
            }
            out.push_str(",\n");
        }
        out.push_str("}\n");
        match direction {
            Direction::Param => {
                out.push_str(&to_wire_head(&format!("{name}Wire"), &format!("{name}Param"), true));
                out.push_str("Ok(match self {\n");
                for (index, case) in variant.cases.iter().enumerate() {
                    let camel = camel(&case.name);
                    match case.ty {
                        Some(_) => writeln!(
                            out,
                            "Self::{camel}(value) => {name}Wire {{ tag: {index}, payload: {name}Payload {{ case{index}: value.to_wire(caller, arena)? }} }},"
                        )?,
                        None => writeln!(
                            out,
                            "Self::{camel} => {name}Wire {{ tag: {index}, payload: {name}Payload {{ none: UnitWire::NONE }} }},"
                        )?,
                    }
                }
                out.push_str("})\n}\n}\n");
            }
            Direction::Result => {
                out.push_str(&from_wire_head(&format!("{name}Wire"), &format!("{name}Result")));
                out.push_str("Ok(match wire.tag {\n");
                for (index, case) in variant.cases.iter().enumerate() {
                    let camel = camel(&case.name);
                    match case.ty {
                        Some(_) => writeln!(
                            out,
                            "{index} => Self::{camel}(FromWire::from_wire(unsafe {{ wire.payload.case{index} }})?),"
                        )?,
                        None => writeln!(out, "{index} => Self::{camel},")?,
                    }
                }
                writeln!(
                    out,
                    "tag => wasmtime::bail!(\"the host returned case {{tag}} of variant {name}\"),\n}})\n}}\n}}"
                )?;
            }
        }
    }
    Ok(())
}

fn emit_enum(name: &str, cases: &Enum, out: &mut String) -> Result<()> {
    let wire = integer_for_cases(cases.cases.len());
    writeln!(
        out,
        "#[derive(ComponentType, Lift, Lower, Clone, Copy)]\n#[component(enum)]\n#[repr({wire})]\npub enum {name} {{"
    )?;
    for case in &cases.cases {
        writeln!(out, "#[component(name = {:?})]\n{},", case.name, camel(&case.name))?;
    }
    out.push_str("}\n");
    writeln!(out, "{}Ok(*self as {wire})\n}}\n}}", to_wire_head(wire, name, false))?;
    writeln!(out, "{}Ok(match wire {{", from_wire_head(wire, name))?;
    for (index, case) in cases.cases.iter().enumerate() {
        writeln!(out, "{index} => Self::{},", camel(&case.name))?;
    }
    writeln!(
        out,
        "#[allow(unreachable_patterns)]\ntag => wasmtime::bail!(\"the host returned case {{tag}} of enum {name}\"),\n}})\n}}\n}}"
    )?;
    Ok(())
}

fn emit_flags(name: &str, flags: &Flags, out: &mut String) -> Result<()> {
    let wire = integer_for_flags(flags.flags.len());
    writeln!(out, "flags! {{\n{name} {{")?;
    for (index, flag) in flags.flags.iter().enumerate() {
        writeln!(out, "#[component(name = {:?})]\nconst F{index};", flag.name)?;
    }
    out.push_str("}\n}\n");
    // A guest may set bits that stand for no flag; the component model ignores them.
    let mask = u32::MAX >> (32 - flags.flags.len());
    writeln!(out, "{}Ok((self.as_array()[0] & {mask:#x}) as {wire})\n}}\n}}", to_wire_head(wire, name, false))?;
    writeln!(out, "{}let mut set = Self::empty();", from_wire_head(wire, name))?;
    for index in 0..flags.flags.len() {
        writeln!(out, "if wire & (1 << {index}) != 0 {{ set |= Self::F{index}; }}")?;
    }
    out.push_str("Ok(set)\n}\n}\n");
    Ok(())
}
