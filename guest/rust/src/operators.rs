//! Operators. Generated from wit/ops.wit by cloister-wit.
#![allow(clippy::doc_lazy_continuation, clippy::too_many_arguments)]
use crate::error::require;
use crate::{Dtype, Scalar, Tensor, attempt};
use settings::*;

pub mod settings {
    pub use crate::bindings::cloister::ml::ops::{RoundingMode, GeluApproximation, ScatterReduction, BagMode, ConvolutionOptions, Conv2dOptions, WindowOptions, AvgPoolOptions, MaxPoolOptions, InterpolationMode, PaddingMode, BatchNormOptions, AttentionOptions, RecurrentOptions, Reduction, CrossEntropyOptions};

    impl Default for ConvolutionOptions {
        /// PyTorch's.
        fn default() -> Self {
            ConvolutionOptions { stride: vec![1], padding: vec![0], dilation: vec![1], transposed: false, output_padding: vec![0], groups: 1 }
        }
    }

    impl Default for Conv2dOptions {
        /// PyTorch's.
        fn default() -> Self {
            Conv2dOptions { stride: vec![1], padding: vec![0], dilation: vec![1], groups: 1 }
        }
    }

    impl WindowOptions {
        /// PyTorch's defaults for the rest.
        pub fn new(kernel_size: &[i64]) -> Self {
            WindowOptions { kernel_size: kernel_size.to_vec(), dilation: vec![1], padding: vec![0], stride: vec![1] }
        }
    }

    impl AvgPoolOptions {
        /// PyTorch's defaults for the rest.
        pub fn new(kernel_size: &[i64]) -> Self {
            AvgPoolOptions { kernel_size: kernel_size.to_vec(), stride: vec![], padding: vec![0], ceil_mode: false, count_include_pad: true, divisor_override: None }
        }
    }

    impl MaxPoolOptions {
        /// PyTorch's defaults for the rest.
        pub fn new(kernel_size: &[i64]) -> Self {
            MaxPoolOptions { kernel_size: kernel_size.to_vec(), stride: vec![], padding: vec![0], dilation: vec![1], ceil_mode: false }
        }
    }

    impl Default for BatchNormOptions {
        /// PyTorch's.
        fn default() -> Self {
            BatchNormOptions { training: false, momentum: 0.1, eps: 1e-5 }
        }
    }

    impl Default for AttentionOptions {
        /// PyTorch's.
        fn default() -> Self {
            AttentionOptions { dropout_p: 0.0, is_causal: false, scale: None, enable_gqa: false }
        }
    }

    impl Default for RecurrentOptions {
        /// PyTorch's.
        fn default() -> Self {
            RecurrentOptions { num_layers: 1, bidirectional: false, batch_first: false }
        }
    }

    impl Default for CrossEntropyOptions {
        /// PyTorch's.
        fn default() -> Self {
            CrossEntropyOptions { reduction: Reduction::Mean, ignore_index: -100, label_smoothing: 0.0 }
        }
    }

}

impl Tensor {
    /// Zeros of the shape and dtype of `self`.
    #[must_use]
    #[track_caller]
    pub fn zeros_like(&self) -> Tensor {
        require(attempt::zeros_like(self))
    }

    /// Ones of the shape and dtype of `self`.
    #[must_use]
    #[track_caller]
    pub fn ones_like(&self) -> Tensor {
        require(attempt::ones_like(self))
    }

    /// `value` in the shape and dtype of `self`.
    #[must_use]
    #[track_caller]
    pub fn full_like(&self, value: impl Into<Scalar>) -> Tensor {
        require(attempt::full_like(self, value))
    }

    /// As `zeros-like`.
    #[must_use]
    #[track_caller]
    pub fn empty_like(&self) -> Tensor {
        require(attempt::empty_like(self))
    }

    /// As `rand`, of the shape and dtype of `self`.
    #[must_use]
    #[track_caller]
    pub fn rand_like(&self) -> Tensor {
        require(attempt::rand_like(self))
    }

    /// As `randn`, of the shape and dtype of `self`.
    #[must_use]
    #[track_caller]
    pub fn randn_like(&self) -> Tensor {
        require(attempt::randn_like(self))
    }

    /// 1 with the probability that `self` gives, else 0, from the instance's generator. *content-dependent* (a
    /// probability outside of [0, 1]).
    #[must_use]
    #[track_caller]
    pub fn bernoulli(&self) -> Tensor {
        require(attempt::bernoulli(self))
    }

    /// Draws `num-samples` indices a row of weights [n] or [m, n], int64, from the instance's generator.
    /// *content-dependent* (weights that are negative, not finite, or too few).
    ///
    /// PyTorch's defaults: `replacement = false`.
    #[must_use]
    #[track_caller]
    pub fn multinomial(&self, num_samples: i64, replacement: bool) -> Tensor {
        require(attempt::multinomial(self, num_samples, replacement))
    }

    /// self + alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn add(&self, other: &Tensor, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::add(self, other, alpha))
    }

    /// self + alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn add_scalar(&self, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::add_scalar(self, other, alpha))
    }

    /// self += alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[track_caller]
    pub fn add_(&self, other: &Tensor, alpha: impl Into<Scalar>) -> &Self {
        require(attempt::add_(self, other, alpha));
        self
    }

    /// self += alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[track_caller]
    pub fn add_scalar_(&self, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> &Self {
        require(attempt::add_scalar_(self, other, alpha));
        self
    }

    /// self - alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn sub(&self, other: &Tensor, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::sub(self, other, alpha))
    }

    /// self - alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn sub_scalar(&self, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::sub_scalar(self, other, alpha))
    }

    /// self -= alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[track_caller]
    pub fn sub_(&self, other: &Tensor, alpha: impl Into<Scalar>) -> &Self {
        require(attempt::sub_(self, other, alpha));
        self
    }

    /// self -= alpha * other.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[track_caller]
    pub fn sub_scalar_(&self, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> &Self {
        require(attempt::sub_scalar_(self, other, alpha));
        self
    }

    /// other - alpha * self.
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn rsub_scalar(&self, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::rsub_scalar(self, other, alpha))
    }

    /// self * other.
    #[must_use]
    #[track_caller]
    pub fn mul(&self, other: &Tensor) -> Tensor {
        require(attempt::mul(self, other))
    }

    /// self * other.
    #[must_use]
    #[track_caller]
    pub fn mul_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::mul_scalar(self, other))
    }

    /// self *= other.
    #[track_caller]
    pub fn mul_(&self, other: &Tensor) -> &Self {
        require(attempt::mul_(self, other));
        self
    }

    /// self *= other.
    #[track_caller]
    pub fn mul_scalar_(&self, other: impl Into<Scalar>) -> &Self {
        require(attempt::mul_scalar_(self, other));
        self
    }

    /// self / other, true division.
    #[must_use]
    #[track_caller]
    pub fn div(&self, other: &Tensor) -> Tensor {
        require(attempt::div(self, other))
    }

    /// self / other, true division.
    #[must_use]
    #[track_caller]
    pub fn div_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::div_scalar(self, other))
    }

    /// self /= other.
    #[track_caller]
    pub fn div_(&self, other: &Tensor) -> &Self {
        require(attempt::div_(self, other));
        self
    }

    /// self /= other.
    #[track_caller]
    pub fn div_scalar_(&self, other: impl Into<Scalar>) -> &Self {
        require(attempt::div_scalar_(self, other));
        self
    }

    /// self / other, rounded; integers stay integers. *content-dependent* (a zero among integers).
    #[must_use]
    #[track_caller]
    pub fn div_mode(&self, other: &Tensor, rounding_mode: RoundingMode) -> Tensor {
        require(attempt::div_mode(self, other, rounding_mode))
    }

    /// self / other, rounded; integers stay integers.
    #[must_use]
    #[track_caller]
    pub fn div_scalar_mode(&self, other: impl Into<Scalar>, rounding_mode: RoundingMode) -> Tensor {
        require(attempt::div_scalar_mode(self, other, rounding_mode))
    }

    /// The remainder with the sign of `other`, as Python's `%`. Integers: `other` must not hold 0.
    /// *content-dependent* (a zero among integers).
    #[must_use]
    #[track_caller]
    pub fn remainder(&self, other: &Tensor) -> Tensor {
        require(attempt::remainder(self, other))
    }

    /// The remainder with the sign of `other`.
    #[must_use]
    #[track_caller]
    pub fn remainder_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::remainder_scalar(self, other))
    }

    /// The remainder with the sign of `self`, as C's `fmod`. *content-dependent* (a zero among integers).
    #[must_use]
    #[track_caller]
    pub fn fmod(&self, other: &Tensor) -> Tensor {
        require(attempt::fmod(self, other))
    }

    /// The remainder with the sign of `self`.
    #[must_use]
    #[track_caller]
    pub fn fmod_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::fmod_scalar(self, other))
    }

    /// self ** exponent.
    #[must_use]
    #[track_caller]
    pub fn pow(&self, exponent: &Tensor) -> Tensor {
        require(attempt::pow(self, exponent))
    }

    /// self ** exponent.
    #[must_use]
    #[track_caller]
    pub fn pow_scalar(&self, exponent: impl Into<Scalar>) -> Tensor {
        require(attempt::pow_scalar(self, exponent))
    }

    /// self **= exponent.
    #[track_caller]
    pub fn pow_scalar_(&self, exponent: impl Into<Scalar>) -> &Self {
        require(attempt::pow_scalar_(self, exponent));
        self
    }

    /// -self.
    #[must_use]
    #[track_caller]
    pub fn neg(&self) -> Tensor {
        require(attempt::neg(self))
    }

    /// self = -self.
    #[track_caller]
    pub fn neg_(&self) -> &Self {
        require(attempt::neg_(self));
        self
    }

    /// |self|.
    #[must_use]
    #[track_caller]
    pub fn abs(&self) -> Tensor {
        require(attempt::abs(self))
    }

    /// -1, 0 or 1.
    #[must_use]
    #[track_caller]
    pub fn sign(&self) -> Tensor {
        require(attempt::sign(self))
    }

    /// 1 / self.
    #[must_use]
    #[track_caller]
    pub fn reciprocal(&self) -> Tensor {
        require(attempt::reciprocal(self))
    }

    /// self * self.
    #[must_use]
    #[track_caller]
    pub fn square(&self) -> Tensor {
        require(attempt::square(self))
    }

    /// self + weight * (end - self).
    #[must_use]
    #[track_caller]
    pub fn lerp(&self, end: &Tensor, weight: &Tensor) -> Tensor {
        require(attempt::lerp(self, end, weight))
    }

    /// self + weight * (end - self).
    #[must_use]
    #[track_caller]
    pub fn lerp_scalar(&self, end: &Tensor, weight: impl Into<Scalar>) -> Tensor {
        require(attempt::lerp_scalar(self, end, weight))
    }

    /// self += weight * (end - self).
    #[track_caller]
    pub fn lerp_scalar_(&self, end: &Tensor, weight: impl Into<Scalar>) -> &Self {
        require(attempt::lerp_scalar_(self, end, weight));
        self
    }

    /// self + value * tensor1 * tensor2.
    ///
    /// PyTorch's defaults: `value = 1`.
    #[must_use]
    #[track_caller]
    pub fn addcmul(&self, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> Tensor {
        require(attempt::addcmul(self, tensor1, tensor2, value))
    }

    /// self += value * tensor1 * tensor2.
    ///
    /// PyTorch's defaults: `value = 1`.
    #[track_caller]
    pub fn addcmul_(&self, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> &Self {
        require(attempt::addcmul_(self, tensor1, tensor2, value));
        self
    }

    /// self + value * tensor1 / tensor2.
    ///
    /// PyTorch's defaults: `value = 1`.
    #[must_use]
    #[track_caller]
    pub fn addcdiv(&self, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> Tensor {
        require(attempt::addcdiv(self, tensor1, tensor2, value))
    }

    /// self += value * tensor1 / tensor2.
    ///
    /// PyTorch's defaults: `value = 1`.
    #[track_caller]
    pub fn addcdiv_(&self, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> &Self {
        require(attempt::addcdiv_(self, tensor1, tensor2, value));
        self
    }

    /// e ** self.
    #[must_use]
    #[track_caller]
    pub fn exp(&self) -> Tensor {
        require(attempt::exp(self))
    }

    /// self = e ** self.
    #[track_caller]
    pub fn exp_(&self) -> &Self {
        require(attempt::exp_(self));
        self
    }

    /// 2 ** self.
    #[must_use]
    #[track_caller]
    pub fn exp2(&self) -> Tensor {
        require(attempt::exp2(self))
    }

    /// e ** self - 1, exact near 0.
    #[must_use]
    #[track_caller]
    pub fn expm1(&self) -> Tensor {
        require(attempt::expm1(self))
    }

    /// Natural logarithm.
    #[must_use]
    #[track_caller]
    pub fn log(&self) -> Tensor {
        require(attempt::log(self))
    }

    /// Logarithm to base 2.
    #[must_use]
    #[track_caller]
    pub fn log2(&self) -> Tensor {
        require(attempt::log2(self))
    }

    /// Logarithm to base 10.
    #[must_use]
    #[track_caller]
    pub fn log10(&self) -> Tensor {
        require(attempt::log10(self))
    }

    /// log(1 + self), exact near 0.
    #[must_use]
    #[track_caller]
    pub fn log1p(&self) -> Tensor {
        require(attempt::log1p(self))
    }

    /// log(self / (1 - self)), of `self` limited to [eps, 1 - eps] if given.
    ///
    /// PyTorch's defaults: `eps = none`.
    #[must_use]
    #[track_caller]
    pub fn logit(&self, eps: Option<f64>) -> Tensor {
        require(attempt::logit(self, eps))
    }

    /// Square root.
    #[must_use]
    #[track_caller]
    pub fn sqrt(&self) -> Tensor {
        require(attempt::sqrt(self))
    }

    /// self = sqrt(self).
    #[track_caller]
    pub fn sqrt_(&self) -> &Self {
        require(attempt::sqrt_(self));
        self
    }

    /// 1 / sqrt(self).
    #[must_use]
    #[track_caller]
    pub fn rsqrt(&self) -> Tensor {
        require(attempt::rsqrt(self))
    }

    /// Sine.
    #[must_use]
    #[track_caller]
    pub fn sin(&self) -> Tensor {
        require(attempt::sin(self))
    }

    /// Cosine.
    #[must_use]
    #[track_caller]
    pub fn cos(&self) -> Tensor {
        require(attempt::cos(self))
    }

    /// Tangent.
    #[must_use]
    #[track_caller]
    pub fn tan(&self) -> Tensor {
        require(attempt::tan(self))
    }

    /// Inverse sine.
    #[must_use]
    #[track_caller]
    pub fn asin(&self) -> Tensor {
        require(attempt::asin(self))
    }

    /// Inverse cosine.
    #[must_use]
    #[track_caller]
    pub fn acos(&self) -> Tensor {
        require(attempt::acos(self))
    }

    /// Inverse tangent.
    #[must_use]
    #[track_caller]
    pub fn atan(&self) -> Tensor {
        require(attempt::atan(self))
    }

    /// The angle of the point (other, self).
    #[must_use]
    #[track_caller]
    pub fn atan2(&self, other: &Tensor) -> Tensor {
        require(attempt::atan2(self, other))
    }

    /// Hyperbolic sine.
    #[must_use]
    #[track_caller]
    pub fn sinh(&self) -> Tensor {
        require(attempt::sinh(self))
    }

    /// Hyperbolic cosine.
    #[must_use]
    #[track_caller]
    pub fn cosh(&self) -> Tensor {
        require(attempt::cosh(self))
    }

    /// Hyperbolic tangent.
    #[must_use]
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        require(attempt::tanh(self))
    }

    /// Inverse hyperbolic sine.
    #[must_use]
    #[track_caller]
    pub fn asinh(&self) -> Tensor {
        require(attempt::asinh(self))
    }

    /// Inverse hyperbolic cosine.
    #[must_use]
    #[track_caller]
    pub fn acosh(&self) -> Tensor {
        require(attempt::acosh(self))
    }

    /// Inverse hyperbolic tangent.
    #[must_use]
    #[track_caller]
    pub fn atanh(&self) -> Tensor {
        require(attempt::atanh(self))
    }

    /// Error function.
    #[must_use]
    #[track_caller]
    pub fn erf(&self) -> Tensor {
        require(attempt::erf(self))
    }

    /// 1 - erf(self).
    #[must_use]
    #[track_caller]
    pub fn erfc(&self) -> Tensor {
        require(attempt::erfc(self))
    }

    /// Inverse of the error function.
    #[must_use]
    #[track_caller]
    pub fn erfinv(&self) -> Tensor {
        require(attempt::erfinv(self))
    }

    /// Logarithm of the absolute value of the gamma function.
    #[must_use]
    #[track_caller]
    pub fn lgamma(&self) -> Tensor {
        require(attempt::lgamma(self))
    }

    /// Derivative of `lgamma`.
    #[must_use]
    #[track_caller]
    pub fn digamma(&self) -> Tensor {
        require(attempt::digamma(self))
    }

    /// self * log(other), 0 where self is 0.
    #[must_use]
    #[track_caller]
    pub fn xlogy(&self, other: &Tensor) -> Tensor {
        require(attempt::xlogy(self, other))
    }

    /// log(e ** self + e ** other).
    #[must_use]
    #[track_caller]
    pub fn logaddexp(&self, other: &Tensor) -> Tensor {
        require(attempt::logaddexp(self, other))
    }

    /// The largest whole number that is not above.
    #[must_use]
    #[track_caller]
    pub fn floor(&self) -> Tensor {
        require(attempt::floor(self))
    }

    /// The smallest whole number that is not below.
    #[must_use]
    #[track_caller]
    pub fn ceil(&self) -> Tensor {
        require(attempt::ceil(self))
    }

    /// The nearest whole number, halves to the even one.
    #[must_use]
    #[track_caller]
    pub fn round(&self) -> Tensor {
        require(attempt::round(self))
    }

    /// The whole part.
    #[must_use]
    #[track_caller]
    pub fn trunc(&self) -> Tensor {
        require(attempt::trunc(self))
    }

    /// The part after the point.
    #[must_use]
    #[track_caller]
    pub fn frac(&self) -> Tensor {
        require(attempt::frac(self))
    }

    /// Limits to [min, max]; at least one must be given.
    ///
    /// PyTorch's defaults: `min = none`, `max = none`.
    #[must_use]
    #[track_caller]
    pub fn clamp(&self, min: Option<Scalar>, max: Option<Scalar>) -> Tensor {
        require(attempt::clamp(self, min, max))
    }

    /// Limits to [min, max] in place.
    ///
    /// PyTorch's defaults: `min = none`, `max = none`.
    #[track_caller]
    pub fn clamp_(&self, min: Option<Scalar>, max: Option<Scalar>) -> &Self {
        require(attempt::clamp_(self, min, max));
        self
    }

    /// Limits to [min, max] element by element; at least one must be given.
    ///
    /// PyTorch's defaults: `min = none`, `max = none`.
    #[must_use]
    #[track_caller]
    pub fn clamp_tensor(&self, min: Option<&Tensor>, max: Option<&Tensor>) -> Tensor {
        require(attempt::clamp_tensor(self, min, max))
    }

    /// Element-wise maximum; NaN if either is.
    #[must_use]
    #[track_caller]
    pub fn maximum(&self, other: &Tensor) -> Tensor {
        require(attempt::maximum(self, other))
    }

    /// Element-wise minimum; NaN if either is.
    #[must_use]
    #[track_caller]
    pub fn minimum(&self, other: &Tensor) -> Tensor {
        require(attempt::minimum(self, other))
    }

    /// NaN and infinities replaced: by 0, the largest and the lowest number where none is given.
    ///
    /// PyTorch's defaults: `nan = none`, `posinf = none`, `neginf = none`.
    #[must_use]
    #[track_caller]
    pub fn nan_to_num(&self, nan: Option<f64>, posinf: Option<f64>, neginf: Option<f64>) -> Tensor {
        require(attempt::nan_to_num(self, nan, posinf, neginf))
    }

    /// max(self, 0).
    #[must_use]
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        require(attempt::relu(self))
    }

    /// self = max(self, 0).
    #[track_caller]
    pub fn relu_(&self) -> &Self {
        require(attempt::relu_(self));
        self
    }

    /// min(max(self, 0), 6).
    #[must_use]
    #[track_caller]
    pub fn relu6(&self) -> Tensor {
        require(attempt::relu6(self))
    }

    /// 1 / (1 + e ** -self).
    #[must_use]
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        require(attempt::sigmoid(self))
    }

    /// log(sigmoid(self)).
    #[must_use]
    #[track_caller]
    pub fn log_sigmoid(&self) -> Tensor {
        require(attempt::log_sigmoid(self))
    }

    /// relu6(self + 3) / 6.
    #[must_use]
    #[track_caller]
    pub fn hardsigmoid(&self) -> Tensor {
        require(attempt::hardsigmoid(self))
    }

    /// self * sigmoid(self).
    #[must_use]
    #[track_caller]
    pub fn silu(&self) -> Tensor {
        require(attempt::silu(self))
    }

    /// self * hardsigmoid(self).
    #[must_use]
    #[track_caller]
    pub fn hardswish(&self) -> Tensor {
        require(attempt::hardswish(self))
    }

    /// self * tanh(softplus(self)).
    #[must_use]
    #[track_caller]
    pub fn mish(&self) -> Tensor {
        require(attempt::mish(self))
    }

    /// Gaussian error linear unit.
    ///
    /// PyTorch's defaults: `approximate = none`.
    #[must_use]
    #[track_caller]
    pub fn gelu(&self, approximate: GeluApproximation) -> Tensor {
        require(attempt::gelu(self, approximate))
    }

    /// scale * self above 0, below scale * alpha * (e ** (self * input-scale) - 1).
    ///
    /// PyTorch's defaults: `alpha = 1`, `scale = 1`, `input_scale = 1`.
    #[must_use]
    #[track_caller]
    pub fn elu(&self, alpha: impl Into<Scalar>, scale: impl Into<Scalar>, input_scale: impl Into<Scalar>) -> Tensor {
        require(attempt::elu(self, alpha, scale, input_scale))
    }

    /// Scaled ELU with the constants of Klambauer et al. (2017).
    #[must_use]
    #[track_caller]
    pub fn selu(&self) -> Tensor {
        require(attempt::selu(self))
    }

    /// max(0, self) + min(0, alpha * (e ** (self / alpha) - 1)).
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn celu(&self, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::celu(self, alpha))
    }

    /// self above 0, negative-slope * self below.
    ///
    /// PyTorch's defaults: `negative_slope = 0.01`.
    #[must_use]
    #[track_caller]
    pub fn leaky_relu(&self, negative_slope: impl Into<Scalar>) -> Tensor {
        require(attempt::leaky_relu(self, negative_slope))
    }

    /// self above 0, weight * self below; `weight` has one number or one a channel (dimension 1).
    #[must_use]
    #[track_caller]
    pub fn prelu(&self, weight: &Tensor) -> Tensor {
        require(attempt::prelu(self, weight))
    }

    /// Limits to [min-val, max-val].
    ///
    /// PyTorch's defaults: `min_val = -1`, `max_val = 1`.
    #[must_use]
    #[track_caller]
    pub fn hardtanh(&self, min_val: impl Into<Scalar>, max_val: impl Into<Scalar>) -> Tensor {
        require(attempt::hardtanh(self, min_val, max_val))
    }

    /// log(1 + e ** (beta * self)) / beta; self where beta * self is above `threshold`.
    ///
    /// PyTorch's defaults: `beta = 1`, `threshold = 20`.
    #[must_use]
    #[track_caller]
    pub fn softplus(&self, beta: impl Into<Scalar>, threshold: impl Into<Scalar>) -> Tensor {
        require(attempt::softplus(self, beta, threshold))
    }

    /// The first half of dimension `dim` times the sigmoid of the second.
    ///
    /// PyTorch's defaults: `dim = -1`.
    #[must_use]
    #[track_caller]
    pub fn glu(&self, dim: i64) -> Tensor {
        require(attempt::glu(self, dim))
    }

    /// self == other.
    #[must_use]
    #[track_caller]
    pub fn eq(&self, other: &Tensor) -> Tensor {
        require(attempt::eq(self, other))
    }

    /// self == other.
    #[must_use]
    #[track_caller]
    pub fn eq_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::eq_scalar(self, other))
    }

    /// self != other.
    #[must_use]
    #[track_caller]
    pub fn ne(&self, other: &Tensor) -> Tensor {
        require(attempt::ne(self, other))
    }

    /// self != other.
    #[must_use]
    #[track_caller]
    pub fn ne_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::ne_scalar(self, other))
    }

    /// self < other.
    #[must_use]
    #[track_caller]
    pub fn lt(&self, other: &Tensor) -> Tensor {
        require(attempt::lt(self, other))
    }

    /// self < other.
    #[must_use]
    #[track_caller]
    pub fn lt_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::lt_scalar(self, other))
    }

    /// self <= other.
    #[must_use]
    #[track_caller]
    pub fn le(&self, other: &Tensor) -> Tensor {
        require(attempt::le(self, other))
    }

    /// self <= other.
    #[must_use]
    #[track_caller]
    pub fn le_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::le_scalar(self, other))
    }

    /// self > other.
    #[must_use]
    #[track_caller]
    pub fn gt(&self, other: &Tensor) -> Tensor {
        require(attempt::gt(self, other))
    }

    /// self > other.
    #[must_use]
    #[track_caller]
    pub fn gt_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::gt_scalar(self, other))
    }

    /// self >= other.
    #[must_use]
    #[track_caller]
    pub fn ge(&self, other: &Tensor) -> Tensor {
        require(attempt::ge(self, other))
    }

    /// self >= other.
    #[must_use]
    #[track_caller]
    pub fn ge_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::ge_scalar(self, other))
    }

    /// |self - other| <= atol + rtol * |other|.
    ///
    /// PyTorch's defaults: `rtol = 1e-5`, `atol = 1e-8`, `equal_nan = false`.
    #[must_use]
    #[track_caller]
    pub fn isclose(&self, other: &Tensor, rtol: f64, atol: f64, equal_nan: bool) -> Tensor {
        require(attempt::isclose(self, other, rtol, atol, equal_nan))
    }

    /// Whether it is not a number.
    #[must_use]
    #[track_caller]
    pub fn isnan(&self) -> Tensor {
        require(attempt::isnan(self))
    }

    /// Whether it is infinite.
    #[must_use]
    #[track_caller]
    pub fn isinf(&self) -> Tensor {
        require(attempt::isinf(self))
    }

    /// Whether it is neither NaN nor infinite.
    #[must_use]
    #[track_caller]
    pub fn isfinite(&self) -> Tensor {
        require(attempt::isfinite(self))
    }

    /// not self; zero is false.
    #[must_use]
    #[track_caller]
    pub fn logical_not(&self) -> Tensor {
        require(attempt::logical_not(self))
    }

    /// self and other.
    #[must_use]
    #[track_caller]
    pub fn logical_and(&self, other: &Tensor) -> Tensor {
        require(attempt::logical_and(self, other))
    }

    /// self or other.
    #[must_use]
    #[track_caller]
    pub fn logical_or(&self, other: &Tensor) -> Tensor {
        require(attempt::logical_or(self, other))
    }

    /// Whether just one is true.
    #[must_use]
    #[track_caller]
    pub fn logical_xor(&self, other: &Tensor) -> Tensor {
        require(attempt::logical_xor(self, other))
    }

    /// Every bit the other way; not, of bool. Integers and bool, as all that follow.
    #[must_use]
    #[track_caller]
    pub fn bitwise_not(&self) -> Tensor {
        require(attempt::bitwise_not(self))
    }

    /// Bits of both.
    #[must_use]
    #[track_caller]
    pub fn bitwise_and(&self, other: &Tensor) -> Tensor {
        require(attempt::bitwise_and(self, other))
    }

    /// Bits of both.
    #[must_use]
    #[track_caller]
    pub fn bitwise_and_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::bitwise_and_scalar(self, other))
    }

    /// Bits of either.
    #[must_use]
    #[track_caller]
    pub fn bitwise_or(&self, other: &Tensor) -> Tensor {
        require(attempt::bitwise_or(self, other))
    }

    /// Bits of either.
    #[must_use]
    #[track_caller]
    pub fn bitwise_or_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::bitwise_or_scalar(self, other))
    }

    /// Bits of just one.
    #[must_use]
    #[track_caller]
    pub fn bitwise_xor(&self, other: &Tensor) -> Tensor {
        require(attempt::bitwise_xor(self, other))
    }

    /// Bits of just one.
    #[must_use]
    #[track_caller]
    pub fn bitwise_xor_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::bitwise_xor_scalar(self, other))
    }

    /// self * 2 ** other. `other` is at least 0 and less than the bits of the dtype.
    #[must_use]
    #[track_caller]
    pub fn bitwise_left_shift_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::bitwise_left_shift_scalar(self, other))
    }

    /// self / 2 ** other, rounded down. `other` as for `bitwise-left-shift-scalar`.
    #[must_use]
    #[track_caller]
    pub fn bitwise_right_shift_scalar(&self, other: impl Into<Scalar>) -> Tensor {
        require(attempt::bitwise_right_shift_scalar(self, other))
    }

    /// `value`, a tensor of one element and no dimension, where the bool `mask` holds.
    #[must_use]
    #[track_caller]
    pub fn masked_fill(&self, mask: &Tensor, value: &Tensor) -> Tensor {
        require(attempt::masked_fill(self, mask, value))
    }

    /// `value` where the bool `mask` holds.
    #[must_use]
    #[track_caller]
    pub fn masked_fill_scalar(&self, mask: &Tensor, value: impl Into<Scalar>) -> Tensor {
        require(attempt::masked_fill_scalar(self, mask, value))
    }

    /// self = `value` where the bool `mask` holds.
    #[track_caller]
    pub fn masked_fill_scalar_(&self, mask: &Tensor, value: impl Into<Scalar>) -> &Self {
        require(attempt::masked_fill_scalar_(self, mask, value));
        self
    }

    /// `value` in the shape and dtype of `self`, recorded for backward.
    #[must_use]
    #[track_caller]
    pub fn fill_scalar(&self, value: impl Into<Scalar>) -> Tensor {
        require(attempt::fill_scalar(self, value))
    }

    /// self = value everywhere.
    #[track_caller]
    pub fn fill_scalar_(&self, value: impl Into<Scalar>) -> &Self {
        require(attempt::fill_scalar_(self, value));
        self
    }

    /// self = 0 everywhere.
    #[track_caller]
    pub fn zero_(&self) -> &Self {
        require(attempt::zero_(self));
        self
    }

    /// Copies src into self, broadcasting and converting.
    #[track_caller]
    pub fn copy_(&self, src: &Tensor) -> &Self {
        require(attempt::copy_(self, src));
        self
    }

    /// Fills with numbers uniform on [low, high), from the instance's generator. Floating dtypes.
    ///
    /// PyTorch's defaults: `low = 0`, `high = 1`.
    #[track_caller]
    pub fn uniform_(&self, low: f64, high: f64) -> &Self {
        require(attempt::uniform_(self, low, high));
        self
    }

    /// Fills with normal numbers, from the instance's generator. Floating dtypes.
    ///
    /// PyTorch's defaults: `mean = 0`, `std = 1`.
    #[track_caller]
    pub fn normal_(&self, mean: f64, std: f64) -> &Self {
        require(attempt::normal_(self, mean, std));
        self
    }

    /// Fills with 1 with probability p and 0 otherwise, from the instance's generator.
    ///
    /// PyTorch's defaults: `p = 0.5`.
    #[track_caller]
    pub fn bernoulli_(&self, p: f64) -> &Self {
        require(attempt::bernoulli_(self, p));
        self
    }

    /// Converts to dtype; the same storage when it already has it.
    #[must_use]
    #[track_caller]
    pub fn to_dtype(&self, dtype: Dtype) -> Tensor {
        require(attempt::to_dtype(self, dtype))
    }

    /// A copy with storage of its own.
    #[must_use]
    #[track_caller]
    pub fn deep_clone(&self) -> Tensor {
        require(attempt::deep_clone(self))
    }

    /// The same storage as another tensor.
    #[must_use]
    #[track_caller]
    pub fn alias(&self) -> Tensor {
        require(attempt::alias(self))
    }

    /// Same elements, other shape; one size may be -1. A view where the strides allow, else a copy.
    #[must_use]
    #[track_caller]
    pub fn reshape(&self, shape: &[i64]) -> Tensor {
        require(attempt::reshape(self, shape))
    }

    /// As `reshape`, but never a copy. Errors: `invalid-argument` where the strides do not allow it.
    #[must_use]
    #[track_caller]
    pub fn view(&self, shape: &[i64]) -> Tensor {
        require(attempt::view(self, shape))
    }

    /// Reorders dimensions.
    #[must_use]
    #[track_caller]
    pub fn permute(&self, dims: &[i64]) -> Tensor {
        require(attempt::permute(self, dims))
    }

    /// Swaps two dimensions.
    #[must_use]
    #[track_caller]
    pub fn transpose(&self, dim0: i64, dim1: i64) -> Tensor {
        require(attempt::transpose(self, dim0, dim1))
    }

    /// Moves dimensions, the others keep their order.
    #[must_use]
    #[track_caller]
    pub fn movedim(&self, source: &[i64], destination: &[i64]) -> Tensor {
        require(attempt::movedim(self, source, destination))
    }

    /// Merges dimensions start-dim .. end-dim.
    ///
    /// PyTorch's defaults: `start_dim = 0`, `end_dim = -1`.
    #[must_use]
    #[track_caller]
    pub fn flatten(&self, start_dim: i64, end_dim: i64) -> Tensor {
        require(attempt::flatten(self, start_dim, end_dim))
    }

    /// Splits dimension `dim`; one size may be -1.
    #[must_use]
    #[track_caller]
    pub fn unflatten(&self, dim: i64, sizes: &[i64]) -> Tensor {
        require(attempt::unflatten(self, dim, sizes))
    }

    /// Inserts a dimension of size 1.
    #[must_use]
    #[track_caller]
    pub fn unsqueeze(&self, dim: i64) -> Tensor {
        require(attempt::unsqueeze(self, dim))
    }

    /// Removes dimension `dim` if its size is 1.
    #[must_use]
    #[track_caller]
    pub fn squeeze(&self, dim: i64) -> Tensor {
        require(attempt::squeeze(self, dim))
    }

    /// Removes those of the dimensions whose size is 1.
    #[must_use]
    #[track_caller]
    pub fn squeeze_dims(&self, dim: &[i64]) -> Tensor {
        require(attempt::squeeze_dims(self, dim))
    }

    /// Repeats dimensions of size 1 without copying; -1 keeps a dimension as it is.
    #[must_use]
    #[track_caller]
    pub fn expand(&self, shape: &[i64]) -> Tensor {
        require(attempt::expand(self, shape))
    }

    /// Elements start .. start+length-1 of dimension `dim`, a view.
    #[must_use]
    #[track_caller]
    pub fn narrow(&self, dim: i64, start: i64, length: i64) -> Tensor {
        require(attempt::narrow(self, dim, start, length))
    }

    /// One index of dimension `dim`, which disappears, a view.
    #[must_use]
    #[track_caller]
    pub fn select(&self, dim: i64, index: i64) -> Tensor {
        require(attempt::select(self, dim, index))
    }

    /// Every `step`-th element from `start` up to before `end`, limited to the size as Python does, a view.
    ///
    /// PyTorch's defaults: `start = none`, `end = none`, `step = 1`.
    #[must_use]
    #[track_caller]
    pub fn slice(&self, dim: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Tensor {
        require(attempt::slice(self, dim, start, end, step))
    }

    /// A copy of `self` with `src` where `slice` looks.
    ///
    /// PyTorch's defaults: `dim = 0`, `start = none`, `end = none`, `step = 1`.
    #[must_use]
    #[track_caller]
    pub fn slice_scatter(&self, src: &Tensor, dim: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Tensor {
        require(attempt::slice_scatter(self, src, dim, start, end, step))
    }

    /// A copy of `self` with `src` where `select` looks.
    #[must_use]
    #[track_caller]
    pub fn select_scatter(&self, src: &Tensor, dim: i64, index: i64) -> Tensor {
        require(attempt::select_scatter(self, src, dim, index))
    }

    /// A view of the storage of `self` with these sizes and strides (at least 0), which must lie in it.
    ///
    /// PyTorch's defaults: `storage_offset = none`.
    #[must_use]
    #[track_caller]
    pub fn as_strided(&self, size: &[i64], stride: &[i64], storage_offset: Option<i64>) -> Tensor {
        require(attempt::as_strided(self, size, stride, storage_offset))
    }

    /// Views of `split-size` along `dim`; the last may be smaller.
    ///
    /// PyTorch's defaults: `dim = 0`.
    #[must_use]
    #[track_caller]
    pub fn split(&self, split_size: i64, dim: i64) -> Vec<Tensor> {
        require(attempt::split(self, split_size, dim))
    }

    /// Views of these sizes along `dim`.
    ///
    /// PyTorch's defaults: `dim = 0`.
    #[must_use]
    #[track_caller]
    pub fn split_with_sizes(&self, split_sizes: &[i64], dim: i64) -> Vec<Tensor> {
        require(attempt::split_with_sizes(self, split_sizes, dim))
    }

    /// At most `chunks` views of equal size along `dim`; the last may be smaller.
    ///
    /// PyTorch's defaults: `dim = 0`.
    #[must_use]
    #[track_caller]
    pub fn chunk(&self, chunks: i64, dim: i64) -> Vec<Tensor> {
        require(attempt::chunk(self, chunks, dim))
    }

    /// All views that `select` gives along `dim`.
    ///
    /// PyTorch's defaults: `dim = 0`.
    #[must_use]
    #[track_caller]
    pub fn unbind(&self, dim: i64) -> Vec<Tensor> {
        require(attempt::unbind(self, dim))
    }

    /// The diagonal of two dimensions as a new last one, a view.
    ///
    /// PyTorch's defaults: `offset = 0`, `dim1 = 0`, `dim2 = 1`.
    #[must_use]
    #[track_caller]
    pub fn diagonal(&self, offset: i64, dim1: i64, dim2: i64) -> Tensor {
        require(attempt::diagonal(self, offset, dim1, dim2))
    }

    /// The last dimension becomes the diagonal of two new ones.
    ///
    /// PyTorch's defaults: `offset = 0`, `dim1 = -2`, `dim2 = -1`.
    #[must_use]
    #[track_caller]
    pub fn diag_embed(&self, offset: i64, dim1: i64, dim2: i64) -> Tensor {
        require(attempt::diag_embed(self, offset, dim1, dim2))
    }

    /// All windows of `size` along `dimension`, `step` apart, in a new last dimension, a view.
    #[must_use]
    #[track_caller]
    pub fn unfold(&self, dimension: i64, size: i64, step: i64) -> Tensor {
        require(attempt::unfold(self, dimension, size, step))
    }

    /// Copies the whole `repeats` times along each dimension.
    #[must_use]
    #[track_caller]
    pub fn repeat(&self, repeats: &[i64]) -> Tensor {
        require(attempt::repeat(self, repeats))
    }

    /// Repeats each element; none: of the flattened tensor.
    ///
    /// PyTorch's defaults: `dim = none`.
    #[must_use]
    #[track_caller]
    pub fn repeat_interleave(&self, repeats: i64, dim: Option<i64>) -> Tensor {
        require(attempt::repeat_interleave(self, repeats, dim))
    }

    /// Reverses these dimensions.
    #[must_use]
    #[track_caller]
    pub fn flip(&self, dims: &[i64]) -> Tensor {
        require(attempt::flip(self, dims))
    }

    /// Moves elements along dimensions; what leaves at one end enters at the other.
    #[must_use]
    #[track_caller]
    pub fn roll(&self, shifts: &[i64], dims: &[i64]) -> Tensor {
        require(attempt::roll(self, shifts, dims))
    }

    /// Zeroes what lies above the diagonal of the last two dimensions.
    ///
    /// PyTorch's defaults: `diagonal = 0`.
    #[must_use]
    #[track_caller]
    pub fn tril(&self, diagonal: i64) -> Tensor {
        require(attempt::tril(self, diagonal))
    }

    /// Zeroes what lies below the diagonal of the last two dimensions.
    ///
    /// PyTorch's defaults: `diagonal = 0`.
    #[must_use]
    #[track_caller]
    pub fn triu(&self, diagonal: i64) -> Tensor {
        require(attempt::triu(self, diagonal))
    }

    /// Row-major storage in dimension order.
    #[must_use]
    #[track_caller]
    pub fn contiguous(&self) -> Tensor {
        require(attempt::contiguous(self))
    }

    /// [N, C, H, W] stored as [N, H, W, C], the fast layout for convolutions on a CPU.
    #[must_use]
    #[track_caller]
    pub fn contiguous_channels_last(&self) -> Tensor {
        require(attempt::contiguous_channels_last(self))
    }

    /// Constant padding; `pad` has two numbers a dimension, the last dimension first; negative ones cut off.
    ///
    /// PyTorch's defaults: `value = 0`.
    #[must_use]
    #[track_caller]
    pub fn constant_pad_nd(&self, pad: &[i64], value: impl Into<Scalar>) -> Tensor {
        require(attempt::constant_pad_nd(self, pad, value))
    }

    /// Pads the last dimension by its mirror image; padding [left, right].
    #[must_use]
    #[track_caller]
    pub fn reflection_pad1d(&self, padding: &[i64]) -> Tensor {
        require(attempt::reflection_pad1d(self, padding))
    }

    /// As `reflection-pad1d`; padding [left, right, top, bottom].
    #[must_use]
    #[track_caller]
    pub fn reflection_pad2d(&self, padding: &[i64]) -> Tensor {
        require(attempt::reflection_pad2d(self, padding))
    }

    /// As `reflection-pad1d`; padding [left, right, top, bottom, front, back].
    #[must_use]
    #[track_caller]
    pub fn reflection_pad3d(&self, padding: &[i64]) -> Tensor {
        require(attempt::reflection_pad3d(self, padding))
    }

    /// Pads the last dimension by its border; padding [left, right].
    #[must_use]
    #[track_caller]
    pub fn replication_pad1d(&self, padding: &[i64]) -> Tensor {
        require(attempt::replication_pad1d(self, padding))
    }

    /// As `replication-pad1d`; padding [left, right, top, bottom].
    #[must_use]
    #[track_caller]
    pub fn replication_pad2d(&self, padding: &[i64]) -> Tensor {
        require(attempt::replication_pad2d(self, padding))
    }

    /// As `replication-pad1d`; padding [left, right, top, bottom, front, back].
    #[must_use]
    #[track_caller]
    pub fn replication_pad3d(&self, padding: &[i64]) -> Tensor {
        require(attempt::replication_pad3d(self, padding))
    }

    /// [..., c * r * r, h, w] -> [..., c, h * r, w * r].
    #[must_use]
    #[track_caller]
    pub fn pixel_shuffle(&self, upscale_factor: i64) -> Tensor {
        require(attempt::pixel_shuffle(self, upscale_factor))
    }

    /// [..., c, h * r, w * r] -> [..., c * r * r, h, w].
    #[must_use]
    #[track_caller]
    pub fn pixel_unshuffle(&self, downscale_factor: i64) -> Tensor {
        require(attempt::pixel_unshuffle(self, downscale_factor))
    }

    /// Rows `index` (int64 or int32, 1-D) of dimension `dim`. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn index_select(&self, dim: i64, index: &Tensor) -> Tensor {
        require(attempt::index_select(self, dim, index))
    }

    /// out[i][j][k] = self[i][index[i][j][k]][k] for dim 1. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn gather(&self, dim: i64, index: &Tensor) -> Tensor {
        require(attempt::gather(self, dim, index))
    }

    /// As `gather`, after broadcasting the other dimensions. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn take_along_dim(&self, indices: &Tensor, dim: i64) -> Tensor {
        require(attempt::take_along_dim(self, indices, dim))
    }

    /// Indexing by tensors, one a dimension, none for all of it; the tensors broadcast against each other. bool
    /// masks: `masked-select`. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn index(&self, indices: &[Option<&Tensor>]) -> Tensor {
        require(attempt::index(self, indices))
    }

    /// A copy of `self` with `values` where `index` looks; `accumulate` adds. *content-dependent* (an index out of
    /// range).
    ///
    /// PyTorch's defaults: `accumulate = false`.
    #[must_use]
    #[track_caller]
    pub fn index_put(&self, indices: &[Option<&Tensor>], values: &Tensor, accumulate: bool) -> Tensor {
        require(attempt::index_put(self, indices, values, accumulate))
    }

    /// `index-put` into `self`. *content-dependent* (an index out of range).
    ///
    /// PyTorch's defaults: `accumulate = false`.
    #[track_caller]
    pub fn index_put_(&self, indices: &[Option<&Tensor>], values: &Tensor, accumulate: bool) -> &Self {
        require(attempt::index_put_(self, indices, values, accumulate));
        self
    }

    /// A copy of `self` with alpha * source added to the rows `index`. *content-dependent* (an index out of range).
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn index_add(&self, dim: i64, index: &Tensor, source: &Tensor, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::index_add(self, dim, index, source, alpha))
    }

    /// `index-add` into `self`. *content-dependent* (an index out of range).
    ///
    /// PyTorch's defaults: `alpha = 1`.
    #[track_caller]
    pub fn index_add_(&self, dim: i64, index: &Tensor, source: &Tensor, alpha: impl Into<Scalar>) -> &Self {
        require(attempt::index_add_(self, dim, index, source, alpha));
        self
    }

    /// A copy of `self` with source in the rows `index`. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn index_copy(&self, dim: i64, index: &Tensor, source: &Tensor) -> Tensor {
        require(attempt::index_copy(self, dim, index, source))
    }

    /// `index-copy` into `self`. *content-dependent* (an index out of range).
    #[track_caller]
    pub fn index_copy_(&self, dim: i64, index: &Tensor, source: &Tensor) -> &Self {
        require(attempt::index_copy_(self, dim, index, source));
        self
    }

    /// A copy of `self` with value in the rows `index`. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn index_fill_scalar(&self, dim: i64, index: &Tensor, value: impl Into<Scalar>) -> Tensor {
        require(attempt::index_fill_scalar(self, dim, index, value))
    }

    /// A copy of `self` with self[index[i][j]][j] = src[i][j] for dim 0. Which of several values for one place wins
    /// is the last in row-major order on a CPU. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn scatter(&self, dim: i64, index: &Tensor, src: &Tensor) -> Tensor {
        require(attempt::scatter(self, dim, index, src))
    }

    /// As `scatter` of one value. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn scatter_scalar(&self, dim: i64, index: &Tensor, value: impl Into<Scalar>) -> Tensor {
        require(attempt::scatter_scalar(self, dim, index, value))
    }

    /// As `scatter`, but adds. *content-dependent* (an index out of range).
    #[must_use]
    #[track_caller]
    pub fn scatter_add(&self, dim: i64, index: &Tensor, src: &Tensor) -> Tensor {
        require(attempt::scatter_add(self, dim, index, src))
    }

    /// `scatter-add` into `self`. *content-dependent* (an index out of range).
    #[track_caller]
    pub fn scatter_add_(&self, dim: i64, index: &Tensor, src: &Tensor) -> &Self {
        require(attempt::scatter_add_(self, dim, index, src));
        self
    }

    /// As `scatter`, values for one place reduced, with what `self` holds there if `include-self`.
    /// *content-dependent* (an index out of range).
    ///
    /// PyTorch's defaults: `include_self = true`.
    #[must_use]
    #[track_caller]
    pub fn scatter_reduce(&self, dim: i64, index: &Tensor, src: &Tensor, reduce: ScatterReduction, include_self: bool) -> Tensor {
        require(attempt::scatter_reduce(self, dim, index, src, reduce, include_self))
    }

    /// The elements where the bool `mask` holds; 1-D. *content-dependent shape*.
    #[must_use]
    #[track_caller]
    pub fn masked_select(&self, mask: &Tensor) -> Tensor {
        require(attempt::masked_select(self, mask))
    }

    /// A copy of `self` with the elements of `source`, in order, where the bool `mask` holds. *content-dependent*
    /// (too few elements).
    #[must_use]
    #[track_caller]
    pub fn masked_scatter(&self, mask: &Tensor, source: &Tensor) -> Tensor {
        require(attempt::masked_scatter(self, mask, source))
    }

    /// Indices of all elements that are not zero, int64 [count, dimensions]. *content-dependent shape*.
    #[must_use]
    #[track_caller]
    pub fn nonzero(&self) -> Tensor {
        require(attempt::nonzero(self))
    }

    /// int64 classes -> int64 [..., num-classes] with a 1 at the class. *content-dependent* (a class out of range).
    #[must_use]
    #[track_caller]
    pub fn one_hot(&self, num_classes: i64) -> Tensor {
        require(attempt::one_hot(self, num_classes))
    }

    /// How often each of 0, 1, ... occurs in a 1-D integer tensor. *content-dependent shape* (the largest value;
    /// negative ones fail).
    ///
    /// PyTorch's defaults: `weights = none`, `minlength = 0`.
    #[must_use]
    #[track_caller]
    pub fn bincount(&self, weights: Option<&Tensor>, minlength: i64) -> Tensor {
        require(attempt::bincount(self, weights, minlength))
    }

    /// Sorted distinct elements, for each element the place of its value, and how often each occurs.
    /// *content-dependent shape*.
    #[must_use]
    #[track_caller]
    pub fn unique(&self) -> (Tensor, Tensor, Tensor) {
        require(attempt::unique(self))
    }

    /// Sorted values and their int64 indices; the order of equal ones is kept.
    ///
    /// PyTorch's defaults: `dim = -1`, `descending = false`.
    #[must_use]
    #[track_caller]
    pub fn sort(&self, dim: i64, descending: bool) -> (Tensor, Tensor) {
        require(attempt::sort(self, dim, descending))
    }

    /// The indices of `sort`.
    ///
    /// PyTorch's defaults: `dim = -1`, `descending = false`.
    #[must_use]
    #[track_caller]
    pub fn argsort(&self, dim: i64, descending: bool) -> Tensor {
        require(attempt::argsort(self, dim, descending))
    }

    /// The k largest (or smallest) values along `dim` and their int64 indices.
    ///
    /// PyTorch's defaults: `dim = -1`, `largest = true`, `sorted = true`.
    #[must_use]
    #[track_caller]
    pub fn topk(&self, k: i64, dim: i64, largest: bool, sorted: bool) -> (Tensor, Tensor) {
        require(attempt::topk(self, k, dim, largest, sorted))
    }

    /// The k-th smallest value along `dim`, counted from 1, and its index.
    ///
    /// PyTorch's defaults: `dim = -1`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn kthvalue(&self, k: i64, dim: i64, keepdim: bool) -> (Tensor, Tensor) {
        require(attempt::kthvalue(self, k, dim, keepdim))
    }

    /// Sum; integers sum as int64.
    ///
    /// PyTorch's defaults: `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn sum(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::sum(self, dim, keepdim))
    }

    /// Sum of what is not NaN.
    ///
    /// PyTorch's defaults: `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn nansum(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::nansum(self, dim, keepdim))
    }

    /// Mean of floating tensors.
    ///
    /// PyTorch's defaults: `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn mean(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::mean(self, dim, keepdim))
    }

    /// Product; integers as int64; none: of all elements.
    ///
    /// PyTorch's defaults: `dim = none`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn prod(&self, dim: Option<i64>, keepdim: bool) -> Tensor {
        require(attempt::prod(self, dim, keepdim))
    }

    /// Standard deviation of floating tensors. `correction` is taken from the number of elements in the divisor: 1 is
    /// Bessel's; where nothing is left the result is NaN or infinite.
    ///
    /// PyTorch's defaults: `dim = []`, `correction = 1`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn std(&self, dim: &[i64], correction: i64, keepdim: bool) -> Tensor {
        require(attempt::std(self, dim, correction, keepdim))
    }

    /// Variance; `correction` as for `std`.
    ///
    /// PyTorch's defaults: `dim = []`, `correction = 1`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn var(&self, dim: &[i64], correction: i64, keepdim: bool) -> Tensor {
        require(attempt::var(self, dim, correction, keepdim))
    }

    /// Largest value.
    ///
    /// PyTorch's defaults: `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn amax(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::amax(self, dim, keepdim))
    }

    /// Smallest value.
    ///
    /// PyTorch's defaults: `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn amin(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::amin(self, dim, keepdim))
    }

    /// Index of the largest value along `dim`, int64; none: of the flattened tensor.
    ///
    /// PyTorch's defaults: `dim = none`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn argmax(&self, dim: Option<i64>, keepdim: bool) -> Tensor {
        require(attempt::argmax(self, dim, keepdim))
    }

    /// Index of the smallest value along `dim`, int64; none: of the flattened tensor.
    ///
    /// PyTorch's defaults: `dim = none`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn argmin(&self, dim: Option<i64>, keepdim: bool) -> Tensor {
        require(attempt::argmin(self, dim, keepdim))
    }

    /// Largest values along `dim` and their int64 indices.
    ///
    /// PyTorch's defaults: `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn max_dim(&self, dim: i64, keepdim: bool) -> (Tensor, Tensor) {
        require(attempt::max_dim(self, dim, keepdim))
    }

    /// Smallest values along `dim` and their int64 indices.
    ///
    /// PyTorch's defaults: `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn min_dim(&self, dim: i64, keepdim: bool) -> (Tensor, Tensor) {
        require(attempt::min_dim(self, dim, keepdim))
    }

    /// Medians along `dim` (the lower of two) and their int64 indices.
    ///
    /// PyTorch's defaults: `dim = -1`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn median_dim(&self, dim: i64, keepdim: bool) -> (Tensor, Tensor) {
        require(attempt::median_dim(self, dim, keepdim))
    }

    /// Whether none is zero, bool.
    ///
    /// PyTorch's defaults: `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn all(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::all(self, dim, keepdim))
    }

    /// Whether one is not zero, bool.
    ///
    /// PyTorch's defaults: `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn any(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::any(self, dim, keepdim))
    }

    /// How many are not zero, int64.
    ///
    /// PyTorch's defaults: `dim = []`.
    #[must_use]
    #[track_caller]
    pub fn count_nonzero(&self, dim: &[i64]) -> Tensor {
        require(attempt::count_nonzero(self, dim))
    }

    /// log(sum(e ** self)), without overflow.
    ///
    /// PyTorch's defaults: `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn logsumexp(&self, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::logsumexp(self, dim, keepdim))
    }

    /// (sum |x| ** ord) ** (1 / ord); infinite orders are the largest or smallest absolute value.
    ///
    /// PyTorch's defaults: `ord = 2`, `dim = []`, `keepdim = false`.
    #[must_use]
    #[track_caller]
    pub fn linalg_vector_norm(&self, ord: f64, dim: &[i64], keepdim: bool) -> Tensor {
        require(attempt::linalg_vector_norm(self, ord, dim, keepdim))
    }

    /// e ** x / sum(e ** x) along `dim`.
    #[must_use]
    #[track_caller]
    pub fn softmax(&self, dim: i64) -> Tensor {
        require(attempt::softmax(self, dim))
    }

    /// log(softmax) along `dim`.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(&self, dim: i64) -> Tensor {
        require(attempt::log_softmax(self, dim))
    }

    /// Running sum along `dim`; integers as int64.
    #[must_use]
    #[track_caller]
    pub fn cumsum(&self, dim: i64) -> Tensor {
        require(attempt::cumsum(self, dim))
    }

    /// Running product along `dim`; integers as int64.
    #[must_use]
    #[track_caller]
    pub fn cumprod(&self, dim: i64) -> Tensor {
        require(attempt::cumprod(self, dim))
    }

    /// Running maximum along `dim` and its int64 indices.
    #[must_use]
    #[track_caller]
    pub fn cummax(&self, dim: i64) -> (Tensor, Tensor) {
        require(attempt::cummax(self, dim))
    }

    /// Matrix product with PyTorch's rules for 1-D and batched operands.
    #[must_use]
    #[track_caller]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        require(attempt::matmul(self, other))
    }

    /// [n, k] times [k, m].
    #[must_use]
    #[track_caller]
    pub fn mm(&self, mat2: &Tensor) -> Tensor {
        require(attempt::mm(self, mat2))
    }

    /// [b, n, k] times [b, k, m].
    #[must_use]
    #[track_caller]
    pub fn bmm(&self, mat2: &Tensor) -> Tensor {
        require(attempt::bmm(self, mat2))
    }

    /// beta * self + alpha * mat1 mat2.
    ///
    /// PyTorch's defaults: `beta = 1`, `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn addmm(&self, mat1: &Tensor, mat2: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::addmm(self, mat1, mat2, beta, alpha))
    }

    /// beta * self + alpha * batch1 batch2, batch by batch.
    ///
    /// PyTorch's defaults: `beta = 1`, `alpha = 1`.
    #[must_use]
    #[track_caller]
    pub fn baddbmm(&self, batch1: &Tensor, batch2: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Tensor {
        require(attempt::baddbmm(self, batch1, batch2, beta, alpha))
    }

    /// Inner product of two 1-D tensors.
    #[must_use]
    #[track_caller]
    pub fn dot(&self, other: &Tensor) -> Tensor {
        require(attempt::dot(self, other))
    }

    /// [n] and [m] -> [n, m].
    #[must_use]
    #[track_caller]
    pub fn outer(&self, vec2: &Tensor) -> Tensor {
        require(attempt::outer(self, vec2))
    }

    /// Distances between all pairs of rows of [n, d] -> [n * (n - 1) / 2].
    ///
    /// PyTorch's defaults: `p = 2`.
    #[must_use]
    #[track_caller]
    pub fn pdist(&self, p: f64) -> Tensor {
        require(attempt::pdist(self, p))
    }

    /// [n, c, h, w] -> [n, c * kh * kw, windows].
    #[must_use]
    #[track_caller]
    pub fn im2col(&self, options: &WindowOptions) -> Tensor {
        require(attempt::im2col(self, options))
    }

    /// Adds windows up: [n, c * kh * kw, windows] -> [n, c, ...output-size].
    #[must_use]
    #[track_caller]
    pub fn col2im(&self, output_size: &[i64], options: &WindowOptions) -> Tensor {
        require(attempt::col2im(self, output_size, options))
    }

    /// Mean over windows of [n, c, l].
    #[must_use]
    #[track_caller]
    pub fn avg_pool1d(&self, options: &AvgPoolOptions) -> Tensor {
        require(attempt::avg_pool1d(self, options))
    }

    /// Mean over windows of [n, c, h, w].
    #[must_use]
    #[track_caller]
    pub fn avg_pool2d(&self, options: &AvgPoolOptions) -> Tensor {
        require(attempt::avg_pool2d(self, options))
    }

    /// Mean over windows of [n, c, d, h, w].
    #[must_use]
    #[track_caller]
    pub fn avg_pool3d(&self, options: &AvgPoolOptions) -> Tensor {
        require(attempt::avg_pool3d(self, options))
    }

    /// Maximum over windows of [n, c, l].
    #[must_use]
    #[track_caller]
    pub fn max_pool1d(&self, options: &MaxPoolOptions) -> Tensor {
        require(attempt::max_pool1d(self, options))
    }

    /// Maximum over windows of [n, c, h, w].
    #[must_use]
    #[track_caller]
    pub fn max_pool2d(&self, options: &MaxPoolOptions) -> Tensor {
        require(attempt::max_pool2d(self, options))
    }

    /// Maximum over windows of [n, c, d, h, w].
    #[must_use]
    #[track_caller]
    pub fn max_pool3d(&self, options: &MaxPoolOptions) -> Tensor {
        require(attempt::max_pool3d(self, options))
    }

    /// `max-pool2d` and where in its plane each maximum lies, int64.
    #[must_use]
    #[track_caller]
    pub fn max_pool2d_with_indices(&self, options: &MaxPoolOptions) -> (Tensor, Tensor) {
        require(attempt::max_pool2d_with_indices(self, options))
    }

    /// `max-pool3d` and where in its volume each maximum lies, int64.
    #[must_use]
    #[track_caller]
    pub fn max_pool3d_with_indices(&self, options: &MaxPoolOptions) -> (Tensor, Tensor) {
        require(attempt::max_pool3d_with_indices(self, options))
    }

    /// Mean over windows chosen so that the result is [n, c, output-size].
    #[must_use]
    #[track_caller]
    pub fn adaptive_avg_pool1d(&self, output_size: &[i64]) -> Tensor {
        require(attempt::adaptive_avg_pool1d(self, output_size))
    }

    /// Mean over windows chosen so that the result is [n, c, ...output-size].
    #[must_use]
    #[track_caller]
    pub fn adaptive_avg_pool2d(&self, output_size: &[i64]) -> Tensor {
        require(attempt::adaptive_avg_pool2d(self, output_size))
    }

    /// Mean over windows chosen so that the result is [n, c, ...output-size].
    #[must_use]
    #[track_caller]
    pub fn adaptive_avg_pool3d(&self, output_size: &[i64]) -> Tensor {
        require(attempt::adaptive_avg_pool3d(self, output_size))
    }

    /// Maximum over windows chosen so that the result is [n, c, ...output-size], and where they lie.
    #[must_use]
    #[track_caller]
    pub fn adaptive_max_pool2d(&self, output_size: &[i64]) -> (Tensor, Tensor) {
        require(attempt::adaptive_max_pool2d(self, output_size))
    }

    /// [n, c, h, w] -> [n, c, ...output-size], the nearest pixel.
    #[must_use]
    #[track_caller]
    pub fn upsample_nearest2d(&self, output_size: &[i64]) -> Tensor {
        require(attempt::upsample_nearest2d(self, output_size))
    }

    /// As `upsample-nearest2d`, linear between pixels.
    ///
    /// PyTorch's defaults: `align_corners = false`.
    #[must_use]
    #[track_caller]
    pub fn upsample_bilinear2d(&self, output_size: &[i64], align_corners: bool) -> Tensor {
        require(attempt::upsample_bilinear2d(self, output_size, align_corners))
    }

    /// As `upsample-nearest2d`, cubic between pixels.
    ///
    /// PyTorch's defaults: `align_corners = false`.
    #[must_use]
    #[track_caller]
    pub fn upsample_bicubic2d(&self, output_size: &[i64], align_corners: bool) -> Tensor {
        require(attempt::upsample_bicubic2d(self, output_size, align_corners))
    }

}

pub mod functions {
    use super::*;

    /// Zeros. Shape [...shape].
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn zeros(shape: &[i64], dtype: Dtype) -> Tensor {
        require(attempt::zeros(shape, dtype))
    }

    /// Ones.
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn ones(shape: &[i64], dtype: Dtype) -> Tensor {
        require(attempt::ones(shape, dtype))
    }

    /// `value` everywhere.
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn full(shape: &[i64], value: impl Into<Scalar>, dtype: Dtype) -> Tensor {
        require(attempt::full(shape, value, dtype))
    }

    /// Memory that the caller will fill; it holds zeros.
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn empty(shape: &[i64], dtype: Dtype) -> Tensor {
        require(attempt::empty(shape, dtype))
    }

    /// start, start + step, ... below `end`; 1-D.
    ///
    /// PyTorch's defaults: `step = 1`, `dtype = int64`.
    #[must_use]
    #[track_caller]
    pub fn arange(start: impl Into<Scalar>, end: impl Into<Scalar>, step: impl Into<Scalar>, dtype: Dtype) -> Tensor {
        require(attempt::arange(start, end, step, dtype))
    }

    /// `steps` numbers at equal distances from `start` to `end`, both included; 1-D.
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn linspace(start: impl Into<Scalar>, end: impl Into<Scalar>, steps: i64, dtype: Dtype) -> Tensor {
        require(attempt::linspace(start, end, steps, dtype))
    }

    /// [n, m] with ones on the diagonal.
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn eye(n: i64, m: i64, dtype: Dtype) -> Tensor {
        require(attempt::eye(n, m, dtype))
    }

    /// Uniform on [0, 1), from the instance's generator. Floating dtypes.
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn rand(shape: &[i64], dtype: Dtype) -> Tensor {
        require(attempt::rand(shape, dtype))
    }

    /// Standard normal, from the instance's generator. Floating dtypes.
    ///
    /// PyTorch's defaults: `dtype = float32`.
    #[must_use]
    #[track_caller]
    pub fn randn(shape: &[i64], dtype: Dtype) -> Tensor {
        require(attempt::randn(shape, dtype))
    }

    /// Whole numbers from low to high - 1, uniform, from the instance's generator.
    ///
    /// PyTorch's defaults: `dtype = int64`.
    #[must_use]
    #[track_caller]
    pub fn randint(low: i64, high: i64, shape: &[i64], dtype: Dtype) -> Tensor {
        require(attempt::randint(low, high, shape, dtype))
    }

    /// A random permutation of 0 .. n-1, int64 [n], from the instance's generator.
    #[must_use]
    #[track_caller]
    pub fn randperm(n: i64) -> Tensor {
        require(attempt::randperm(n))
    }

    /// base ** exponent: ATen's pow of a number and a tensor.
    #[must_use]
    #[track_caller]
    pub fn scalar_pow(base: impl Into<Scalar>, exponent: &Tensor) -> Tensor {
        require(attempt::scalar_pow(base, exponent))
    }

    /// Where condition holds self, elsewhere other; `condition` is bool.
    #[must_use]
    #[track_caller]
    pub fn where_(condition: &Tensor, input: &Tensor, other: &Tensor) -> Tensor {
        require(attempt::where_(condition, input, other))
    }

    /// Joins along an existing dimension.
    ///
    /// PyTorch's defaults: `dim = 0`.
    #[must_use]
    #[track_caller]
    pub fn cat(tensors: &[Tensor], dim: i64) -> Tensor {
        require(attempt::cat(tensors, dim))
    }

    /// Joins along a new dimension.
    ///
    /// PyTorch's defaults: `dim = 0`.
    #[must_use]
    #[track_caller]
    pub fn stack(tensors: &[Tensor], dim: i64) -> Tensor {
        require(attempt::stack(tensors, dim))
    }

    /// Coordinates of a grid from 1-D tensors, matrix order (`indexing="ij"`).
    #[must_use]
    #[track_caller]
    pub fn meshgrid(tensors: &[Tensor]) -> Vec<Tensor> {
        require(attempt::meshgrid(tensors))
    }

    /// Rows of `weight` [n, d] by int64 or int32 indices of any shape -> [..., d]. The row `padding-idx` gets no
    /// gradient. *content-dependent* (an index out of range).
    ///
    /// PyTorch's defaults: `padding_idx = none`.
    #[must_use]
    #[track_caller]
    pub fn embedding(weight: &Tensor, indices: &Tensor, padding_idx: Option<i64>) -> Tensor {
        require(attempt::embedding(weight, indices, padding_idx))
    }

    /// Rows of `weight` reduced a bag; bag i is the 1-D `indices` from offsets[i] on up to the next offset. Weights
    /// need mode `sum`. *content-dependent* (an index or offset out of range).
    ///
    /// PyTorch's defaults: `mode = mean`, `per_sample_weights = none`.
    #[must_use]
    #[track_caller]
    pub fn embedding_bag(weight: &Tensor, indices: &Tensor, offsets: &Tensor, mode: BagMode, per_sample_weights: Option<&Tensor>) -> Tensor {
        require(attempt::embedding_bag(weight, indices, offsets, mode, per_sample_weights))
    }

    /// The place, int64, where each element would be inserted in the sorted last dimension.
    ///
    /// PyTorch's defaults: `right = false`.
    #[must_use]
    #[track_caller]
    pub fn searchsorted(sorted_sequence: &Tensor, input: &Tensor, right: bool) -> Tensor {
        require(attempt::searchsorted(sorted_sequence, input, right))
    }

    /// A sum of products by Einstein's convention, such as "bij,bjk->bik"; `...` stands for batch dimensions.
    #[must_use]
    #[track_caller]
    pub fn einsum(equation: &str, tensors: &[Tensor]) -> Tensor {
        require(attempt::einsum(equation, tensors))
    }

    /// input [..., in] * weight[out, in] transposed + bias[out] -> [..., out].
    ///
    /// PyTorch's defaults: `bias = none`.
    #[must_use]
    #[track_caller]
    pub fn linear(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
        require(attempt::linear(input, weight, bias))
    }

    /// input1 [..., a], weight [out, a, b], input2 [..., b] -> [..., out].
    ///
    /// PyTorch's defaults: `bias = none`.
    #[must_use]
    #[track_caller]
    pub fn bilinear(input1: &Tensor, input2: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
        require(attempt::bilinear(input1, input2, weight, bias))
    }

    /// Distances of p-norm between the rows of [..., n, d] and [..., m, d] -> [..., n, m].
    ///
    /// PyTorch's defaults: `p = 2`.
    #[must_use]
    #[track_caller]
    pub fn cdist(x1: &Tensor, x2: &Tensor, p: f64) -> Tensor {
        require(attempt::cdist(x1, x2, p))
    }

    /// x1 . x2 / (|x1| |x2|) along `dim`.
    ///
    /// PyTorch's defaults: `dim = 1`, `eps = 1e-8`.
    #[must_use]
    #[track_caller]
    pub fn cosine_similarity(x1: &Tensor, x2: &Tensor, dim: i64, eps: f64) -> Tensor {
        require(attempt::cosine_similarity(x1, x2, dim, eps))
    }

    /// 1-D, 2-D or 3-D, by the dimensions of `weight`: input [n, in, ...], weight [out, in / groups, ...]
    /// (transposed: [in, out / groups, ...]), bias [out] -> [n, out, ...]. The batch may be left out of 2-D inputs of
    /// a `conv2d` only.
    ///
    /// PyTorch's defaults: `bias = none`.
    #[must_use]
    #[track_caller]
    pub fn convolution(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &ConvolutionOptions) -> Tensor {
        require(attempt::convolution(input, weight, bias, options))
    }

    /// input [n, in, h, w], weight [out, in / groups, kh, kw], bias [out] -> [n, out, h', w'].
    ///
    /// PyTorch's defaults: `bias = none`.
    #[must_use]
    #[track_caller]
    pub fn conv2d(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &Conv2dOptions) -> Tensor {
        require(attempt::conv2d(input, weight, bias, options))
    }

    /// Samples [n, c, h, w] at the points of `grid` [n, h', w', 2], x then y from -1 to 1 -> [n, c, h', w'].
    ///
    /// PyTorch's defaults: `interpolation_mode = bilinear`, `padding_mode = zeros`, `align_corners = false`.
    #[must_use]
    #[track_caller]
    pub fn grid_sampler2d(input: &Tensor, grid: &Tensor, interpolation_mode: InterpolationMode, padding_mode: PaddingMode, align_corners: bool) -> Tensor {
        require(attempt::grid_sampler2d(input, grid, interpolation_mode, padding_mode, align_corners))
    }

    /// Normalises each channel of [n, c, ...]; weight, bias and running statistics are [c]. In training the running
    /// statistics are written in place.
    ///
    /// PyTorch's defaults: `weight = none`, `bias = none`, `running_mean = none`, `running_var = none`.
    #[must_use]
    #[track_caller]
    pub fn batch_norm(input: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, running_mean: Option<&Tensor>, running_var: Option<&Tensor>, options: &BatchNormOptions) -> Tensor {
        require(attempt::batch_norm(input, weight, bias, running_mean, running_var, options))
    }

    /// Normalises over the last dimensions, which are `normalized-shape`; so are weight and bias.
    ///
    /// PyTorch's defaults: `weight = none`, `bias = none`, `eps = 1e-5`.
    #[must_use]
    #[track_caller]
    pub fn layer_norm(input: &Tensor, normalized_shape: &[i64], weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Tensor {
        require(attempt::layer_norm(input, normalized_shape, weight, bias, eps))
    }

    /// Normalises groups of channels of [n, c, ...]; weight and bias are [c].
    ///
    /// PyTorch's defaults: `weight = none`, `bias = none`, `eps = 1e-5`.
    #[must_use]
    #[track_caller]
    pub fn group_norm(input: &Tensor, num_groups: i64, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Tensor {
        require(attempt::group_norm(input, num_groups, weight, bias, eps))
    }

    /// Normalises each channel of each sample of [n, c, ...] by its own statistics.
    ///
    /// PyTorch's defaults: `weight = none`, `bias = none`, `eps = 1e-5`.
    #[must_use]
    #[track_caller]
    pub fn instance_norm(input: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Tensor {
        require(attempt::instance_norm(input, weight, bias, eps))
    }

    /// Divides by the root of the mean square over the last dimensions (Zhang and Sennrich, 2019); none: eps of the
    /// dtype.
    ///
    /// PyTorch's defaults: `weight = none`, `eps = none`.
    #[must_use]
    #[track_caller]
    pub fn rms_norm(input: &Tensor, normalized_shape: &[i64], weight: Option<&Tensor>, eps: Option<f64>) -> Tensor {
        require(attempt::rms_norm(input, normalized_shape, weight, eps))
    }

    /// In training: zeroes elements with probability `p` by a mask from the instance's generator and scales the rest.
    ///
    /// PyTorch's defaults: `p = 0.5`, `train = true`.
    #[must_use]
    #[track_caller]
    pub fn dropout(input: &Tensor, p: f64, train: bool) -> Tensor {
        require(attempt::dropout(input, p, train))
    }

    /// `dropout` and its bool mask of what was kept.
    ///
    /// PyTorch's defaults: `p = 0.5`, `train = true`.
    #[must_use]
    #[track_caller]
    pub fn native_dropout(input: &Tensor, p: f64, train: bool) -> (Tensor, Tensor) {
        require(attempt::native_dropout(input, p, train))
    }

    /// softmax(query key^T * scale + mask) value: query [..., l, e], key [..., s, e], value [..., s, v] -> [..., l,
    /// v]; a bool mask says what takes part, a floating one is added.
    ///
    /// PyTorch's defaults: `attn_mask = none`.
    #[must_use]
    #[track_caller]
    pub fn scaled_dot_product_attention(query: &Tensor, key: &Tensor, value: &Tensor, attn_mask: Option<&Tensor>, options: &AttentionOptions) -> Tensor {
        require(attempt::scaled_dot_product_attention(query, key, value, attn_mask, options))
    }

    /// Long short-term memory (Hochreiter and Schmidhuber, 1997): hx is h and c [layers * directions, batch, hidden];
    /// params are, a layer and direction, weight-ih [4 * hidden, in], weight-hh [4 * hidden, hidden] and, with
    /// biases, bias-ih and bias-hh [4 * hidden], gates in the order i, f, g, o. Gives output, h and c.
    #[must_use]
    #[track_caller]
    pub fn lstm(input: &Tensor, hx: &[Tensor], params: &[Tensor], has_biases: bool, options: &RecurrentOptions) -> (Tensor, Tensor, Tensor) {
        require(attempt::lstm(input, hx, params, has_biases, options))
    }

    /// Gated recurrent unit (Cho et al., 2014), as `lstm` with 3 * hidden (r, z, n) and one state. Gives output and
    /// h.
    #[must_use]
    #[track_caller]
    pub fn gru(input: &Tensor, hx: &Tensor, params: &[Tensor], has_biases: bool, options: &RecurrentOptions) -> (Tensor, Tensor) {
        require(attempt::gru(input, hx, params, has_biases, options))
    }

    /// Cross entropy of logits [n, c, ...] and int64 classes [n, ...]; `weight` [c] weighs classes.
    /// *content-dependent* (a class out of range).
    ///
    /// PyTorch's defaults: `weight = none`.
    #[must_use]
    #[track_caller]
    pub fn cross_entropy(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, options: &CrossEntropyOptions) -> Tensor {
        require(attempt::cross_entropy(input, target, weight, options))
    }

    /// The same of log-probabilities. *content-dependent* (a class out of range).
    ///
    /// PyTorch's defaults: `weight = none`, `reduction = mean`, `ignore_index = -100`.
    #[must_use]
    #[track_caller]
    pub fn nll_loss(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction, ignore_index: i64) -> Tensor {
        require(attempt::nll_loss(input, target, weight, reduction, ignore_index))
    }

    /// Of probabilities. *content-dependent* (a probability outside of [0, 1]).
    ///
    /// PyTorch's defaults: `weight = none`, `reduction = mean`.
    #[must_use]
    #[track_caller]
    pub fn binary_cross_entropy(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction) -> Tensor {
        require(attempt::binary_cross_entropy(input, target, weight, reduction))
    }

    /// Of logits; `pos-weight` weighs the positive class.
    ///
    /// PyTorch's defaults: `weight = none`, `pos_weight = none`, `reduction = mean`.
    #[must_use]
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, pos_weight: Option<&Tensor>, reduction: Reduction) -> Tensor {
        require(attempt::binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction))
    }

    /// (input - target) ** 2, reduced.
    ///
    /// PyTorch's defaults: `reduction = mean`.
    #[must_use]
    #[track_caller]
    pub fn mse_loss(input: &Tensor, target: &Tensor, reduction: Reduction) -> Tensor {
        require(attempt::mse_loss(input, target, reduction))
    }

    /// |input - target|, reduced.
    ///
    /// PyTorch's defaults: `reduction = mean`.
    #[must_use]
    #[track_caller]
    pub fn l1_loss(input: &Tensor, target: &Tensor, reduction: Reduction) -> Tensor {
        require(attempt::l1_loss(input, target, reduction))
    }

    /// Squared below `beta`, absolute above.
    ///
    /// PyTorch's defaults: `reduction = mean`, `beta = 1.0`.
    #[must_use]
    #[track_caller]
    pub fn smooth_l1_loss(input: &Tensor, target: &Tensor, reduction: Reduction, beta: f64) -> Tensor {
        require(attempt::smooth_l1_loss(input, target, reduction, beta))
    }

    /// As `smooth-l1-loss` times `delta`.
    ///
    /// PyTorch's defaults: `reduction = mean`, `delta = 1.0`.
    #[must_use]
    #[track_caller]
    pub fn huber_loss(input: &Tensor, target: &Tensor, reduction: Reduction, delta: f64) -> Tensor {
        require(attempt::huber_loss(input, target, reduction, delta))
    }

    /// Kullback-Leibler divergence of log-probabilities `input` from `target`; `mean` is over all elements.
    ///
    /// PyTorch's defaults: `reduction = mean`, `log_target = false`.
    #[must_use]
    #[track_caller]
    pub fn kl_div(input: &Tensor, target: &Tensor, reduction: Reduction, log_target: bool) -> Tensor {
        require(attempt::kl_div(input, target, reduction, log_target))
    }

}
