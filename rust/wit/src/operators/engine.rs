//! The backend contract in C++: settings, one pure virtual function an operator, and two lists of overrides.
use std::fmt::Write as _;

use anyhow::Result;

use super::{Gives, Kind, Operator, Operators, Parameter, comment};
use crate::names::{camel, cpp_snake};

pub fn emit(operators: &Operators<'_>) -> Result<Vec<(String, String)>> {
    let mut contract = String::from(HEAD);
    for setting in &operators.settings {
        contract.push('\n');
        comment(&setting.docs, "", &mut contract)?;
        if setting.fields.is_empty() {
            let cases: Vec<String> = setting.cases.iter().map(|(name, _)| cpp_snake(name)).collect();
            writeln!(contract, "enum class {} : std::uint8_t {{ {} }};", camel(setting.name), cases.join(", "))?;
        } else {
            writeln!(contract, "struct {} {{", camel(setting.name))?;
            for field in &setting.fields {
                let ty = field_type(operators, field)?;
                writeln!(contract, "  {ty} {}{};", cpp_snake(&field.name), initial(operators, field)?)?;
            }
            contract.push_str("};\n");
        }
    }
    contract.push_str("\nclass Operators {\n public:\n  virtual ~Operators() = default;\n");
    let (mut overrides, mut lacks) = (String::from(OVERRIDES), String::from(LACKS));
    for operator in &operators.operators {
        contract.push('\n');
        comment(&operator.docs, "  ", &mut contract)?;
        writeln!(contract, "  virtual {} = 0;", signature(operators, operator, true)?)?;
        writeln!(overrides, "{} override;", signature(operators, operator, true)?)?;
        let name = cpp_snake(operator.name());
        writeln!(lacks, "{} override {{ return lacks(\"{name}\"); }}", signature(operators, operator, false)?)?;
    }
    contract.push_str("};\n\n}  // namespace cloister::engine\n");
    Ok(vec![
        ("engine/cloister/engine/operators.h".to_owned(), contract),
        ("engine/operator_overrides.inc".to_owned(), overrides),
        ("engine/operator_lacks.inc".to_owned(), lacks),
    ])
}

const HEAD: &str = r#"// The operators of a backend. Generated from wit/ops.wit by cloister-wit; the conventions are in tensor_backend.h.
// A null pointer is an absent optional tensor.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/result.h"
#include "cloister/engine/tensor.h"

namespace cloister::engine {
"#;
const OVERRIDES: &str =
    "// Declarations for the body of a class that has all operators. Generated from wit/ops.wit by cloister-wit.\n";
const LACKS: &str = "// For the body of a class whose lacks(name) answers for operators that it does not have. Generated from wit/ops.wit by
// cloister-wit.\n";

fn signature(operators: &Operators<'_>, operator: &Operator<'_>, named: bool) -> Result<String> {
    let mut parameters = Vec::new();
    for parameter in &operator.parameters {
        let ty = parameter_type(operators, parameter.kind)?;
        parameters.push(if named { format!("{ty} {}", cpp_snake(&parameter.name)) } else { ty });
    }
    Ok(format!("{} {}({})", result(operator.gives), cpp_snake(operator.name()), parameters.join(", ")))
}

fn result(gives: Gives) -> String {
    match gives {
        Gives::Nothing => "Result<void>".to_owned(),
        Gives::Tensor => "Result<Tensor>".to_owned(),
        Gives::Tensors(count) => format!("Result<std::array<Tensor, {count}>>"),
        Gives::List => "Result<std::vector<Tensor>>".to_owned(),
    }
}

fn parameter_type(operators: &Operators<'_>, kind: Kind) -> Result<String> {
    Ok(match kind {
        Kind::Tensor => "const Tensor&".to_owned(),
        Kind::OptionTensor => "const Tensor*".to_owned(),
        Kind::Tensors => "std::span<const Tensor>".to_owned(),
        Kind::OptionTensors => "std::span<const Tensor* const>".to_owned(),
        Kind::Scalar => "const Scalar&".to_owned(),
        Kind::OptionScalar => "const std::optional<Scalar>&".to_owned(),
        Kind::Text => "std::string_view".to_owned(),
        Kind::Record(id) => format!("const {}&", camel(operators.setting(id)?.name)),
        other => value_type(operators, other)?,
    })
}

fn field_type(operators: &Operators<'_>, field: &Parameter) -> Result<String> {
    value_type(operators, field.kind)
}

fn value_type(operators: &Operators<'_>, kind: Kind) -> Result<String> {
    Ok(match kind {
        Kind::Int => "std::int64_t".to_owned(),
        Kind::OptionInt => "std::optional<std::int64_t>".to_owned(),
        Kind::Ints => "Shape".to_owned(),
        Kind::Float => "double".to_owned(),
        Kind::OptionFloat => "std::optional<double>".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Dtype => "Dtype".to_owned(),
        Kind::Scalar => "Scalar".to_owned(),
        Kind::OptionScalar => "std::optional<Scalar>".to_owned(),
        Kind::Enum(id) => camel(operators.setting(id)?.name),
        _ => anyhow::bail!("a record of operators holds numbers, enums and lists of numbers"),
    })
}

/// C++ knows numbers and enums; lists have no owner here and start empty.
fn initial(operators: &Operators<'_>, field: &Parameter) -> Result<String> {
    Ok(match (field.kind, field.default.as_deref()) {
        (Kind::Int | Kind::Float | Kind::Bool, Some(value)) => format!(" = {value}"),
        (Kind::Int | Kind::Float, None) => " = 0".to_owned(),
        (Kind::Bool, None) => " = false".to_owned(),
        (Kind::Enum(id), Some(value)) => format!(" = {}::{}", camel(operators.setting(id)?.name), cpp_snake(value)),
        _ => "{}".to_owned(),
    })
}
