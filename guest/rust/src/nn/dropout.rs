use super::{Layer, Module, State};
use crate::{Tensor, dropout};

/// While it is trained, zeroes elements with probability `p` and scales the rest.
pub struct Dropout {
    /// The probability.
    pub p: f64,
    /// Whether anything is zeroed.
    pub training: bool,
}

impl Dropout {
    /// In training, as PyTorch's layers start.
    pub fn new(p: f64) -> Self {
        Dropout { p, training: true }
    }
}

impl Layer for Dropout {
    #[track_caller]
    fn forward(&self, input: &Tensor) -> Tensor {
        if self.training { dropout(input, self.p, true) } else { input.clone() }
    }
}

impl Module for Dropout {
    fn visit(&self, _state: &mut State) {}
    fn train(&mut self, mode: bool) {
        self.training = mode;
    }
}
