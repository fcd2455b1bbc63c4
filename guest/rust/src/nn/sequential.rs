use super::{Layer, Module, State};
use crate::Tensor;

/// Layers one after the other; their names are numbers from 0, as in PyTorch.
///
/// ```ignore
/// let net = Sequential::new().then(Linear::new(784, 100)).then(Function(Tensor::relu)).then(Linear::new(100, 10));
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Vec<Box<dyn Layer>>,
}

impl Sequential {
    /// No layers: the identity.
    pub fn new() -> Self {
        Self::default()
    }

    /// One layer more.
    #[must_use]
    pub fn then(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }
}

impl Layer for Sequential {
    #[track_caller]
    fn forward(&self, input: &Tensor) -> Tensor {
        self.layers.iter().fold(input.clone(), |input, layer| layer.forward(&input))
    }
}

impl Module for Sequential {
    fn visit(&self, state: &mut State) {
        self.layers.visit(state);
    }
    fn train(&mut self, mode: bool) {
        self.layers.train(mode);
    }
}

/// A function among layers, without parameters: `Function(Tensor::relu)`, `Function(|x| x.flatten(1, -1))`. It takes up a
/// number in a [`Sequential`], as `nn.ReLU()` and `nn.Flatten()` do.
pub struct Function<F: Fn(&Tensor) -> Tensor>(
    /// What it does.
    pub F,
);

impl<F: Fn(&Tensor) -> Tensor> Layer for Function<F> {
    fn forward(&self, input: &Tensor) -> Tensor {
        (self.0)(input)
    }
}

impl<F: Fn(&Tensor) -> Tensor> Module for Function<F> {
    fn visit(&self, _state: &mut State) {}
    fn train(&mut self, _mode: bool) {}
}
