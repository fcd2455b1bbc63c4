//! Learning rates that change over a run, as in torch.optim.lr_scheduler, in their closed forms: a rate is a function of
//! the step, so a run that is taken up again needs no state of them. A step is whatever the program counts, epochs or
//! batches, from 0.
use std::f64::consts::PI;

/// The learning rate of a step.
pub trait Schedule {
    /// The rate of `step`, counted from 0.
    fn lr(&self, step: u64) -> f64;
}

/// `base_lr` times what a function of the step gives.
pub struct LambdaLR<F: Fn(u64) -> f64> {
    /// The rate that is multiplied.
    pub base_lr: f64,
    /// The factor of a step.
    pub factor: F,
}

impl<F: Fn(u64) -> f64> Schedule for LambdaLR<F> {
    fn lr(&self, step: u64) -> f64 {
        self.base_lr * (self.factor)(step)
    }
}

/// Multiplies the rate by `gamma` every `step_size` steps.
pub struct StepLR {
    /// The rate of the first steps.
    pub base_lr: f64,
    /// Steps between changes; 0 stands for 1.
    pub step_size: u64,
    /// The factor of a change; PyTorch's default is 0.1.
    pub gamma: f64,
}

impl Schedule for StepLR {
    fn lr(&self, step: u64) -> f64 {
        self.base_lr * power(self.gamma, step / self.step_size.max(1))
    }
}

/// Multiplies the rate by `gamma` at each of the milestones.
pub struct MultiStepLR {
    /// The rate of the first steps.
    pub base_lr: f64,
    /// Steps from which on another factor holds, in any order.
    pub milestones: Vec<u64>,
    /// The factor of a milestone; PyTorch's default is 0.1.
    pub gamma: f64,
}

impl Schedule for MultiStepLR {
    fn lr(&self, step: u64) -> f64 {
        let passed = self.milestones.iter().filter(|milestone| **milestone <= step).count();
        self.base_lr * power(self.gamma, passed as u64)
    }
}

/// Multiplies the rate by `gamma` at each step.
pub struct ExponentialLR {
    /// The rate of step 0.
    pub base_lr: f64,
    /// The factor of a step.
    pub gamma: f64,
}

impl Schedule for ExponentialLR {
    fn lr(&self, step: u64) -> f64 {
        self.base_lr * power(self.gamma, step)
    }
}

/// Goes in a straight line from `start_factor` to `end_factor` times the rate over `total_iters` steps, and stays there: a
/// warm-up.
pub struct LinearLR {
    /// The rate that is multiplied.
    pub base_lr: f64,
    /// The factor of step 0; PyTorch's default is 1/3.
    pub start_factor: f64,
    /// The factor from step `total_iters` on; PyTorch's default is 1.
    pub end_factor: f64,
    /// Steps of the way; PyTorch's default is 5.
    pub total_iters: u64,
}

impl Schedule for LinearLR {
    fn lr(&self, step: u64) -> f64 {
        let share = if step >= self.total_iters { 1.0 } else { step as f64 / self.total_iters as f64 };
        self.base_lr * (self.start_factor + (self.end_factor - self.start_factor) * share)
    }
}

/// Half a cosine from `base_lr` to `eta_min` over `t_max` steps, and back in as many (Loshchilov and Hutter, 2017).
pub struct CosineAnnealingLR {
    /// The rate of step 0.
    pub base_lr: f64,
    /// Steps to the lowest rate; 0 stands for 1.
    pub t_max: u64,
    /// The lowest rate; PyTorch's default is 0.
    pub eta_min: f64,
}

impl Schedule for CosineAnnealingLR {
    fn lr(&self, step: u64) -> f64 {
        self.eta_min + (self.base_lr - self.eta_min) * (1.0 + (PI * step as f64 / self.t_max.max(1) as f64).cos()) / 2.0
    }
}

/// Up from `max_lr / div_factor` to `max_lr` and down to `max_lr / div_factor / final_div_factor`, each way half a cosine
/// (Smith and Topin, 2018).
pub struct OneCycleLR {
    /// The highest rate.
    pub max_lr: f64,
    /// Steps of the whole; the last is `total_steps - 1`.
    pub total_steps: u64,
    /// The share of the steps that goes up; PyTorch's default is 0.3.
    pub pct_start: f64,
    /// PyTorch's default is 25.
    pub div_factor: f64,
    /// PyTorch's default is 10,000.
    pub final_div_factor: f64,
}

impl Schedule for OneCycleLR {
    fn lr(&self, step: u64) -> f64 {
        let first = self.max_lr / self.div_factor;
        let last = first / self.final_div_factor;
        let peak = self.pct_start * self.total_steps as f64 - 1.0;
        let end = self.total_steps as f64 - 1.0;
        let at = (step as f64).min(end);
        let (from, to, share) = if at <= peak {
            (first, self.max_lr, if peak > 0.0 { at / peak } else { 1.0 })
        } else {
            (self.max_lr, last, (at - peak) / (end - peak))
        };
        to + (from - to) / 2.0 * (1.0 + (PI * share).cos())
    }
}

/// One schedule after the other: the second begins, at its own step 0, at step `milestone`.
pub struct SequentialLR<A: Schedule, B: Schedule> {
    /// Until the milestone.
    pub first: A,
    /// From the milestone on.
    pub second: B,
    /// The step at which the second begins.
    pub milestone: u64,
}

impl<A: Schedule, B: Schedule> Schedule for SequentialLR<A, B> {
    fn lr(&self, step: u64) -> f64 {
        if step < self.milestone { self.first.lr(step) } else { self.second.lr(step - self.milestone) }
    }
}

fn power(base: f64, exponent: u64) -> f64 {
    base.powf(exponent as f64)
}
