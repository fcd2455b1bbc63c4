use super::{Layer, Module, State, parameter};
use crate::{Dtype, Tensor, embedding, randn};

/// Rows of a table: int64 indices of any shape -> [..., embedding_dim]. `weight` starts standard normal; the row
/// `padding_idx` is zero and stays so.
pub struct Embedding {
    /// [num_embeddings, embedding_dim].
    pub weight: Tensor,
    /// The row that gets no gradient.
    pub padding_idx: Option<i64>,
}

impl Embedding {
    /// `num_embeddings` rows of `embedding_dim` numbers.
    #[track_caller]
    pub fn new(num_embeddings: i64, embedding_dim: i64) -> Self {
        Embedding { weight: parameter(randn(&[num_embeddings, embedding_dim], Dtype::Float32)), padding_idx: None }
    }

    /// The same with a row that stands for nothing.
    #[track_caller]
    pub fn with_padding(num_embeddings: i64, embedding_dim: i64, padding_idx: i64) -> Self {
        let table = randn(&[num_embeddings, embedding_dim], Dtype::Float32);
        table.select(0, padding_idx).zero_();
        Embedding { weight: parameter(table), padding_idx: Some(padding_idx) }
    }
}

impl Layer for Embedding {
    #[track_caller]
    fn forward(&self, indices: &Tensor) -> Tensor {
        embedding(&self.weight, indices, self.padding_idx)
    }
}

impl Module for Embedding {
    fn visit(&self, state: &mut State) {
        state.parameter("weight", &self.weight);
    }
    fn train(&mut self, _mode: bool) {}
}
