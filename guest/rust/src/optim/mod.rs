//! Gradient descent with torch.optim's arithmetic; one call steps all parameters.
//!
//! ```ignore
//! let optimizer = optim::adam(&net.parameters(), optim::AdamOptions { lr: 1e-3, ..Default::default() });
//! let schedule = optim::CosineAnnealingLR { base_lr: 1e-3, t_max: steps, eta_min: 0.0 };
//! for step in 0..steps {
//!     optimizer.set_lr(schedule.lr(step));
//!     optimizer.zero_grad();
//!     loss(&net).backward();
//!     optimizer.clip_grad_norm(1.0, 2.0);
//!     optimizer.step();
//! }
//! ```
//! Gradients accumulate until `zero_grad`, so several `backward` before one `step` make one large batch of small ones.
mod schedules;

use crate::Tensor;
use crate::bindings::cloister::ml::optimizers;
use crate::error::require;
use crate::tensor::raw;

pub use optimizers::{AdamOptions, AdamwOptions, RmspropOptions, SgdOptions};
pub use schedules::{
    AnnealStrategy, CosineAnnealingLR, ExponentialLR, LambdaLR, LinearLR, MultiStepLR, OneCycleLR, Schedule,
    SequentialLR, StepLR,
};

/// An optimizer and its state. It keeps its parameters alive on the host.
pub struct Optimizer(optimizers::Optimizer);

/// Stochastic gradient descent, as torch.optim.SGD. Parameters must be leaves that require gradients.
#[track_caller]
pub fn sgd(parameters: &[Tensor], options: SgdOptions) -> Optimizer {
    Optimizer(require(optimizers::Optimizer::sgd(&raw(parameters), options)))
}

/// Adam (Kingma and Ba, 2015), as torch.optim.Adam.
#[track_caller]
pub fn adam(parameters: &[Tensor], options: AdamOptions) -> Optimizer {
    Optimizer(require(optimizers::Optimizer::adam(&raw(parameters), options)))
}

/// AdamW (Loshchilov and Hutter, 2019), as torch.optim.AdamW: weight decay shrinks the parameters themselves.
#[track_caller]
pub fn adamw(parameters: &[Tensor], options: AdamwOptions) -> Optimizer {
    Optimizer(require(optimizers::Optimizer::adamw(&raw(parameters), options)))
}

/// RMSprop (Hinton, 2012; Graves, 2013), as torch.optim.RMSprop.
#[track_caller]
pub fn rmsprop(parameters: &[Tensor], options: RmspropOptions) -> Optimizer {
    Optimizer(require(optimizers::Optimizer::rmsprop(&raw(parameters), options)))
}

impl Optimizer {
    /// Updates every parameter that has a gradient.
    #[track_caller]
    pub fn step(&self) {
        require(self.0.step());
    }

    /// Forgets the gradients of all parameters.
    #[track_caller]
    pub fn zero_grad(&self) {
        require(self.0.zero_grad());
    }

    /// Sets the learning rate of the steps that follow.
    #[track_caller]
    pub fn set_lr(&self, lr: f64) {
        require(self.0.set_lr(lr));
    }

    /// The learning rate of the next step.
    pub fn lr(&self) -> f64 {
        self.0.lr()
    }

    /// Scales the gradients of all parameters together so that their norm, over all of them as one vector, is at most
    /// `max_norm`; the norm from before. `norm_type` is the order: 2, or infinity for the largest absolute value.
    #[track_caller]
    pub fn clip_grad_norm(&self, max_norm: f64, norm_type: f64) -> Tensor {
        Tensor::new(require(self.0.clip_grad_norm(max_norm, norm_type)))
    }

    /// Limits each element of the gradients to [-clip_value, clip_value].
    #[track_caller]
    pub fn clip_grad_value(&self, clip_value: f64) {
        require(self.0.clip_grad_value(clip_value));
    }

    /// The handle that [`bindings`](crate::bindings) take.
    pub fn raw(&self) -> &optimizers::Optimizer {
        &self.0
    }
}

impl Default for SgdOptions {
    /// torch.optim.SGD's.
    fn default() -> Self {
        SgdOptions { lr: 1e-3, momentum: 0.0, dampening: 0.0, weight_decay: 0.0, nesterov: false }
    }
}

impl Default for AdamOptions {
    /// torch.optim.Adam's.
    fn default() -> Self {
        AdamOptions { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0 }
    }
}

impl Default for AdamwOptions {
    /// torch.optim.AdamW's.
    fn default() -> Self {
        AdamwOptions { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 1e-2 }
    }
}

impl Default for RmspropOptions {
    /// torch.optim.RMSprop's.
    fn default() -> Self {
        RmspropOptions { lr: 1e-2, alpha: 0.99, eps: 1e-8, weight_decay: 0.0, momentum: 0.0, centered: false }
    }
}
