//! What has parameters and buffers.
use crate::{Error, Model, NoGradGuard, Result, Tensor};

/// Something with parameters and buffers: a layer, a struct of layers, a list of them. Structs get it from
/// [`module!`](crate::module).
pub trait Module {
    /// Names every parameter and buffer, in PyTorch's order.
    fn visit(&self, state: &mut State);

    /// Says whether the module is being trained, which changes what dropout and batch normalisation do.
    fn train(&mut self, mode: bool);

    /// `train(false)`.
    fn eval(&mut self) {
        self.train(false);
    }

    /// What an optimizer trains.
    fn parameters(&self) -> Vec<Tensor> {
        self.named_parameters().into_iter().map(|(_, tensor)| tensor).collect()
    }

    /// Parameters with their names, such as `conv.weight`.
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        State::of(self).entries.into_iter().filter(|entry| entry.is_parameter).map(Entry::named).collect()
    }

    /// Buffers with their names: running statistics.
    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        State::of(self).entries.into_iter().filter(|entry| !entry.is_parameter).map(Entry::named).collect()
    }

    /// Parameters and buffers under the names that PyTorch's `state_dict` gives them.
    fn state_dict(&self) -> Vec<(String, Tensor)> {
        State::of(self).entries.into_iter().map(Entry::named).collect()
    }

    /// Copies a granted model's tensors into this module's. Nothing is written unless all names, shapes and dtypes fit.
    /// Errors: `InvalidArgument`, naming what is missing, too much or of another shape; `QuotaExceeded`; `BadData`.
    fn load_state_dict(&self, model: &Model) -> Result<()> {
        load(self.state_dict(), model.parameters()?)
    }
}

/// A module that maps one tensor to one.
pub trait Layer: Module {
    /// The output for `input`.
    #[track_caller]
    fn forward(&self, input: &Tensor) -> Tensor;
}

/// Collects the names of a module's parameters and buffers.
#[derive(Default)]
pub struct State {
    entries: Vec<Entry>,
    prefix: String,
}

struct Entry {
    name: String,
    tensor: Tensor,
    is_parameter: bool,
}

impl Entry {
    fn named(self) -> (String, Tensor) {
        (self.name, self.tensor)
    }
}

impl State {
    fn of(module: &(impl Module + ?Sized)) -> Self {
        let mut state = State::default();
        module.visit(&mut state);
        state
    }

    /// A tensor that is trained.
    pub fn parameter(&mut self, name: &str, tensor: &Tensor) {
        self.add(name, tensor, true);
    }

    /// A tensor that belongs to the module and is not trained.
    pub fn buffer(&mut self, name: &str, tensor: &Tensor) {
        self.add(name, tensor, false);
    }

    /// A part of the module: its names follow `name` and a dot.
    pub fn module(&mut self, name: &str, module: &(impl Module + ?Sized)) {
        let length = self.prefix.len();
        self.prefix = self.full_name(name);
        module.visit(self);
        self.prefix.truncate(length);
    }

    fn add(&mut self, name: &str, tensor: &Tensor, is_parameter: bool) {
        let name = self.full_name(name);
        self.entries.push(Entry { name, tensor: tensor.clone(), is_parameter });
    }

    /// A bare tensor among a struct's fields adds no name of its own.
    fn full_name(&self, name: &str) -> String {
        match (self.prefix.is_empty(), name.is_empty()) {
            (true, _) => name.to_owned(),
            (_, true) => self.prefix.clone(),
            _ => format!("{}.{name}", self.prefix),
        }
    }
}

fn load(own: Vec<(String, Tensor)>, given: Vec<(String, Tensor)>) -> Result<()> {
    let source = |name: &str| given.iter().find(|(other, _)| other == name).map(|(_, tensor)| tensor);
    let missing: Vec<&str> = own.iter().map(|(name, _)| name.as_str()).filter(|name| source(name).is_none()).collect();
    let extra: Vec<&str> = given
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !own.iter().any(|(other, _)| other == name))
        .collect();
    if !missing.is_empty() || !extra.is_empty() {
        let lacks = (!missing.is_empty()).then(|| format!("lacks {}", listed(&missing)));
        let has = (!extra.is_empty()).then(|| format!("has {}, which this workload's has not", listed(&extra)));
        let both: Vec<String> = lacks.into_iter().chain(has).collect();
        return Err(Error::new(format!("the model {}; grant weights of this architecture", both.join(" and "))));
    }
    for (name, tensor) in &own {
        let Some(source) = source(name) else { continue };
        if !source.is_same_size(tensor) || source.dtype() != tensor.dtype() {
            return Err(Error::new(format!(
                "the model's '{name}' is {} {:?}, but this workload's is {} {:?}; grant weights of this architecture",
                source.dtype().name(),
                source.shape(),
                tensor.dtype().name(),
                tensor.shape()
            )));
        }
    }
    let _no_grad = NoGradGuard::new();
    for (name, tensor) in &own {
        if let Some(source) = source(name) {
            crate::attempt::copy_(tensor, source)?;
        }
    }
    Ok(())
}

/// The first few names; a sentence is not a file.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("'{name}'")).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more == 0 { quoted.join(", ") } else { format!("{} and {more} more", quoted.join(", ")) }
}

/// `module!(Net { conv, fc });` implements [`Module`](crate::nn::Module) for a struct by the fields that are modules
/// themselves: layers, structs of layers, `Vec`, `Option` and `Box` of them, and bare tensors as parameters.
#[macro_export]
macro_rules! module {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::nn::Module for $name {
            fn visit(&self, state: &mut $crate::nn::State) {
                $(state.module(stringify!($field), &self.$field);)*
            }
            fn train(&mut self, mode: bool) {
                $($crate::nn::Module::train(&mut self.$field, mode);)*
            }
        }
    };
}

/// A parameter by itself.
impl Module for Tensor {
    fn visit(&self, state: &mut State) {
        state.parameter("", self);
    }
    fn train(&mut self, _mode: bool) {}
}

/// As PyTorch's `ModuleList`: names are numbers from 0.
impl<M: Module> Module for Vec<M> {
    fn visit(&self, state: &mut State) {
        for (index, module) in self.iter().enumerate() {
            state.module(&index.to_string(), module);
        }
    }
    fn train(&mut self, mode: bool) {
        for module in self {
            module.train(mode);
        }
    }
}

impl<M: Module> Module for Option<M> {
    fn visit(&self, state: &mut State) {
        if let Some(module) = self {
            module.visit(state);
        }
    }
    fn train(&mut self, mode: bool) {
        if let Some(module) = self {
            module.train(mode);
        }
    }
}

impl<M: Module + ?Sized> Module for Box<M> {
    fn visit(&self, state: &mut State) {
        (**self).visit(state);
    }
    fn train(&mut self, mode: bool) {
        (**self).train(mode);
    }
}

impl<L: Layer + ?Sized> Layer for Box<L> {
    fn forward(&self, input: &Tensor) -> Tensor {
        (**self).forward(input)
    }
}
