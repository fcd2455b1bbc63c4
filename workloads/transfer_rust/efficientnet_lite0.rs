//! EfficientNet-Lite0 without its classifier, for inference.
use cloister::{Conv2dOptions, Dtype, Model, Result, Scalar, Tensor, conv2d};

/// The network of Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019), in
/// TensorFlow's Lite variant: no squeeze-and-excitation, ReLU6. Batch normalisation is folded into the convolutions
/// once, at load, and activations stay in channels-last order, which is fastest on a CPU.
pub struct EfficientNetLite0 {
    stem: Convolution,
    blocks: Vec<Block>,
    head: Convolution,
}

struct Convolution {
    weight: Tensor,
    bias: Tensor,
    options: Conv2dOptions,
    /// Left, right, top, bottom, where the padding is lopsided.
    pad: Option<[i64; 4]>,
    relu6: bool,
}

/// Expand to more channels, filter each channel by itself, project to fewer.
struct Block {
    expand: Option<Convolution>,
    depthwise: Convolution,
    project: Convolution,
    residual: bool,
}

struct Stage {
    repeats: usize,
    kernel: i64,
    stride: i64,
    expansion: i64,
    input: i64,
    output: i64,
}

const fn stage(repeats: usize, kernel: i64, stride: i64, expansion: i64, input: i64, output: i64) -> Stage {
    Stage { repeats, kernel, stride, expansion, input, output }
}
const STAGES: [Stage; 7] = [
    stage(1, 3, 1, 1, 32, 16),
    stage(2, 3, 2, 6, 16, 24),
    stage(2, 5, 2, 6, 24, 40),
    stage(3, 3, 2, 6, 40, 80),
    stage(3, 5, 1, 6, 80, 112),
    stage(4, 5, 2, 6, 112, 192),
    stage(1, 3, 1, 6, 192, 320),
];
const BATCH_NORM_EPSILON: f64 = 1e-3;

/// A convolution's weight and bias with the batch normalisation that follows it multiplied in.
fn fold(weights: &Model, convolution: &str, norm: &str) -> Result<(Tensor, Tensor)> {
    let weight = weights.parameter(&format!("{convolution}.weight"))?;
    let gamma = weights.parameter(&format!("{norm}.weight"))?;
    let beta = weights.parameter(&format!("{norm}.bias"))?;
    let mean = weights.parameter(&format!("{norm}.running_mean"))?;
    let variance = weights.parameter(&format!("{norm}.running_var"))?;
    let scale = gamma * (variance + BATCH_NORM_EPSILON).rsqrt();
    let folded = weight * scale.reshape(&[-1, 1, 1, 1]);
    Ok((folded.contiguous_channels_last(), beta - mean * scale))
}

impl Convolution {
    fn load(weights: &Model, name: &str, norm: &str, kernel: i64, stride: i64, groups: i64) -> Result<Self> {
        let (weight, bias) = fold(weights, name, norm)?;
        // Strided layers see even sizes, for which TensorFlow's "SAME" pads one more at the end than at the beginning.
        let (before, after) = (kernel / 2 - 1, kernel / 2);
        let (padding, pad) = if stride == 1 { (after, None) } else { (0, Some([before, after, before, after])) };
        let options =
            Conv2dOptions { stride: vec![stride], padding: vec![padding], groups, ..Conv2dOptions::default() };
        Ok(Convolution { weight, bias, options, pad, relu6: true })
    }

    fn forward(&self, input: &Tensor) -> Tensor {
        let padded = self.pad.map(|pad| input.constant_pad_nd(&pad, 0));
        let output = conv2d(padded.as_ref().unwrap_or(input), &self.weight, Some(&self.bias), &self.options);
        if self.relu6 {
            output.clamp_(Some(Scalar::Int(0)), Some(Scalar::Int(6)));
        }
        output
    }
}

impl Block {
    fn forward(&self, input: &Tensor) -> Tensor {
        let expanded = self.expand.as_ref().map(|expand| expand.forward(input));
        let mut output = self.project.forward(&self.depthwise.forward(expanded.as_ref().unwrap_or(input)));
        if self.residual {
            output += input;
        }
        output
    }
}

impl EfficientNetLite0 {
    pub const IMAGE_SIZE: u32 = 224;
    pub const FEATURES: i64 = 1280;

    /// Errors: `InvalidArgument` for weights that lack a parameter.
    pub fn load(weights: &Model) -> Result<Self> {
        let stem = Convolution::load(weights, "_conv_stem", "_bn0", 3, 2, 1)?;
        let mut blocks = Vec::new();
        for stage in &STAGES {
            for repeat in 0..stage.repeats {
                let named = |name: &str| format!("_blocks.{}.{name}", blocks.len());
                let (input, stride) = if repeat == 0 { (stage.input, stage.stride) } else { (stage.output, 1) };
                let expand = if stage.expansion == 1 {
                    None
                } else {
                    Some(Convolution::load(weights, &named("_expand_conv"), &named("_bn0"), 1, 1, 1)?)
                };
                let channels = input * stage.expansion;
                let (filter, norm) = (named("_depthwise_conv"), named("_bn1"));
                let depthwise = Convolution::load(weights, &filter, &norm, stage.kernel, stride, channels)?;
                let project = Convolution::load(weights, &named("_project_conv"), &named("_bn2"), 1, 1, 1)?;
                let project = Convolution { relu6: false, ..project };
                blocks.push(Block { expand, depthwise, project, residual: stride == 1 && input == stage.output });
            }
        }
        let head = Convolution::load(weights, "_conv_head", "_bn1", 1, 1, 1)?;
        Ok(EfficientNetLite0 { stem, blocks, head })
    }

    /// uint8 images [n, 224, 224, 3] -> features [n, 1280]. Call it in inference mode.
    pub fn forward(&self, images: &Tensor) -> Tensor {
        // [n, h, w, c] read as [n, c, h, w] is channels-last storage; the cast keeps it.
        let mut x = images.permute(&[0, 3, 1, 2]).to_dtype(Dtype::Float32) - 127;
        x *= 1.0 / 128.0;
        x = self.stem.forward(&x);
        for block in &self.blocks {
            x = block.forward(&x);
        }
        self.head.forward(&x).mean(&[2, 3], false)
    }
}
