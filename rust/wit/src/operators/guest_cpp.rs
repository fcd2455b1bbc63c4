//! The C++ SDK's operators: settings, methods of `Tensor` and functions, with PyTorch's names and the defaults of the WIT.
use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

use super::{Gives, Kind, Operator, Operators, Parameter, Setting, comment};
use crate::names::{camel, cpp_snake, snake};

pub fn emit(operators: &Operators<'_>) -> Result<Vec<(String, String)>> {
    let mut settings = String::from(SETTINGS);
    for setting in &operators.settings {
        settings.push('\n');
        emit_setting(operators, setting, &mut settings)?;
    }
    settings.push_str("\n}  // namespace cloister\n");
    let (mut methods, mut functions) = (String::from(METHODS), String::from(FUNCTIONS));
    for operator in &operators.operators {
        if operator.parameters.first().is_some_and(|first| first.name == "self") {
            emit_method(operators, operator, &mut methods)?;
        }
        if operator.gives != Gives::Nothing {
            emit_function(operators, operator, &mut functions)?;
        }
    }
    functions.push_str("\n}  // namespace cloister\n");
    Ok(vec![
        ("guest/cloister/operator_settings.h".to_owned(), settings),
        ("guest/cloister/operator_methods.inc".to_owned(), methods),
        ("guest/cloister/operator_functions.h".to_owned(), functions),
    ])
}

const SETTINGS: &str = r#"// Settings of operators, with PyTorch's defaults. Generated from wit/ops.wit by cloister-wit.
#pragma once

#include <cstdint>
#include <optional>

#include "cloister/detail/call.h"
#include "cloister/scalar.h"

namespace cloister {
"#;
const METHODS: &str = "// For the body of class Tensor. Generated from wit/ops.wit by cloister-wit.\n";
const FUNCTIONS: &str = r#"// Operators as functions. Generated from wit/ops.wit by cloister-wit.
#pragma once

#include "cloister/tensor.h"

namespace cloister {
"#;

/// What PyTorch calls it, without the endings that tell the forms of one operator apart.
fn public_name(name: &str) -> String {
    let (name, in_place) = name.strip_suffix("-in-place").map_or((name, ""), |rest| (rest, "_"));
    let name = match name {
        "to-dtype" => "to",
        "contiguous-channels-last" => "channels_last",
        "constant-pad-nd" => "pad",
        "scalar-pow" => "pow",
        "squeeze-dims" => "squeeze",
        "max-dim" => "max",
        "min-dim" => "min",
        "median-dim" => "median",
        _ => name.strip_suffix("-scalar").unwrap_or(name),
    };
    cpp_snake(name.strip_suffix("-scalar-mode").or(name.strip_suffix("-mode")).unwrap_or(name)) + in_place
}

fn emit_setting(operators: &Operators<'_>, setting: &Setting<'_>, out: &mut String) -> Result<()> {
    comment(&setting.docs, "", out)?;
    let name = camel(setting.name);
    if setting.fields.is_empty() {
        let cases: Vec<String> = setting.cases.iter().map(|(case, _)| cpp_snake(case)).collect();
        writeln!(out, "enum class {name} : std::uint8_t {{ {} }};", cases.join(", "))?;
        return Ok(());
    }
    writeln!(out, "struct {name} {{")?;
    let mut raw = Vec::new();
    for field in &setting.fields {
        let member = cpp_snake(&field.name);
        let (ty, value) = match field.kind {
            Kind::Ints => ("Sizes".to_owned(), format!("detail::list_of({member})")),
            Kind::Int => ("std::int64_t".to_owned(), member.clone()),
            Kind::Float => ("double".to_owned(), member.clone()),
            Kind::Bool => ("bool".to_owned(), member.clone()),
            Kind::OptionInt => {
                ("std::optional<std::int64_t>".to_owned(), format!("{{{member}.has_value(), {member}.value_or(0)}}"))
            }
            Kind::OptionFloat => {
                ("std::optional<double>".to_owned(), format!("{{{member}.has_value(), {member}.value_or(0)}}"))
            }
            Kind::Enum(id) => (camel(operators.setting(id)?.name), format!("static_cast<std::uint8_t>({member})")),
            _ => bail!("field {} of {} has no form in C++", field.name, setting.name),
        };
        let default = match &field.default {
            Some(_) => format!(" = {}", default(operators, field)?.context("a default")?),
            None => "{}".to_owned(),
        };
        writeln!(out, "  {ty} {member}{default};")?;
        raw.push(value);
    }
    let symbol = format!("cloister_ml_{}_{}_t", operators.interface.name, snake(setting.name));
    writeln!(out, "\n  // As the bindings take it; good as long as this object.")?;
    writeln!(out, "  [[nodiscard]] {symbol} raw() const {{ return {{{}}}; }}\n}};", raw.join(", "))?;
    Ok(())
}

fn emit_method(operators: &Operators<'_>, operator: &Operator<'_>, out: &mut String) -> Result<()> {
    comment(&operator.docs, "", out)?;
    let rest = &operator.parameters[1..];
    let name = public_name(operator.name());
    if operator.gives == Gives::Nothing {
        writeln!(out, "Tensor& {name}({}) {{", parameters(operators, rest)?)?;
        writeln!(out, "  {};\n  return *this;\n}}", call(operators, operator, "*this")?)?;
    } else {
        writeln!(out, "[[nodiscard]] {} {name}({}) const {{", result(operator.gives), parameters(operators, rest)?)?;
        writeln!(out, "  return {};\n}}", call(operators, operator, "*this")?)?;
    }
    Ok(())
}

fn emit_function(operators: &Operators<'_>, operator: &Operator<'_>, out: &mut String) -> Result<()> {
    comment(&operator.docs, "", out)?;
    writeln!(
        out,
        "inline {} {}({}) {{",
        result(operator.gives),
        public_name(operator.name()),
        parameters(operators, &operator.parameters)?
    )?;
    writeln!(out, "  return {};\n}}", call(operators, operator, "self")?)?;
    Ok(())
}

fn result(gives: Gives) -> String {
    match gives {
        Gives::Nothing => "void".to_owned(),
        Gives::Tensor => "Tensor".to_owned(),
        Gives::Tensors(count) => format!("std::tuple<{}>", vec!["Tensor"; count].join(", ")),
        Gives::List => "std::vector<Tensor>".to_owned(),
    }
}

fn parameters(operators: &Operators<'_>, all: &[Parameter]) -> Result<String> {
    let mut parts = Vec::new();
    for parameter in all {
        let ty = match parameter.kind {
            Kind::Tensor | Kind::OptionTensor => "const Tensor&".to_owned(),
            Kind::Tensors | Kind::OptionTensors => "std::span<const Tensor>".to_owned(),
            Kind::Scalar => "Scalar".to_owned(),
            Kind::OptionScalar => "std::optional<Scalar>".to_owned(),
            Kind::Int => "std::int64_t".to_owned(),
            Kind::OptionInt => "std::optional<std::int64_t>".to_owned(),
            Kind::Ints => "IntArrayRef".to_owned(),
            Kind::Float => "double".to_owned(),
            Kind::OptionFloat => "std::optional<double>".to_owned(),
            Kind::Bool => "bool".to_owned(),
            Kind::Dtype => "Dtype".to_owned(),
            Kind::Text => "std::string_view".to_owned(),
            Kind::Enum(id) => camel(operators.setting(id)?.name),
            Kind::Record(id) => format!("const {}&", camel(operators.setting(id)?.name)),
        };
        let default = default(operators, parameter)?.map(|value| format!(" = {value}")).unwrap_or_default();
        parts.push(format!("{ty} {}{default}", cpp_snake(&parameter.name)));
    }
    Ok(parts.join(", "))
}

/// The default in C++. Settings whose fields all have one may be left out as a whole.
fn default(operators: &Operators<'_>, parameter: &Parameter) -> Result<Option<String>> {
    if let Kind::Record(id) = parameter.kind {
        let whole = operators.setting(id)?.fields.iter().all(|field| field.default.is_some());
        return Ok(whole.then(|| "{}".to_owned()));
    }
    let Some(value) = parameter.default.as_deref() else { return Ok(None) };
    Ok(Some(match parameter.kind {
        Kind::OptionTensor | Kind::OptionScalar | Kind::OptionInt | Kind::OptionFloat if value == "none" => {
            "{}".to_owned()
        }
        Kind::Ints => value.replace('[', "{").replace(']', "}"),
        Kind::Enum(id) => format!("{}::{}", camel(operators.setting(id)?.name), cpp_snake(value)),
        Kind::Dtype => format!("Dtype::{}", cpp_snake(value)),
        _ => value.to_owned(),
    }))
}

fn call(operators: &Operators<'_>, operator: &Operator<'_>, own: &str) -> Result<String> {
    let mut arguments = Vec::new();
    for parameter in &operator.parameters {
        let name = cpp_snake(&parameter.name);
        let name = if name == "self" { own.to_owned() } else { name };
        arguments.push(match parameter.kind {
            Kind::OptionTensor => format!("detail::Optional{{{name}}}"),
            Kind::OptionTensors => format!("detail::OptionalTensors{{{name}}}"),
            Kind::Record(_) => format!("detail::Lowered{{{name}.raw()}}"),
            _ => name,
        });
    }
    let symbol = format!("cloister_ml_{}_{}", operators.interface.name, snake(operator.name()));
    Ok(format!("require<{symbol}>({})", arguments.join(", ")))
}
