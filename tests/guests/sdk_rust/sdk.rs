//! Checks of the Rust SDK against values worked out by hand or by PyTorch's documentation. The component fails with the
//! number of checks that did not hold and prints each. `--save` and `--load` leave a network's state dict under the output
//! `weights`, and take it from the model `weights`; `--fail` calls an operator that must fail,
//! `--train` trains on the dataset `train`.
mod data;
mod layers;
mod operators;
mod resume;
mod training;

use std::cell::Cell;

use cloister::{Args, Dtype, Error, Result, Tensor};

cloister::grants!("dataset:train?", "model:weights?", "output:state?", "output:weights?");
cloister::workload!(check);

thread_local! {
    static FAILURES: Cell<usize> = const { Cell::new(0) };
}

fn expect_true(what: &str, holds: bool) {
    if !holds {
        FAILURES.set(FAILURES.get() + 1);
        println!("does not hold: {what}");
    }
}

/// Elements (row-major) and sizes of a tensor, whatever its dtype; floating ones to 1e-5.
fn expect(what: &str, tensor: &Tensor, elements: &[f64], shape: &[i64]) {
    let given: Vec<f64> = tensor.to_dtype(Dtype::Float64).to_vec();
    let near = |(given, wanted): (&f64, &f64)| (given - wanted).abs() <= 1e-5 * (1.0 + wanted.abs());
    let equal = tensor.shape() == shape && given.len() == elements.len() && given.iter().zip(elements).all(near);
    expect_true(what, equal);
    if !equal {
        println!("  {given:?} of shape {:?}", tensor.shape());
    }
}

fn check(args: &mut Args) -> Result<()> {
    let (save, load) = (args.flag("save", "the state dict of a network"), args.flag("load", "the same"));
    let fail = args.flag("fail", "end in an operator");
    let data = args.flag("data", "check the dataset");
    let train = args.flag("train", "train on the dataset");
    let fail_at = args.integer("fail-at", -1, "epoch in which the training fails, unless it was resumed");
    args.finish()?;
    if fail {
        operators::fail();
    }
    if save {
        return layers::save();
    }
    if load {
        return layers::load();
    }
    if train {
        return resume::train(fail_at);
    }
    if data {
        data::check()?;
    }
    operators::check_making();
    operators::check_signs();
    operators::check_forms();
    operators::check_errors();
    layers::check();
    training::check_autograd();
    training::check_optimizers();
    training::check_schedules();
    match FAILURES.get() {
        0 => {
            println!("all checks of the SDK hold");
            Ok(())
        }
        failures => Err(Error::new(format!("{failures} checks of the SDK do not hold"))),
    }
}
