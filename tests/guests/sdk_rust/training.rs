//! Gradients, optimizers and learning rates.
use cloister::optim::{self, Optimizer, Schedule};
use cloister::{AutoGradMode, Dtype, InferenceMode, NoGradGuard, Reduction, Tensor, full, mse_loss, ones};

use crate::{expect, expect_true};

const F32: Dtype = Dtype::Float32;

pub fn check_autograd() {
    let x = Tensor::from([1_f32, 2.0, 3.0]);
    x.requires_grad_(true);
    (&x * &x).sum(&[], false).backward();
    expect("the gradient of a square", &x.grad().unwrap_or_else(|| ones(&[1], F32)), &[2.0, 4.0, 6.0], &[3]);
    x.zero_grad();
    (&x * 2).backward_with(Some(&Tensor::from([1_f32, 10.0, 100.0])), false);
    expect("backward from a gradient", &x.grad().unwrap_or_else(|| ones(&[1], F32)), &[2.0, 20.0, 200.0], &[3]);
    expect_true("detach leaves the graph", !x.detach().requires_grad());
    {
        let _no_grad = NoGradGuard::new();
        expect_true("nothing is recorded in NoGradGuard", !(&x * 2).requires_grad());
        {
            let _grad = AutoGradMode::new();
            expect_true("guards nest", (&x * 2).requires_grad());
        }
        expect_true("and restore", !(&x * 2).requires_grad());
    }
    expect_true("the initial mode is back", (&x * 2).requires_grad());
    let features = {
        let _inference = InferenceMode::new();
        ones(&[3], F32) * 2
    };
    x.zero_grad();
    (features.deep_clone() * &x).sum(&[], false).backward();
    expect("a copy of an inference tensor takes part", &x.grad().unwrap_or(features), &[2.0, 2.0, 2.0], &[3]);
}

/// Two steps of (w - 3)^2 from w = 1.
fn two_steps(make: impl Fn(&[Tensor]) -> Optimizer) -> Tensor {
    let weight = ones(&[1], F32);
    weight.requires_grad_(true);
    let optimizer = make(std::slice::from_ref(&weight));
    for _ in 0..2 {
        optimizer.zero_grad();
        mse_loss(&weight, &full(&[1], 3, F32), Reduction::Mean).backward();
        optimizer.step();
    }
    weight.detach()
}

pub fn check_optimizers() {
    use optim::{AdamOptions, AdamwOptions, RmspropOptions, SgdOptions};
    // 1 + 0.4 = 1.4; gradient -3.2; 1.4 + 0.32 = 1.72.
    let sgd = |momentum, nesterov| SgdOptions { lr: 0.1, momentum, nesterov, ..Default::default() };
    expect("SGD", &two_steps(|all| optim::sgd(all, sgd(0.0, false))), &[1.72], &[1]);
    // The second step adds half of the first gradient: 1.4 + 0.1 * (3.2 + 2) = 1.92.
    expect("momentum", &two_steps(|all| optim::sgd(all, sgd(0.5, false))), &[1.92], &[1]);
    // First 1 + 0.1 * (4 + 2) = 1.6, gradient -2.8, buffer 4.8: 1.6 + 0.1 * (2.8 + 2.4) = 2.12.
    expect("nesterov", &two_steps(|all| optim::sgd(all, sgd(0.5, true))), &[2.12], &[1]);
    // Adam's first steps are of size lr; the second's is slightly less (gradients 4 and 3.8).
    let adam = AdamOptions { lr: 0.1, ..Default::default() };
    expect("Adam", &two_steps(|all| optim::adam(all, adam)), &[1.199834], &[1]);
    // Shrinks by 1 - lr * weight_decay before each step of size lr.
    let adamw = AdamwOptions { lr: 0.1, weight_decay: 0.5, ..Default::default() };
    let shrunk = two_steps(|all| optim::adamw(all, adamw)).item::<f64>();
    expect_true("AdamW", (shrunk - 1.0973).abs() < 1e-3);
    // 0.1 * g / sqrt(0.01 g^2) = 1; then the mean square is 0.99 * 0.16 + 0.01 * 4 and the gradient 2.
    let rmsprop = RmspropOptions { lr: 0.1, ..Default::default() };
    expect("RMSprop", &two_steps(|all| optim::rmsprop(all, rmsprop)), &[2.0 + 0.2 / (0.1984_f64).sqrt()], &[1]);

    let weight = Tensor::from([3_f32, 4.0]);
    weight.requires_grad_(true);
    let optimizer = optim::sgd(std::slice::from_ref(&weight), SgdOptions { lr: 1.0, ..Default::default() });
    (&weight * &weight).sum(&[], false).backward();
    expect("the norm of the gradients", &optimizer.clip_grad_norm(1.0, 2.0), &[10.0], &[]);
    expect("clipped", &weight.grad().unwrap_or(weight.clone()), &[0.6, 0.8], &[2]);
    optimizer.clip_grad_value(0.7);
    expect("each clipped", &weight.grad().unwrap_or(weight.clone()), &[0.6, 0.7], &[2]);
    optimizer.set_lr(0.5);
    expect_true("the learning rate", optimizer.lr() == 0.5);
}

/// Values of torch.optim.lr_scheduler.
pub fn check_schedules() {
    let near = |what: &str, given: f64, wanted: f64| expect_true(what, (given - wanted).abs() < 1e-9);
    let step = optim::StepLR { base_lr: 1.0, step_size: 10, gamma: 0.1 };
    near("StepLR before", step.lr(9), 1.0);
    near("StepLR after", step.lr(20), 0.01);
    let milestones = optim::MultiStepLR { base_lr: 1.0, milestones: vec![3, 5], gamma: 0.1 };
    near("MultiStepLR", milestones.lr(4), 0.1);
    near("ExponentialLR", optim::ExponentialLR { base_lr: 1.0, gamma: 0.9 }.lr(3), 0.729);
    let warm = optim::LinearLR { base_lr: 1.0, start_factor: 0.5, end_factor: 1.0, total_iters: 4 };
    near("LinearLR on the way", warm.lr(1), 0.625);
    near("LinearLR there", warm.lr(9), 1.0);
    let cosine = optim::CosineAnnealingLR { base_lr: 1.0, t_max: 10, eta_min: 0.2 };
    near("CosineAnnealingLR half-way", cosine.lr(5), 0.6);
    near("CosineAnnealingLR at the end", cosine.lr(10), 0.2);
    let cycle = optim::OneCycleLR::new(1.0, 100);
    near("OneCycleLR at first", cycle.lr(0), 0.04);
    near("OneCycleLR at its peak", cycle.lr(29), 1.0);
    near("OneCycleLR at last", cycle.lr(99), 4e-6);
    let line = optim::OneCycleLR { anneal_strategy: optim::AnnealStrategy::Linear, three_phase: true, ..cycle };
    near("OneCycleLR in lines", line.lr(29 + 29), 0.04);
    let both = optim::SequentialLR { first: warm, second: step, milestone: 4 };
    near("SequentialLR", both.lr(14), 0.1);
    near("LambdaLR", optim::LambdaLR { base_lr: 2.0, factor: |step| 1.0 / (1 + step) as f64 }.lr(3), 0.5);
}
