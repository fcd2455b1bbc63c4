//! Layers with parameters, initialised as PyTorch initialises them, whose parameters and buffers have PyTorch's names.
//!
//! A network is a struct of layers. [`module!`](crate::module) gives it what PyTorch's `nn.Module` gives: parameters for
//! an optimizer, a state dict whose names are the fields', training and evaluation mode.
//!
//! ```ignore
//! struct Net {
//!     conv: nn::Conv2d,
//!     fc: nn::Linear,
//! }
//! module!(Net { conv, fc });
//!
//! impl Layer for Net {
//!     fn forward(&self, images: &Tensor) -> Tensor {
//!         self.fc.forward(&self.conv.forward(images).relu().flatten(1, -1))
//!     }
//! }
//!
//! let mut net = Net { conv: nn::Conv2d::new(1, 8, [5, 5], Default::default()), fc: nn::Linear::new(8 * 24 * 24, 10) };
//! net.load_state_dict(&Model::open("start")?)?;  // conv.weight, conv.bias, fc.weight, fc.bias
//! net.eval();
//! output::save_tensors("weights", &net.state_dict())?;
//! ```
mod attention;
mod convolution;
mod dropout;
mod embedding;
mod linear;
mod lstm;
mod module;
mod normalisation;
mod sequential;

use crate::{Dtype, Tensor, empty};

pub use attention::{Attended, MultiheadAttention};
pub use convolution::Conv2d;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use linear::Linear;
pub use lstm::{LSTM, LSTMOptions, LSTMOutput};
pub use module::{Layer, Module, State};
pub use normalisation::{BatchNorm2d, LayerNorm};
pub use sequential::{Function, Sequential};

/// A parameter drawn uniformly from [-bound, bound), with the numbers that torch::nn draws from the same generator.
#[track_caller]
fn uniform_parameter(shape: &[i64], bound: f64) -> Tensor {
    let tensor = empty(shape, Dtype::Float32);
    tensor.uniform_(-bound, bound);
    parameter(tensor)
}

/// How weights of `fan_in` inputs start in torch::nn: He's uniform (He et al., 2015) for a leaky ReLU of slope sqrt(5),
/// which is 1 / sqrt(fan_in), computed with libtorch's steps to round as it does.
fn kaiming_bound(fan_in: f64) -> f64 {
    let slope = 5.0_f64.sqrt();
    let gain = (2.0 / (1.0 + slope * slope)).sqrt();
    3.0_f64.sqrt() * (gain / fan_in.sqrt())
}

/// A leaf that requires gradients.
#[track_caller]
fn parameter(tensor: Tensor) -> Tensor {
    tensor.requires_grad_(true);
    tensor
}
