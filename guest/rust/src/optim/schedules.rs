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
        let share = step as f64 / self.t_max.max(1) as f64;
        self.eta_min + (self.base_lr - self.eta_min) * (1.0 + (PI * share).cos()) / 2.0
    }
}

/// The way from one rate to another in [`OneCycleLR`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnnealStrategy {
    /// Half a cosine.
    Cos,
    /// A straight line.
    Linear,
}

/// From a fraction of `max_lr` up to it and down to far less, in `total_steps` (Smith and Topin, 2018). Beyond them it
/// stays. Momentum is not cycled: as `cycle_momentum=False`.
pub struct OneCycleLR {
    /// The highest rate.
    pub max_lr: f64,
    /// Steps of the whole; the last is `total_steps - 1`.
    pub total_steps: u64,
    /// The share of the steps that rises.
    pub pct_start: f64,
    /// The way from one rate to another.
    pub anneal_strategy: AnnealStrategy,
    /// From `max_lr` to where it begins.
    pub div_factor: f64,
    /// From there to where it ends.
    pub final_div_factor: f64,
    /// It falls as it rose before the end.
    pub three_phase: bool,
}

impl OneCycleLR {
    /// PyTorch's defaults for the rest.
    pub fn new(max_lr: f64, total_steps: u64) -> Self {
        OneCycleLR {
            max_lr,
            total_steps,
            pct_start: 0.3,
            anneal_strategy: AnnealStrategy::Cos,
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
        }
    }

    fn anneal(&self, start: f64, end: f64, share: f64) -> f64 {
        match self.anneal_strategy {
            AnnealStrategy::Linear => start + (end - start) * share,
            AnnealStrategy::Cos => end + (start - end) / 2.0 * (1.0 + (PI * share).cos()),
        }
    }
}

impl Schedule for OneCycleLR {
    fn lr(&self, step: u64) -> f64 {
        let initial = self.max_lr / self.div_factor;
        let lowest = initial / self.final_div_factor;
        let total = self.total_steps as f64;
        let top = self.pct_start * total - 1.0;
        let at = (step as f64).min(total - 1.0);
        if at <= top && top > 0.0 {
            return self.anneal(initial, self.max_lr, at / top);
        }
        if !self.three_phase {
            return self.anneal(self.max_lr, lowest, (at - top) / (total - 1.0 - top));
        }
        let back = 2.0 * self.pct_start * total - 2.0;
        if at <= back {
            return self.anneal(self.max_lr, initial, (at - top) / (back - top));
        }
        self.anneal(initial, lowest, (at - back) / (total - 1.0 - back))
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
