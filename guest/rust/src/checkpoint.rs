//! Leaving a run and taking it up again (`cloister run --resume`).
//!
//! A checkpoint is what the workload names here, and the state of the instance's generator and gradient mode. It lies under
//! the name of a granted output and replaces the one before it as a whole or not at all.
//!
//! ```ignore
//! let [mut epoch] = checkpoint::restore("state", &net.state_dict(), &[("optimizer", &optimizer)])?.unwrap_or([0]);
//! while epoch < epochs {
//!     checkpoint::save("state", &net.state_dict(), &[("optimizer", &optimizer)], &[epoch])?;
//!     train_one_epoch(&net, &optimizer);
//!     epoch += 1;
//! }
//! ```
use crate::bindings::cloister::ml::checkpoints;
use crate::bindings::cloister::ml::optimizers::Optimizer as RawOptimizer;
use crate::bindings::cloister::ml::tensors::Tensor as RawTensor;
use crate::optim::Optimizer;
use crate::{Error, ErrorKind, Result, Tensor};

/// Saves a checkpoint. `position` is where the workload stands, such as epoch and step. Gradients are not saved: save where
/// `zero_grad` comes next.
/// Errors: `NotGranted`; `InvalidArgument` for two things of one name; `QuotaExceeded`; `Internal` for a full disk.
pub fn save(
    name: &str,
    tensors: &[(impl AsRef<str>, Tensor)],
    optimizers: &[(&str, &Optimizer)],
    position: &[u64],
) -> Result<()> {
    let (tensors, optimizers) = (raw_tensors(tensors), raw_optimizers(optimizers));
    let position: Vec<u8> = position.iter().flat_map(|number| number.to_le_bytes()).collect();
    Ok(checkpoints::save(name, &tensors, &optimizers, &position)?)
}

/// In a run that resumes another: copies what was saved under `name` into these tensors and optimizers, sets the
/// generator, and returns the position. None in a fresh run, and when nothing was saved.
/// Errors: `NotGranted`; `BadData` for a checkpoint that is damaged or another model's.
pub fn restore<const N: usize>(
    name: &str,
    tensors: &[(impl AsRef<str>, Tensor)],
    optimizers: &[(&str, &Optimizer)],
) -> Result<Option<[u64; N]>> {
    let (tensors, optimizers) = (raw_tensors(tensors), raw_optimizers(optimizers));
    let Some(bytes) = checkpoints::restore(name, &tensors, &optimizers)? else { return Ok(None) };
    let (numbers, rest) = bytes.as_chunks();
    match <[[u8; 8]; N]>::try_from(numbers) {
        Ok(numbers) if rest.is_empty() => Ok(Some(numbers.map(u64::from_le_bytes))),
        _ => Err(Error {
            kind: ErrorKind::BadData,
            message: format!("the checkpoint '{name}' holds a position of another form"),
        }),
    }
}

fn raw_tensors(tensors: &[(impl AsRef<str>, Tensor)]) -> Vec<(String, &RawTensor)> {
    tensors.iter().map(|(name, tensor)| (name.as_ref().to_owned(), tensor.raw())).collect()
}

fn raw_optimizers<'a>(optimizers: &[(&str, &'a Optimizer)]) -> Vec<(String, &'a RawOptimizer)> {
    optimizers.iter().map(|(name, optimizer)| ((*name).to_owned(), optimizer.raw())).collect()
}
