//! What a workload leaves behind under granted names, and how far it is.
use crate::bindings::cloister::ml::outputs;
use crate::error::require;
use crate::{Result, Tensor};

/// Writes one tensor as a safetensors file with the key `tensor`. The file appears whole or not at all; a second write
/// replaces the first. Errors: `NotGranted`, `QuotaExceeded`, `Internal` (a full disk).
pub fn save(name: &str, value: &Tensor) -> Result<()> {
    Ok(outputs::save_tensor(name, value.raw())?)
}

/// Writes named tensors (a model: `net.state_dict()`) as one safetensors file. Errors: as [`save`].
pub fn save_tensors(name: &str, values: &[(impl AsRef<str>, Tensor)]) -> Result<()> {
    let values: Vec<_> = values.iter().map(|(name, tensor)| (name.as_ref().to_owned(), tensor.raw())).collect();
    Ok(outputs::save_tensors(name, &values)?)
}

/// Writes UTF-8 text. Errors: as [`save`].
pub fn save_text(name: &str, text: &str) -> Result<()> {
    Ok(outputs::save_text(name, text)?)
}

// The four below report to whoever watches the run. A bad name is a bug, and a spent egress limit ends the run: both
// trap.

/// Adds a point to the series `name`; names are 1 to 64 of `A-Za-z0-9_.-/`.
#[track_caller]
pub fn scalar(name: &str, step: u64, value: f64) {
    require(outputs::scalar(name, step, value));
}

/// Adds the matrix `name`, such as a confusion matrix, drawn as a heat map: values row by row, at most 256 rows and
/// columns. What a label has beyond 64 bytes is cut off, and control characters become spaces.
#[track_caller]
pub fn matrix(name: &str, rows: &[String], columns: &[String], values: &[f64]) {
    require(outputs::matrix(name, &fitted(rows), &fitted(columns), values));
}

// Labels as the host takes them: names of classes may be longer, or hold line feeds.
fn fitted(labels: &[String]) -> Vec<String> {
    const LONGEST: usize = 64;
    let fit = |label: &String| {
        let end = label.floor_char_boundary(LONGEST);
        label[..end].chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
    };
    labels.iter().map(fit).collect()
}

/// Enters a phase of the run, of `total` steps when known.
#[track_caller]
pub fn phase(name: &str, total: Option<u64>) {
    require(outputs::phase(name, total));
}

/// `done` of the phase's steps are over, each of `items` samples (0: not said).
#[track_caller]
pub fn progress(done: u64, items: u64) {
    require(outputs::progress(done, items));
}
