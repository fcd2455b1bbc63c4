use super::{Module, State, uniform_parameter};
use crate::{RecurrentOptions, Tensor, dropout, lstm, zeros};

/// How an [`LSTM`] is made.
#[derive(Clone, Copy, Debug)]
pub struct LSTMOptions {
    /// Layers, each on the outputs of the one before.
    pub num_layers: i64,
    /// Whether there are biases.
    pub bias: bool,
    /// Inputs are [batch, time, features] rather than [time, batch, features].
    pub batch_first: bool,
    /// A second pass of each layer goes from the end to the beginning; outputs are put side by side.
    pub bidirectional: bool,
    /// Probability of dropping outputs of each layer but the last while it is trained.
    pub dropout: f64,
}

impl Default for LSTMOptions {
    /// PyTorch's.
    fn default() -> Self {
        LSTMOptions { num_layers: 1, bias: true, batch_first: false, bidirectional: false, dropout: 0.0 }
    }
}

/// Long short-term memory (Hochreiter and Schmidhuber, 1997). Parameters start uniform on +-1/sqrt(hidden_size), in the
/// order of their names: a layer and direction, `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, with the
/// ending `_reverse` for the second direction.
pub struct LSTM {
    parameters: Vec<(String, Tensor)>,
    hidden_size: i64,
    options: LSTMOptions,
    training: bool,
}

/// What an [`LSTM`] gives.
pub struct LSTMOutput {
    /// The last layer's h of every time: [time, batch, hidden * directions], or [batch, time, ...].
    pub output: Tensor,
    /// The last h of each layer and direction, [layers * directions, batch, hidden].
    pub h: Tensor,
    /// The last c, likewise.
    pub c: Tensor,
}

impl LSTM {
    /// Of inputs of `input_size` features, with a state of `hidden_size`.
    #[track_caller]
    pub fn new(input_size: i64, hidden_size: i64, options: LSTMOptions) -> Self {
        let bound = 1.0 / (hidden_size as f64).sqrt();
        let directions = if options.bidirectional { &["", "_reverse"][..] } else { &[""] };
        let gates = 4 * hidden_size;
        let mut parameters = Vec::new();
        for layer in 0..options.num_layers {
            let features = if layer == 0 { input_size } else { hidden_size * directions.len() as i64 };
            for direction in directions {
                let mut add = |kind: &str, shape: &[i64]| {
                    parameters.push((format!("{kind}_l{layer}{direction}"), uniform_parameter(shape, bound)));
                };
                add("weight_ih", &[gates, features]);
                add("weight_hh", &[gates, hidden_size]);
                if options.bias {
                    add("bias_ih", &[gates]);
                    add("bias_hh", &[gates]);
                }
            }
        }
        LSTM { parameters, hidden_size, options, training: true }
    }

    /// From zeros, or from the state (h, c) that an earlier call gave.
    #[track_caller]
    pub fn forward(&self, input: &Tensor, state: Option<(&Tensor, &Tensor)>) -> LSTMOutput {
        let layers = self.options.num_layers;
        let directions = if self.options.bidirectional { 2 } else { 1 };
        let (h, c) = match state {
            Some((h, c)) => (h.clone(), c.clone()),
            None => {
                let batch = input.size(if self.options.batch_first { 0 } else { 1 });
                let none = zeros(&[layers * directions, batch, self.hidden_size], input.dtype());
                (none.clone(), none)
            }
        };
        let dropped = if self.training { self.options.dropout } else { 0.0 };
        if dropped == 0.0 {
            return self.layers(input, &h, &c, 0, layers);
        }
        // Between layers something is dropped, so each is a call of its own.
        let (mut output, mut last_h, mut last_c) = (input.clone(), Vec::new(), Vec::new());
        for layer in 0..layers {
            let part = |state: &Tensor| state.narrow(0, layer * directions, directions);
            let step = self.layers(&output, &part(&h), &part(&c), layer, 1);
            output = if layer + 1 < layers { dropout(&step.output, dropped, true) } else { step.output };
            last_h.push(step.h);
            last_c.push(step.c);
        }
        LSTMOutput { output, h: crate::cat(&last_h, 0), c: crate::cat(&last_c, 0) }
    }

    /// `count` layers from `first` on.
    #[track_caller]
    fn layers(&self, input: &Tensor, h: &Tensor, c: &Tensor, first: i64, count: i64) -> LSTMOutput {
        let each = self.parameters.len() / self.options.num_layers.max(1) as usize;
        let range = first as usize * each..(first + count) as usize * each;
        let parameters: Vec<Tensor> = self.parameters[range].iter().map(|(_, tensor)| tensor.clone()).collect();
        let options = RecurrentOptions {
            num_layers: count,
            bidirectional: self.options.bidirectional,
            batch_first: self.options.batch_first,
        };
        let (output, h, c) = lstm(input, &[h.clone(), c.clone()], &parameters, self.options.bias, &options);
        LSTMOutput { output, h, c }
    }
}

impl Module for LSTM {
    fn visit(&self, state: &mut State) {
        for (name, tensor) in &self.parameters {
            state.parameter(name, tensor);
        }
    }
    fn train(&mut self, mode: bool) {
        self.training = mode;
    }
}
