use super::{Layer, Module, State, kaiming_bound, uniform_parameter};
use crate::{Tensor, linear};

/// y = x * weight^T + bias. `weight` [out, in] and `bias` [out] start uniform on +-1/sqrt(in), as
/// torch::nn::Linear's.
pub struct Linear {
    /// [out, in].
    pub weight: Tensor,
    /// [out].
    pub bias: Option<Tensor>,
}

impl Linear {
    /// A layer with a bias.
    #[track_caller]
    pub fn new(in_features: i64, out_features: i64) -> Self {
        Self::make(in_features, out_features, true)
    }

    /// A layer without one.
    #[track_caller]
    pub fn without_bias(in_features: i64, out_features: i64) -> Self {
        Self::make(in_features, out_features, false)
    }

    #[track_caller]
    fn make(in_features: i64, out_features: i64, with_bias: bool) -> Self {
        let inputs = in_features as f64;
        let weight = uniform_parameter(&[out_features, in_features], kaiming_bound(inputs));
        Linear { weight, bias: with_bias.then(|| uniform_parameter(&[out_features], 1.0 / inputs.sqrt())) }
    }
}

impl Layer for Linear {
    #[track_caller]
    fn forward(&self, input: &Tensor) -> Tensor {
        linear(input, &self.weight, self.bias.as_ref())
    }
}

impl Module for Linear {
    fn visit(&self, state: &mut State) {
        state.parameter("weight", &self.weight);
        state.module("bias", &self.bias);
    }
    fn train(&mut self, _mode: bool) {}
}
