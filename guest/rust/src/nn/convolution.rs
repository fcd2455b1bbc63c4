use super::{Layer, Module, State, kaiming_bound, uniform_parameter};
use crate::{Conv2dOptions, Tensor, conv2d};

/// Filters images [n, in, h, w]. `weight` [out, in / groups, kh, kw] and `bias` [out] start uniform on
/// +-1/sqrt(in / groups * kh * kw).
pub struct Conv2d {
    /// [out, in / groups, kh, kw].
    pub weight: Tensor,
    /// [out].
    pub bias: Option<Tensor>,
    /// Stride, padding, dilation and groups.
    pub options: Conv2dOptions,
}

impl Conv2d {
    /// A layer with a bias; `kernel` is height and width.
    #[track_caller]
    pub fn new(in_channels: i64, out_channels: i64, kernel: [i64; 2], options: Conv2dOptions) -> Self {
        Self::make(in_channels, out_channels, kernel, options, true)
    }

    /// A layer without one, for batch normalisation to follow.
    #[track_caller]
    pub fn without_bias(in_channels: i64, out_channels: i64, kernel: [i64; 2], options: Conv2dOptions) -> Self {
        Self::make(in_channels, out_channels, kernel, options, false)
    }

    #[track_caller]
    fn make(in_channels: i64, out_channels: i64, kernel: [i64; 2], options: Conv2dOptions, with_bias: bool) -> Self {
        let [height, width] = kernel;
        // No groups are the host's to refuse.
        let inputs = in_channels.checked_div(options.groups).unwrap_or(in_channels);
        let fan_in = (inputs * height * width) as f64;
        let weight = uniform_parameter(&[out_channels, inputs, height, width], kaiming_bound(fan_in));
        Conv2d { weight, bias: with_bias.then(|| uniform_parameter(&[out_channels], 1.0 / fan_in.sqrt())), options }
    }
}

impl Layer for Conv2d {
    #[track_caller]
    fn forward(&self, input: &Tensor) -> Tensor {
        conv2d(input, &self.weight, self.bias.as_ref(), &self.options)
    }
}

impl Module for Conv2d {
    fn visit(&self, state: &mut State) {
        state.parameter("weight", &self.weight);
        state.module("bias", &self.bias);
    }
    fn train(&mut self, _mode: bool) {}
}
