//! Layers: what they compute, how they start, and what their parameters are called.
use cloister::nn::{
    Attended, BatchNorm2d, Conv2d, Dropout, Embedding, Function, LSTM, LSTMOptions, Layer, LayerNorm, Linear, Module,
    MultiheadAttention, Sequential,
};
use cloister::{Conv2dOptions, Dtype, Error, Model, Result, Tensor, manual_seed, module, ones, output, rand, zeros};

use crate::{expect, expect_true};

const F32: Dtype = Dtype::Float32;

/// One of each layer.
struct Network {
    features: Sequential,
    embedding: Embedding,
    attention: MultiheadAttention,
    norm: LayerNorm,
    lstm: LSTM,
    heads: Vec<Linear>,
    scale: Tensor,
}
module!(Network { features, embedding, attention, norm, lstm, heads, scale });

impl Network {
    fn new() -> Self {
        let features = Sequential::new()
            .then(Conv2d::without_bias(3, 4, [3, 3], Conv2dOptions { padding: vec![1], ..Default::default() }))
            .then(BatchNorm2d::new(4))
            .then(Function(Tensor::relu))
            .then(Dropout::new(0.5));
        Network {
            features,
            embedding: Embedding::new(5, 4),
            attention: MultiheadAttention::new(4, 2),
            norm: LayerNorm::new(&[4]),
            lstm: LSTM::new(4, 3, LSTMOptions { num_layers: 2, bidirectional: true, ..Default::default() }),
            heads: vec![Linear::new(6, 2), Linear::without_bias(2, 1)],
            scale: ones(&[1], F32),
        }
    }
}

/// As PyTorch's `state_dict()` of the same module lists them.
const NAMES: &[&str] = &[
    "features.0.weight",
    "features.1.weight",
    "features.1.bias",
    "features.1.running_mean",
    "features.1.running_var",
    "features.1.num_batches_tracked",
    "embedding.weight",
    "attention.in_proj_weight",
    "attention.in_proj_bias",
    "attention.out_proj.weight",
    "attention.out_proj.bias",
    "norm.weight",
    "norm.bias",
    "lstm.weight_ih_l0",
    "lstm.weight_hh_l0",
    "lstm.bias_ih_l0",
    "lstm.bias_hh_l0",
    "lstm.weight_ih_l0_reverse",
    "lstm.weight_hh_l0_reverse",
    "lstm.bias_ih_l0_reverse",
    "lstm.bias_hh_l0_reverse",
    "lstm.weight_ih_l1",
    "lstm.weight_hh_l1",
    "lstm.bias_ih_l1",
    "lstm.bias_hh_l1",
    "lstm.weight_ih_l1_reverse",
    "lstm.weight_hh_l1_reverse",
    "lstm.bias_ih_l1_reverse",
    "lstm.bias_hh_l1_reverse",
    "heads.0.weight",
    "heads.0.bias",
    "heads.1.weight",
    "scale",
];

pub fn check() {
    let mut network = Network::new();
    let names: Vec<String> = network.state_dict().into_iter().map(|(name, _)| name).collect();
    expect_true("names are PyTorch's", names == NAMES);
    expect_true("three buffers", network.named_buffers().len() == 3);
    expect_true("the rest is trained", network.parameters().len() == NAMES.len() - 3);

    let images = rand(&[2, 3, 4, 4], F32);
    let trained = network.features.forward(&images);
    expect_true("dropout zeroes in training", trained.eq_scalar(0).sum(&[], false).item::<i64>() > 20);
    expect("a batch was counted", &network.state_dict()[5].1, &[1.0], &[]);
    network.eval();
    let (first, again) = (network.features.forward(&images), network.features.forward(&images));
    expect_true("nothing is random in evaluation", first.eq(&again).all(&[], false).item());
    expect("and no batch is counted", &network.state_dict()[5].1, &[1.0], &[]);

    expect_true(
        "Linear starts within 1/sqrt(in)",
        Linear::new(4, 2).weight.abs().amax(&[], false).item::<f64>() <= 0.5,
    );
    let wide = network.embedding.forward(&Tensor::from_slice(&[0_i64, 4, 0], &[1, 3]));
    expect_true("Embedding adds a dimension", wide.shape() == [1, 3, 4]);
    let centred = network.norm.forward(&wide).mean(&[-1], false);
    expect("LayerNorm centres", &centred, &[0.0, 0.0, 0.0], &[1, 3]);

    let attended = network.attention.forward_self(&wide, Attended::default());
    let apart = network.attention.forward(&wide, &wide, &wide, Attended::default());
    expect("attention to itself is attention", &(attended - apart).abs().amax(&[], false), &[0.0], &[]);
    let causal = network.attention.forward_self(&wide, Attended { is_causal: true, ..Default::default() });
    let alone = network.attention.forward_self(&wide.narrow(1, 0, 1), Attended::default());
    expect("the first position sees itself", &(causal.narrow(1, 0, 1) - alone).abs().amax(&[], false), &[0.0], &[]);

    let states = network.lstm.forward(&rand(&[5, 2, 4], F32), None);
    expect_true("LSTM's output", states.output.shape() == [5, 2, 6]);
    expect_true("LSTM's state", states.h.shape() == [4, 2, 3] && states.c.shape() == [4, 2, 3]);
    check_lstm_in_parts();
    check_lstm_by_hand();
}

/// A sequence at once and in two parts is the same.
fn check_lstm_in_parts() {
    let lstm = LSTM::new(2, 3, LSTMOptions { num_layers: 2, batch_first: true, ..Default::default() });
    let input = rand(&[1, 4, 2], F32);
    let whole = lstm.forward(&input, None);
    let first = lstm.forward(&input.narrow(1, 0, 2), None);
    let second = lstm.forward(&input.narrow(1, 2, 2), Some((&first.h, &first.c)));
    expect("the second part goes on", &(whole.h - second.h).abs().amax(&[], false), &[0.0], &[]);
}

/// With weights of zero, c = sigmoid(b_f) c + sigmoid(b_i) tanh(b_g), and all b are 0.
fn check_lstm_by_hand() {
    let lstm = LSTM::new(1, 1, LSTMOptions::default());
    let _no_grad = cloister::NoGradGuard::new();
    for parameter in lstm.parameters() {
        parameter.zero_();
    }
    let state = ones(&[1, 1, 1], F32);
    let step = lstm.forward(&zeros(&[1, 1, 1], F32), Some((&state, &state)));
    expect("c is halved", &step.c, &[0.5], &[1, 1, 1]);
    expect("h is half its tanh", &step.h, &[0.231059], &[1, 1, 1]);
}

pub fn save() -> Result<()> {
    manual_seed(3);
    output::save_tensors("weights", &Network::new().state_dict())
}

pub fn load() -> Result<()> {
    manual_seed(3);
    let saved = Network::new();
    manual_seed(4);
    let other = Network::new();
    other.load_state_dict(&Model::open("weights")?)?;
    let equal = |(a, b): (&(String, Tensor), &(String, Tensor))| a.1.eq(&b.1).all(&[], false).item::<bool>();
    if !saved.state_dict().iter().zip(&other.state_dict()).all(equal) {
        return Err(Error::new("what was loaded is not what was saved"));
    }
    println!("what was loaded is what was saved");
    Ok(())
}
