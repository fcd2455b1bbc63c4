use super::{Layer, Module, State, parameter};
use crate::{BatchNormOptions, Dtype, Tensor, batch_norm, layer_norm, ones, zeros};

/// Normalises the channels of [n, c, h, w]: by the batch's statistics while it is trained, which the running ones then
/// follow, else by the running ones.
pub struct BatchNorm2d {
    /// [c], starts at 1.
    pub weight: Tensor,
    /// [c], starts at 0.
    pub bias: Tensor,
    /// [c], starts at 0.
    pub running_mean: Tensor,
    /// [c], starts at 1.
    pub running_var: Tensor,
    /// int64 [], batches seen in training.
    pub num_batches_tracked: Tensor,
    /// Momentum, eps and whether it is trained.
    pub options: BatchNormOptions,
}

impl BatchNorm2d {
    /// In training, as PyTorch's layers start.
    #[track_caller]
    pub fn new(num_features: i64) -> Self {
        let shape = [num_features];
        BatchNorm2d {
            weight: parameter(ones(&shape, Dtype::Float32)),
            bias: parameter(zeros(&shape, Dtype::Float32)),
            running_mean: zeros(&shape, Dtype::Float32),
            running_var: ones(&shape, Dtype::Float32),
            num_batches_tracked: zeros(&[], Dtype::Int64),
            options: BatchNormOptions { training: true, ..Default::default() },
        }
    }
}

impl Layer for BatchNorm2d {
    #[track_caller]
    fn forward(&self, input: &Tensor) -> Tensor {
        if self.options.training {
            self.num_batches_tracked.add_scalar_(1, 1);
        }
        batch_norm(
            input,
            Some(&self.weight),
            Some(&self.bias),
            Some(&self.running_mean),
            Some(&self.running_var),
            &self.options,
        )
    }
}

impl Module for BatchNorm2d {
    fn visit(&self, state: &mut State) {
        state.parameter("weight", &self.weight);
        state.parameter("bias", &self.bias);
        state.buffer("running_mean", &self.running_mean);
        state.buffer("running_var", &self.running_var);
        state.buffer("num_batches_tracked", &self.num_batches_tracked);
    }
    fn train(&mut self, mode: bool) {
        self.options.training = mode;
    }
}

/// Normalises over the last dimensions (Ba, Kiros and Hinton, 2016).
pub struct LayerNorm {
    /// Of the shape that is normalised; starts at 1.
    pub weight: Tensor,
    /// Of the shape that is normalised; starts at 0.
    pub bias: Tensor,
    /// Added to the variance, 1e-5.
    pub eps: f64,
    normalized_shape: Vec<i64>,
}

impl LayerNorm {
    /// Over the last `normalized_shape.len()` dimensions, which must have these sizes.
    #[track_caller]
    pub fn new(normalized_shape: &[i64]) -> Self {
        LayerNorm {
            weight: parameter(ones(normalized_shape, Dtype::Float32)),
            bias: parameter(zeros(normalized_shape, Dtype::Float32)),
            eps: 1e-5,
            normalized_shape: normalized_shape.to_vec(),
        }
    }
}

impl Layer for LayerNorm {
    #[track_caller]
    fn forward(&self, input: &Tensor) -> Tensor {
        layer_norm(input, &self.normalized_shape, Some(&self.weight), Some(&self.bias), self.eps)
    }
}

impl Module for LayerNorm {
    fn visit(&self, state: &mut State) {
        state.parameter("weight", &self.weight);
        state.parameter("bias", &self.bias);
    }
    fn train(&mut self, _mode: bool) {}
}
