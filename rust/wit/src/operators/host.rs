//! The host's half of a call: each operator is one line for the body of the class that implements the interface, and each
//! setting one overload that turns the WIT's into the engine's.
use std::fmt::Write as _;

use anyhow::Result;

use super::{Content, Operators};
use crate::cpp;
use crate::names::{camel, cpp_snake};

pub fn emit(operators: &Operators<'_>) -> Result<Vec<(String, String)>> {
    let namespace = operators.interface.namespace();
    let mut arguments = String::from(ARGUMENTS);
    for setting in &operators.settings {
        let name = camel(setting.name);
        if setting.fields.is_empty() {
            writeln!(
                arguments,
                "inline engine::{name} argument(Session& /*session*/, ArgumentCheck& /*check*/, ::{namespace}::{name} value) {{"
            )?;
            writeln!(arguments, "  return static_cast<engine::{name}>(value);\n}}\n")?;
            continue;
        }
        let taken = cpp::type_name(operators.model, None, setting.id, crate::model::Direction::Param)?;
        writeln!(
            arguments,
            "inline engine::{name} argument([[maybe_unused]] Session& session, [[maybe_unused]] ArgumentCheck& check, const {taken}& options) {{"
        )?;
        let fields: Vec<String> = setting
            .fields
            .iter()
            .map(|field| format!("argument(session, check, options.{})", cpp_snake(&field.name)))
            .collect();
        writeln!(arguments, "  return {{{}}};\n}}\n", fields.join(", "))?;
    }
    let mut calls = String::from(CALLS);
    for operator in &operators.operators {
        let method = cpp_snake(operator.name());
        let call = match operator.content {
            Content::Nothing => "call",
            Content::Outcome => "call_content_dependent",
            Content::Shape => "call_content_dependent_shape",
        };
        let mut names = vec!["session_".to_owned()];
        names.extend(operator.parameters.iter().map(|parameter| cpp_snake(&parameter.name)));
        writeln!(
            calls,
            "{} override {{\n  return {call}<\"{}.{}\", &engine::TensorBackend::{method}>({});\n}}",
            cpp::signature(operators.model, None, operator.function)?,
            operators.interface.name,
            operator.name(),
            names.join(", ")
        )?;
    }
    Ok(vec![("host/operator_settings.inc".to_owned(), arguments), ("host/operator_calls.inc".to_owned(), calls)])
}

const ARGUMENTS: &str = "// For operator_call.h: settings of operators as the engine takes them. The order of cases and fields is that of the WIT on
// both sides. Generated from wit/ops.wit by cloister-wit.\n\n";
const CALLS: &str =
    "// For the body of the class that implements the interface. Generated from wit/ops.wit by cloister-wit.\n";
