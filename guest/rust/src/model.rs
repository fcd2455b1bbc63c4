//! Models that the operator of the host granted by name.
use crate::bindings::cloister::ml::models;
use crate::{Result, Tensor};

/// A granted model: weights by name and, where the grant holds a program, its forward pass. Weights are shared between
/// instances; one is copied the first time an in-place operator writes to it.
pub struct Model(models::Model);

impl Model {
    /// Errors: `NotGranted`, `BadData`.
    pub fn open(name: &str) -> Result<Self> {
        Ok(Model(models::Model::open(name)?))
    }

    /// Names of all parameters and buffers, sorted by bytes.
    pub fn names(&self) -> Vec<String> {
        self.0.names()
    }

    /// One parameter or buffer. Errors: `InvalidArgument` for an unknown name.
    pub fn parameter(&self, name: &str) -> Result<Tensor> {
        Ok(Tensor::new(self.0.parameter(name)?))
    }

    /// All of them, sorted by name. Errors: `QuotaExceeded`, `BadData`.
    pub fn parameters(&self) -> Result<Vec<(String, Tensor)>> {
        Ok(self.0.parameters()?.into_iter().map(|(name, tensor)| (name, Tensor::new(tensor))).collect())
    }

    /// Runs the model's own program. Errors: `Unsupported` for a grant that holds weights only.
    pub fn forward(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        let inputs: Vec<_> = inputs.iter().map(Tensor::raw).collect();
        Ok(self.0.forward(&inputs)?.into_iter().map(Tensor::new).collect())
    }
}
