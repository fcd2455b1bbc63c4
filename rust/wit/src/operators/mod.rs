//! Operators: functions of one interface that take and give tensors. For these the WIT says everything that the layers
//! between a guest and a backend need, so those layers are generated: the backend contract, the host's calls, the SDK's
//! methods and the list for the documentation.
//!
//! Two things stand in the documentation of a function or record, because WIT has no place for them:
//! - a line `Defaults: dim = [], keepdim = false.` gives the values that an SDK offers for trailing parameters or fields;
//! - `*content-dependent*` and `*content-dependent shape*` mark what the contents of a tensor can show through.
mod engine;
mod guest_cpp;
mod guest_rust;
mod host;
mod list;

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use wit_parser::{Function, FunctionKind, Handle, Record, Type, TypeDefKind, TypeId};

use crate::model::{Interface, Model};

/// Documentation as comments of C++.
fn comment(docs: &str, indent: &str, out: &mut String) -> Result<()> {
    for line in docs.lines() {
        writeln!(out, "{}", format!("{indent}// {line}").trim_end())?;
    }
    Ok(())
}

/// What of a tensor's contents a caller learns beyond the result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Nothing,
    Outcome,
    Shape,
}

/// What an operator gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    Nothing,
    Tensor,
    Tensors(usize),
    List,
}

/// The kinds of parameters and fields that operators have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Tensor,
    OptionTensor,
    Tensors,
    OptionTensors,
    Scalar,
    OptionScalar,
    Int,
    OptionInt,
    Ints,
    Float,
    OptionFloat,
    Bool,
    Dtype,
    Text,
    Enum(TypeId),
    Record(TypeId),
}

pub struct Parameter {
    /// As in the WIT.
    pub name: String,
    pub kind: Kind,
    /// As in the line `Defaults`.
    pub default: Option<String>,
}

pub struct Operator<'a> {
    pub function: &'a Function,
    pub parameters: Vec<Parameter>,
    pub gives: Gives,
    pub content: Content,
    /// Without the line `Defaults`.
    pub docs: String,
}

impl Operator<'_> {
    pub fn name(&self) -> &str {
        &self.function.name
    }
}

/// An enum or record that operators take.
pub struct Setting<'a> {
    pub id: TypeId,
    pub name: &'a str,
    pub docs: String,
    pub cases: Vec<(&'a str, String)>,
    pub fields: Vec<Parameter>,
}

/// The operators of an interface and their settings, in the order of the WIT.
pub struct Operators<'a> {
    pub model: &'a Model,
    pub interface: &'a Interface,
    pub settings: Vec<Setting<'a>>,
    pub operators: Vec<Operator<'a>>,
}

/// Generated files by relative path.
pub fn emit(model: &Model, interface: &str) -> Result<Vec<(String, String)>> {
    let operators = Operators::find(model, interface)?;
    let mut files = Vec::new();
    for emit in [engine::emit, host::emit, guest_cpp::emit, guest_rust::emit, list::emit] {
        files.extend(emit(&operators)?);
    }
    Ok(files)
}

impl<'a> Operators<'a> {
    /// Functions that have no `result` are none of the operators: they belong to the host alone.
    pub fn find(model: &'a Model, name: &str) -> Result<Self> {
        let interface = model
            .interfaces
            .iter()
            .find(|interface| interface.name == name)
            .with_context(|| format!("the world imports no interface {name}"))?;
        let mut all = Operators { model, interface, settings: Vec::new(), operators: Vec::new() };
        for (name, id) in model.types(interface) {
            all.add_setting(name, id).with_context(|| format!("in {name}"))?;
        }
        for function in model.functions(interface) {
            if let Some(Type::Id(result)) = function.result {
                all.add_operator(function, result).with_context(|| format!("in {}", function.name))?;
            }
        }
        Ok(all)
    }

    pub fn setting(&self, id: TypeId) -> Result<&Setting<'a>> {
        self.settings.iter().find(|setting| setting.id == id).context("a type of another interface")
    }

    fn add_setting(&mut self, name: &'a str, id: TypeId) -> Result<()> {
        let definition = &self.model.resolve.types[id];
        let (docs, defaults) = split_docs(definition.docs.contents.as_deref().unwrap_or_default())?;
        let mut setting = Setting { id, name, docs, cases: Vec::new(), fields: Vec::new() };
        match &definition.kind {
            TypeDefKind::Enum(all) => {
                for case in &all.cases {
                    setting.cases.push((&case.name, case.docs.contents.clone().unwrap_or_default()));
                }
            }
            TypeDefKind::Record(Record { fields }) => {
                for field in fields {
                    setting.fields.push(Parameter {
                        name: field.name.clone(),
                        kind: self.kind(&field.ty)?,
                        default: None,
                    });
                }
                set_defaults(&mut setting.fields, defaults)?;
            }
            _ => return Ok(()),
        }
        self.settings.push(setting);
        Ok(())
    }

    fn add_operator(&mut self, function: &'a Function, result: TypeId) -> Result<()> {
        let TypeDefKind::Result(result) = &self.model.resolve.types[result].kind else { return Ok(()) };
        if function.kind != FunctionKind::Freestanding {
            bail!("an operator is a plain function");
        }
        let gives = match result.ok {
            None => Gives::Nothing,
            Some(Type::Id(id)) => match &self.model.resolve.types[id].kind {
                TypeDefKind::Handle(Handle::Own(_)) => Gives::Tensor,
                TypeDefKind::Tuple(tuple) => Gives::Tensors(tuple.types.len()),
                TypeDefKind::List(_) => Gives::List,
                kind => bail!("an operator cannot give a {}", kind.as_str()),
            },
            Some(_) => bail!("an operator gives tensors"),
        };
        let mut parameters = Vec::new();
        for param in &function.params {
            let kind = self.kind(&param.ty).with_context(|| format!("parameter {}", param.name))?;
            parameters.push(Parameter { name: param.name.clone(), kind, default: None });
        }
        let (docs, defaults) = split_docs(function.docs.contents.as_deref().unwrap_or_default())?;
        set_defaults(&mut parameters, defaults)?;
        let content = if docs.contains("*content-dependent shape*") {
            Content::Shape
        } else if docs.contains("*content-dependent*") {
            Content::Outcome
        } else {
            Content::Nothing
        };
        self.operators.push(Operator { function, parameters, gives, content, docs });
        Ok(())
    }

    fn kind(&self, ty: &Type) -> Result<Kind> {
        let id = match ty {
            Type::Bool => return Ok(Kind::Bool),
            Type::S64 => return Ok(Kind::Int),
            Type::F64 => return Ok(Kind::Float),
            Type::String => return Ok(Kind::Text),
            Type::Id(id) => self.model.definition(*id),
            _ => bail!(
                "an operator takes s64, f64, bool, string, scalar, dtype, tensors, lists of s64, enums and records"
            ),
        };
        let definition = &self.model.resolve.types[id];
        Ok(match &definition.kind {
            TypeDefKind::Handle(Handle::Borrow(_)) => Kind::Tensor,
            TypeDefKind::Enum(_) if definition.name.as_deref() == Some("dtype") => Kind::Dtype,
            TypeDefKind::Enum(_) => Kind::Enum(id),
            TypeDefKind::Record(_) => Kind::Record(id),
            TypeDefKind::Variant(_) if definition.name.as_deref() == Some("scalar") => Kind::Scalar,
            TypeDefKind::Option(inner) => match self.kind(inner)? {
                Kind::Tensor => Kind::OptionTensor,
                Kind::Scalar => Kind::OptionScalar,
                Kind::Int => Kind::OptionInt,
                Kind::Float => Kind::OptionFloat,
                _ => bail!("an operator takes no such option"),
            },
            TypeDefKind::List(inner) => match self.kind(inner)? {
                Kind::Tensor => Kind::Tensors,
                Kind::OptionTensor => Kind::OptionTensors,
                Kind::Int => Kind::Ints,
                _ => bail!("an operator takes no such list"),
            },
            kind => bail!("an operator takes no {}", kind.as_str()),
        })
    }
}

/// Takes the line `Defaults: a = 1, b = [].` out of documentation; it may be broken over several lines. A heading
/// `---- layers ----` above it belongs to the file.
fn split_docs(docs: &str) -> Result<(String, Vec<(String, String)>)> {
    let docs = match docs.split_once('\n') {
        Some((first, rest)) if first.starts_with("----") => rest,
        _ => docs,
    };
    let Some(at) = docs.find("Defaults:") else { return Ok((docs.trim_end().to_owned(), Vec::new())) };
    let text = docs[at + "Defaults:".len()..].split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.strip_suffix('.').context("the line `Defaults` ends in a full stop and is the last")?;
    let mut defaults = Vec::new();
    for each in text.split(", ") {
        let (name, value) = each.split_once(" = ").with_context(|| format!("`{each}` is no default"))?;
        defaults.push((name.to_owned(), value.to_owned()));
    }
    Ok((docs[..at].trim_end().to_owned(), defaults))
}

fn set_defaults(parameters: &mut [Parameter], defaults: Vec<(String, String)>) -> Result<()> {
    for (name, value) in defaults {
        let parameter = parameters
            .iter_mut()
            .find(|parameter| parameter.name == name)
            .with_context(|| format!("a default for `{name}`, which is no parameter"))?;
        parameter.default = Some(value);
    }
    Ok(())
}
