use super::{Layer, Linear, Module, State, parameter, uniform_parameter};
use crate::{AttentionOptions, Dtype, Tensor, linear, scaled_dot_product_attention, zeros};

/// Several heads of attention side by side (Vaswani et al., 2017), batch first: queries [n, l, e], keys and values
/// [n, s, e] -> [n, l, e]. `in_proj_weight` starts as Glorot's uniform, `out_proj.weight` as a [`Linear`] layer's, the
/// biases at 0.
pub struct MultiheadAttention {
    /// [3 * e, e]: of queries, keys and values.
    pub in_proj_weight: Tensor,
    /// [3 * e].
    pub in_proj_bias: Tensor,
    /// Of the heads' outputs, put side by side.
    pub out_proj: Linear,
    /// Probability of dropping a weight while it is trained.
    pub dropout: f64,
    embed_dim: i64,
    num_heads: i64,
    training: bool,
}

/// What takes part in attention.
#[derive(Clone, Copy, Default)]
pub struct Attended<'a> {
    /// Broadcasts to [n, heads, l, s]: bool says what takes part, floating numbers are added.
    pub mask: Option<&'a Tensor>,
    /// Position i looks at 0 .. i only; there must be no mask.
    pub is_causal: bool,
}

impl MultiheadAttention {
    /// `embed_dim` must be a multiple of `num_heads`.
    #[track_caller]
    pub fn new(embed_dim: i64, num_heads: i64) -> Self {
        // PyTorch's order of draws: the output's layer is made, and its bias drawn and then zeroed, before the inputs'.
        let mut out_proj = Linear::new(embed_dim, embed_dim);
        // Glorot's uniform (2010) of e inputs and 3 * e outputs.
        let deviation = (2.0 / (embed_dim + 3 * embed_dim) as f64).sqrt();
        let in_proj_weight = uniform_parameter(&[3 * embed_dim, embed_dim], 3.0_f64.sqrt() * deviation);
        out_proj.bias = Some(parameter(zeros(&[embed_dim], Dtype::Float32)));
        MultiheadAttention {
            in_proj_weight,
            in_proj_bias: parameter(zeros(&[3 * embed_dim], Dtype::Float32)),
            out_proj,
            dropout: 0.0,
            embed_dim,
            num_heads,
            training: true,
        }
    }

    /// Attention of `query` to `key` and `value`.
    #[track_caller]
    pub fn forward(&self, query: &Tensor, key: &Tensor, value: &Tensor, attended: Attended<'_>) -> Tensor {
        let project = |input: &Tensor, part: i64| {
            let weight = self.in_proj_weight.narrow(0, part * self.embed_dim, self.embed_dim);
            let bias = self.in_proj_bias.narrow(0, part * self.embed_dim, self.embed_dim);
            self.heads(&linear(input, &weight, Some(&bias)))
        };
        self.attend(&project(query, 0), &project(key, 1), &project(value, 2), attended)
    }

    /// Attention of `input` [n, l, e] to itself, whose three projections are one product.
    #[track_caller]
    pub fn forward_self(&self, input: &Tensor, attended: Attended<'_>) -> Tensor {
        let projected = linear(input, &self.in_proj_weight, Some(&self.in_proj_bias));
        let parts = projected.chunk(3, -1);
        self.attend(&self.heads(&parts[0]), &self.heads(&parts[1]), &self.heads(&parts[2]), attended)
    }

    /// [n, l, e] -> [n, heads, l, e / heads].
    #[track_caller]
    fn heads(&self, input: &Tensor) -> Tensor {
        input.unflatten(-1, &[self.num_heads, -1]).transpose(1, 2)
    }

    #[track_caller]
    fn attend(&self, query: &Tensor, key: &Tensor, value: &Tensor, attended: Attended<'_>) -> Tensor {
        let options = AttentionOptions {
            dropout_p: if self.training { self.dropout } else { 0.0 },
            is_causal: attended.is_causal,
            ..Default::default()
        };
        let heads = scaled_dot_product_attention(query, key, value, attended.mask, &options);
        self.out_proj.forward(&heads.transpose(1, 2).flatten(2, 3))
    }
}

impl Module for MultiheadAttention {
    fn visit(&self, state: &mut State) {
        state.parameter("in_proj_weight", &self.in_proj_weight);
        state.parameter("in_proj_bias", &self.in_proj_bias);
        state.module("out_proj", &self.out_proj);
    }
    fn train(&mut self, mode: bool) {
        self.training = mode;
    }
}
