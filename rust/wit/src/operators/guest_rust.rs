//! The Rust SDK's operators: settings with defaults, methods of `Tensor`, functions, and all of them in a form that returns
//! the error. The files are in the repository, so that building a guest takes cargo alone.
use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::{Gives, Kind, Operator, Operators, Parameter, Setting};
use crate::names::{camel, rust_snake};

pub fn emit(operators: &Operators<'_>) -> Result<Vec<(String, String)>> {
    let (mut settings, mut methods) = (String::new(), String::new());
    let (mut functions, mut attempts) = (String::new(), String::from(ATTEMPTS));
    for setting in &operators.settings {
        emit_setting(operators, setting, &mut settings)?;
    }
    for operator in &operators.operators {
        emit_attempt(operators, operator, &mut attempts)?;
        let is_method = operator.parameters.first().is_some_and(|first| first.name == "self");
        emit_operator(operators, operator, is_method, if is_method { &mut methods } else { &mut functions })?;
    }
    let names: Vec<String> = operators.settings.iter().map(|setting| camel(setting.name)).collect();
    let code = format!(
        "{OPERATORS}
pub mod settings {{
    pub use crate::bindings::cloister::ml::ops::{{{}}};

{settings}}}

impl Tensor {{
{methods}}}

pub mod functions {{
    use super::*;

{functions}}}
",
        names.join(", ")
    );
    Ok(vec![("guest-rust/operators.rs".to_owned(), code), ("guest-rust/attempt.rs".to_owned(), attempts)])
}

const OPERATORS: &str = "//! Operators. Generated from wit/ops.wit by cloister-wit.
#![allow(clippy::doc_lazy_continuation, clippy::too_many_arguments)]
use crate::error::require;
use crate::{Dtype, Scalar, Tensor, attempt};
use settings::*;
";

const ATTEMPTS: &str = "//! Every operator as a function that returns the error, for programs that go on after one. Generated from wit/ops.wit by
//! cloister-wit.
//!
//! Errors: `DtypeMismatch` and `ShapeMismatch` for operands that PyTorch refuses too, `InvalidArgument` for numbers out of
//! range, `QuotaExceeded` when a limit of the run would be passed.
#![allow(clippy::doc_lazy_continuation, clippy::too_many_arguments)]
use crate::bindings::cloister::ml::ops;
use crate::operators::settings::*;
use crate::tensor::{lift, raw, raw_options};
use crate::{Dtype, Result, Scalar, Tensor};
";

/// The WIT's name, but for what is a method of every Rust type.
fn public_name(operator: &Operator<'_>) -> String {
    match operator.name() {
        "clone" => "deep_clone".to_owned(),
        name => match name.strip_suffix("-in-place") {
            Some(name) => rust_snake(name) + "_",
            None => rust_snake(name),
        },
    }
}

fn emit_setting(operators: &Operators<'_>, setting: &Setting<'_>, out: &mut String) -> Result<()> {
    if setting.fields.is_empty() {
        return Ok(());
    }
    let name = camel(setting.name);
    let (mut required, mut fields) = (Vec::new(), Vec::new());
    for field in &setting.fields {
        let member = rust_snake(&field.name);
        match &field.default {
            Some(value) => fields.push(format!("{member}: {}", default(operators, field, value)?)),
            None if field.kind == Kind::Ints => {
                required.push(format!("{member}: &[i64]"));
                fields.push(format!("{member}: {member}.to_vec()"));
            }
            None => bail!("field {} of {} has neither a default nor a form in Rust", field.name, setting.name),
        }
    }
    let body = format!("{name} {{ {} }}", fields.join(", "));
    if required.is_empty() {
        writeln!(
            out,
            "    impl Default for {name} {{\n        /// PyTorch's.\n        fn default() -> Self {{\n            {body}\n        }}\n    }}\n"
        )?;
    } else {
        writeln!(
            out,
            "    impl {name} {{\n        /// PyTorch's defaults for the rest.\n        pub fn new({}) -> Self {{\n            {body}\n        }}\n    }}\n",
            required.join(", ")
        )?;
    }
    Ok(())
}

fn default(operators: &Operators<'_>, field: &Parameter, value: &str) -> Result<String> {
    Ok(match field.kind {
        Kind::Ints => format!("vec!{value}"),
        Kind::Float if !value.contains(['.', 'e']) => format!("{value}.0"),
        Kind::Int | Kind::Float | Kind::Bool => value.to_owned(),
        Kind::OptionInt | Kind::OptionFloat if value == "none" => "None".to_owned(),
        Kind::Enum(id) => format!("{}::{}", camel(operators.setting(id)?.name), camel(value)),
        _ => bail!("field {} has a default without a form in Rust", field.name),
    })
}

/// `self` is `input` where it is not the receiver.
fn parameter_name(parameter: &Parameter) -> String {
    if parameter.name == "self" { "input".to_owned() } else { rust_snake(&parameter.name) }
}

fn parameters(operators: &Operators<'_>, all: &[Parameter]) -> Result<Vec<String>> {
    all.iter()
        .map(|parameter| {
            let ty = match parameter.kind {
                Kind::Tensor => "&Tensor".to_owned(),
                Kind::OptionTensor => "Option<&Tensor>".to_owned(),
                Kind::Tensors => "&[Tensor]".to_owned(),
                Kind::OptionTensors => "&[Option<&Tensor>]".to_owned(),
                Kind::Scalar => "impl Into<Scalar>".to_owned(),
                Kind::OptionScalar => "Option<Scalar>".to_owned(),
                Kind::Int => "i64".to_owned(),
                Kind::OptionInt => "Option<i64>".to_owned(),
                Kind::Ints => "&[i64]".to_owned(),
                Kind::Float => "f64".to_owned(),
                Kind::OptionFloat => "Option<f64>".to_owned(),
                Kind::Bool => "bool".to_owned(),
                Kind::Dtype => "Dtype".to_owned(),
                Kind::Text => "&str".to_owned(),
                Kind::Enum(id) => camel(operators.setting(id)?.name),
                Kind::Record(id) => format!("&{}", camel(operators.setting(id)?.name)),
            };
            Ok(format!("{}: {ty}", parameter_name(parameter)))
        })
        .collect()
}

fn result(gives: Gives) -> String {
    match gives {
        Gives::Nothing => "()".to_owned(),
        Gives::Tensor => "Tensor".to_owned(),
        Gives::Tensors(count) => format!("({})", vec!["Tensor"; count].join(", ")),
        Gives::List => "Vec<Tensor>".to_owned(),
    }
}

fn documentation(operator: &Operator<'_>, indent: &str, out: &mut String) -> Result<()> {
    for line in operator.docs.lines() {
        writeln!(out, "{indent}/// {}", line.trim_end())?;
    }
    let defaults: Vec<String> = operator
        .parameters
        .iter()
        .filter_map(|parameter| Some(format!("`{} = {}`", parameter_name(parameter), parameter.default.as_deref()?)))
        .collect();
    if !defaults.is_empty() {
        writeln!(out, "{indent}///\n{indent}/// PyTorch's defaults: {}.", defaults.join(", "))?;
    }
    Ok(())
}

fn emit_operator(operators: &Operators<'_>, operator: &Operator<'_>, is_method: bool, out: &mut String) -> Result<()> {
    documentation(operator, "    ", out)?;
    let name = public_name(operator);
    let mut types = parameters(operators, &operator.parameters)?;
    let mut arguments: Vec<String> = operator.parameters.iter().map(parameter_name).collect();
    if is_method {
        types[0] = "&self".to_owned();
        arguments[0] = "self".to_owned();
    }
    let call = format!("require(attempt::{name}({}))", arguments.join(", "));
    let (must_use, gives, body) = match (operator.gives, is_method) {
        (Gives::Nothing, true) => ("", "&Self".to_owned(), format!("{call};\n        self")),
        (gives, _) => ("    #[must_use]\n", result(gives), call),
    };
    writeln!(
        out,
        "{must_use}    #[track_caller]\n    pub fn {name}({}) -> {gives} {{\n        {body}\n    }}\n",
        types.join(", ")
    )?;
    Ok(())
}

fn emit_attempt(operators: &Operators<'_>, operator: &Operator<'_>, out: &mut String) -> Result<()> {
    out.push('\n');
    documentation(operator, "", out)?;
    let mut arguments = Vec::new();
    for parameter in &operator.parameters {
        let name = parameter_name(parameter);
        arguments.push(match parameter.kind {
            Kind::Tensor => format!("{name}.raw()"),
            Kind::OptionTensor => format!("{name}.map(Tensor::raw)"),
            Kind::Tensors => format!("&raw({name})"),
            Kind::OptionTensors => format!("&raw_options({name})"),
            Kind::Scalar => format!("{name}.into()"),
            // As the bindings pass them: by reference when they hold lists.
            Kind::Record(id) if !operators.setting(id)?.fields.iter().any(|field| field.kind == Kind::Ints) => {
                format!("*{name}")
            }
            _ => name,
        });
    }
    let types = parameters(operators, &operator.parameters)?.join(", ");
    writeln!(
        out,
        "pub fn {}({types}) -> Result<{}> {{\n    lift(ops::{}({}))\n}}",
        public_name(operator),
        result(operator.gives),
        rust_snake(operator.name()),
        arguments.join(", ")
    )?;
    Ok(())
}
