//! Leaving a run and taking it up again (`cloister run --resume`).
//!
//! A checkpoint is what the workload names here, and the state of the instance's generator and gradient mode. It lies under
//! the name of a granted output and replaces the one before it as a whole or not at all.
use crate::bindings::cloister::ml::checkpoints;
use crate::bindings::cloister::ml::optimizers::Optimizer as RawOptimizer;
use crate::bindings::cloister::ml::tensors::Tensor as RawTensor;
use crate::optim::Optimizer;
use crate::{Result, Tensor};

/// Saves a checkpoint. `position` is the workload's own: where it stands, in its own encoding.
/// Errors: `NotGranted`; `InvalidArgument` for two things of one name; `QuotaExceeded`; `Internal` for a full disk.
pub fn save(
    name: &str,
    tensors: &[(impl AsRef<str>, Tensor)],
    optimizers: &[(&str, &Optimizer)],
    position: &[u8],
) -> Result<()> {
    let (tensors, optimizers) = (raw_tensors(tensors), raw_optimizers(optimizers));
    Ok(checkpoints::save(name, &tensors, &optimizers, position)?)
}

/// In a run that resumes another: copies what was saved under `name` into these tensors and optimizers, sets the
/// generator, and returns the position. None in a fresh run, and when nothing was saved. Everything is checked before
/// anything is written.
/// Errors: `NotGranted`; `BadData` for a checkpoint that is damaged or another model's.
pub fn restore(
    name: &str,
    tensors: &[(impl AsRef<str>, Tensor)],
    optimizers: &[(&str, &Optimizer)],
) -> Result<Option<Vec<u8>>> {
    let (tensors, optimizers) = (raw_tensors(tensors), raw_optimizers(optimizers));
    Ok(checkpoints::restore(name, &tensors, &optimizers)?)
}

fn raw_tensors(tensors: &[(impl AsRef<str>, Tensor)]) -> Vec<(String, &RawTensor)> {
    tensors.iter().map(|(name, tensor)| (name.as_ref().to_owned(), tensor.raw())).collect()
}

fn raw_optimizers<'a>(optimizers: &[(&str, &'a Optimizer)]) -> Vec<(String, &'a RawOptimizer)> {
    optimizers.iter().map(|(name, optimizer)| ((*name).to_owned(), optimizer.raw())).collect()
}
