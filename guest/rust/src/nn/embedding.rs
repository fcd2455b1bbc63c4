use super::{Layer, Module, State, parameter};
use crate::{Dtype, Tensor, embedding, randn};

/// Looks rows up: int64 indices of any shape -> [..., embedding_dim]. `weight` starts standard normal.
pub struct Embedding {
    /// [num_embeddings, embedding_dim].
    pub weight: Tensor,
}

impl Embedding {
    /// `num_embeddings` rows of `embedding_dim` numbers.
    #[track_caller]
    pub fn new(num_embeddings: i64, embedding_dim: i64) -> Self {
        Embedding { weight: parameter(randn(&[num_embeddings, embedding_dim], Dtype::Float32)) }
    }
}

impl Layer for Embedding {
    #[track_caller]
    fn forward(&self, indices: &Tensor) -> Tensor {
        embedding(&self.weight, indices, None)
    }
}

impl Module for Embedding {
    fn visit(&self, state: &mut State) {
        state.parameter("weight", &self.weight);
    }
    fn train(&mut self, _mode: bool) {}
}
