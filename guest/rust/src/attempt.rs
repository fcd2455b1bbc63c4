//! Every operator as a function that returns the error, for programs that go on after one. Generated from wit/ops.wit by
//! cloister-wit.
//!
//! Errors: `DtypeMismatch` and `ShapeMismatch` for operands that PyTorch refuses too, `InvalidArgument` for numbers out of
//! range, `QuotaExceeded` when a limit of the run would be passed.
#![allow(clippy::doc_lazy_continuation, clippy::too_many_arguments)]
use crate::bindings::cloister::ml::ops;
use crate::operators::settings::*;
use crate::tensor::{lift, raw, raw_options};
use crate::{Dtype, Result, Scalar, Tensor};

/// Zeros. Shape [...shape].
///
/// PyTorch's defaults: `dtype = float32`.
pub fn zeros(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    lift(ops::zeros(shape, dtype))
}

/// Ones.
///
/// PyTorch's defaults: `dtype = float32`.
pub fn ones(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    lift(ops::ones(shape, dtype))
}

/// `value` everywhere.
///
/// PyTorch's defaults: `dtype = float32`.
pub fn full(shape: &[i64], value: impl Into<Scalar>, dtype: Dtype) -> Result<Tensor> {
    lift(ops::full(shape, value.into(), dtype))
}

/// Memory that the caller will fill; it holds zeros.
///
/// PyTorch's defaults: `dtype = float32`.
pub fn empty(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    lift(ops::empty(shape, dtype))
}

/// Zeros of the shape and dtype of `self`.
pub fn zeros_like(input: &Tensor) -> Result<Tensor> {
    lift(ops::zeros_like(input.raw()))
}

/// Ones of the shape and dtype of `self`.
pub fn ones_like(input: &Tensor) -> Result<Tensor> {
    lift(ops::ones_like(input.raw()))
}

/// `value` in the shape and dtype of `self`.
pub fn full_like(input: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::full_like(input.raw(), value.into()))
}

/// As `zeros-like`.
pub fn empty_like(input: &Tensor) -> Result<Tensor> {
    lift(ops::empty_like(input.raw()))
}

/// start, start + step, ... below `end`; 1-D.
///
/// PyTorch's defaults: `step = 1`, `dtype = int64`.
pub fn arange(start: impl Into<Scalar>, end: impl Into<Scalar>, step: impl Into<Scalar>, dtype: Dtype) -> Result<Tensor> {
    lift(ops::arange(start.into(), end.into(), step.into(), dtype))
}

/// `steps` numbers at equal distances from `start` to `end`, both included; 1-D.
///
/// PyTorch's defaults: `dtype = float32`.
pub fn linspace(start: impl Into<Scalar>, end: impl Into<Scalar>, steps: i64, dtype: Dtype) -> Result<Tensor> {
    lift(ops::linspace(start.into(), end.into(), steps, dtype))
}

/// [n, m] with ones on the diagonal.
///
/// PyTorch's defaults: `dtype = float32`.
pub fn eye(n: i64, m: i64, dtype: Dtype) -> Result<Tensor> {
    lift(ops::eye(n, m, dtype))
}

/// Uniform on [0, 1), from the instance's generator. Floating dtypes.
///
/// PyTorch's defaults: `dtype = float32`.
pub fn rand(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    lift(ops::rand(shape, dtype))
}

/// Standard normal, from the instance's generator. Floating dtypes.
///
/// PyTorch's defaults: `dtype = float32`.
pub fn randn(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    lift(ops::randn(shape, dtype))
}

/// Whole numbers from low to high - 1, uniform, from the instance's generator.
///
/// PyTorch's defaults: `dtype = int64`.
pub fn randint(low: i64, high: i64, shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    lift(ops::randint(low, high, shape, dtype))
}

/// As `rand`, of the shape and dtype of `self`.
pub fn rand_like(input: &Tensor) -> Result<Tensor> {
    lift(ops::rand_like(input.raw()))
}

/// As `randn`, of the shape and dtype of `self`.
pub fn randn_like(input: &Tensor) -> Result<Tensor> {
    lift(ops::randn_like(input.raw()))
}

/// A random permutation of 0 .. n-1, int64 [n], from the instance's generator.
pub fn randperm(n: i64) -> Result<Tensor> {
    lift(ops::randperm(n))
}

/// 1 with the probability that `self` gives, else 0, from the instance's generator. *content-dependent* (a
/// probability outside of [0, 1]).
pub fn bernoulli(input: &Tensor) -> Result<Tensor> {
    lift(ops::bernoulli(input.raw()))
}

/// Draws `num-samples` indices a row of weights [n] or [m, n], int64, from the instance's generator.
/// *content-dependent* (weights that are negative, not finite, or too few).
///
/// PyTorch's defaults: `replacement = false`.
pub fn multinomial(input: &Tensor, num_samples: i64, replacement: bool) -> Result<Tensor> {
    lift(ops::multinomial(input.raw(), num_samples, replacement))
}

/// self + alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn add(input: &Tensor, other: &Tensor, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::add(input.raw(), other.raw(), alpha.into()))
}

/// self + alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn add_scalar(input: &Tensor, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::add_scalar(input.raw(), other.into(), alpha.into()))
}

/// self += alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn add_(input: &Tensor, other: &Tensor, alpha: impl Into<Scalar>) -> Result<()> {
    lift(ops::add_in_place(input.raw(), other.raw(), alpha.into()))
}

/// self += alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn add_scalar_(input: &Tensor, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Result<()> {
    lift(ops::add_scalar_in_place(input.raw(), other.into(), alpha.into()))
}

/// self - alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn sub(input: &Tensor, other: &Tensor, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::sub(input.raw(), other.raw(), alpha.into()))
}

/// self - alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn sub_scalar(input: &Tensor, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::sub_scalar(input.raw(), other.into(), alpha.into()))
}

/// self -= alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn sub_(input: &Tensor, other: &Tensor, alpha: impl Into<Scalar>) -> Result<()> {
    lift(ops::sub_in_place(input.raw(), other.raw(), alpha.into()))
}

/// self -= alpha * other.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn sub_scalar_(input: &Tensor, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Result<()> {
    lift(ops::sub_scalar_in_place(input.raw(), other.into(), alpha.into()))
}

/// other - alpha * self.
///
/// PyTorch's defaults: `alpha = 1`.
pub fn rsub_scalar(input: &Tensor, other: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::rsub_scalar(input.raw(), other.into(), alpha.into()))
}

/// self * other.
pub fn mul(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::mul(input.raw(), other.raw()))
}

/// self * other.
pub fn mul_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::mul_scalar(input.raw(), other.into()))
}

/// self *= other.
pub fn mul_(input: &Tensor, other: &Tensor) -> Result<()> {
    lift(ops::mul_in_place(input.raw(), other.raw()))
}

/// self *= other.
pub fn mul_scalar_(input: &Tensor, other: impl Into<Scalar>) -> Result<()> {
    lift(ops::mul_scalar_in_place(input.raw(), other.into()))
}

/// self / other, true division.
pub fn div(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::div(input.raw(), other.raw()))
}

/// self / other, true division.
pub fn div_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::div_scalar(input.raw(), other.into()))
}

/// self /= other.
pub fn div_(input: &Tensor, other: &Tensor) -> Result<()> {
    lift(ops::div_in_place(input.raw(), other.raw()))
}

/// self /= other.
pub fn div_scalar_(input: &Tensor, other: impl Into<Scalar>) -> Result<()> {
    lift(ops::div_scalar_in_place(input.raw(), other.into()))
}

/// self / other, rounded; integers stay integers. *content-dependent* (a zero among integers).
pub fn div_mode(input: &Tensor, other: &Tensor, rounding_mode: RoundingMode) -> Result<Tensor> {
    lift(ops::div_mode(input.raw(), other.raw(), rounding_mode))
}

/// self / other, rounded; integers stay integers.
pub fn div_scalar_mode(input: &Tensor, other: impl Into<Scalar>, rounding_mode: RoundingMode) -> Result<Tensor> {
    lift(ops::div_scalar_mode(input.raw(), other.into(), rounding_mode))
}

/// The remainder with the sign of `other`, as Python's `%`. Integers: `other` must not hold 0.
/// *content-dependent* (a zero among integers).
pub fn remainder(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::remainder(input.raw(), other.raw()))
}

/// The remainder with the sign of `other`.
pub fn remainder_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::remainder_scalar(input.raw(), other.into()))
}

/// The remainder with the sign of `self`, as C's `fmod`. *content-dependent* (a zero among integers).
pub fn fmod(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::fmod(input.raw(), other.raw()))
}

/// The remainder with the sign of `self`.
pub fn fmod_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::fmod_scalar(input.raw(), other.into()))
}

/// self ** exponent.
pub fn pow(input: &Tensor, exponent: &Tensor) -> Result<Tensor> {
    lift(ops::pow(input.raw(), exponent.raw()))
}

/// self ** exponent.
pub fn pow_scalar(input: &Tensor, exponent: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::pow_scalar(input.raw(), exponent.into()))
}

/// self **= exponent.
pub fn pow_scalar_(input: &Tensor, exponent: impl Into<Scalar>) -> Result<()> {
    lift(ops::pow_scalar_in_place(input.raw(), exponent.into()))
}

/// base ** exponent: ATen's pow of a number and a tensor.
pub fn scalar_pow(base: impl Into<Scalar>, exponent: &Tensor) -> Result<Tensor> {
    lift(ops::scalar_pow(base.into(), exponent.raw()))
}

/// -self.
pub fn neg(input: &Tensor) -> Result<Tensor> {
    lift(ops::neg(input.raw()))
}

/// self = -self.
pub fn neg_(input: &Tensor) -> Result<()> {
    lift(ops::neg_in_place(input.raw()))
}

/// |self|.
pub fn abs(input: &Tensor) -> Result<Tensor> {
    lift(ops::abs(input.raw()))
}

/// -1, 0 or 1.
pub fn sign(input: &Tensor) -> Result<Tensor> {
    lift(ops::sign(input.raw()))
}

/// 1 / self.
pub fn reciprocal(input: &Tensor) -> Result<Tensor> {
    lift(ops::reciprocal(input.raw()))
}

/// self * self.
pub fn square(input: &Tensor) -> Result<Tensor> {
    lift(ops::square(input.raw()))
}

/// self + weight * (end - self).
pub fn lerp(input: &Tensor, end: &Tensor, weight: &Tensor) -> Result<Tensor> {
    lift(ops::lerp(input.raw(), end.raw(), weight.raw()))
}

/// self + weight * (end - self).
pub fn lerp_scalar(input: &Tensor, end: &Tensor, weight: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::lerp_scalar(input.raw(), end.raw(), weight.into()))
}

/// self += weight * (end - self).
pub fn lerp_scalar_(input: &Tensor, end: &Tensor, weight: impl Into<Scalar>) -> Result<()> {
    lift(ops::lerp_scalar_in_place(input.raw(), end.raw(), weight.into()))
}

/// self + value * tensor1 * tensor2.
///
/// PyTorch's defaults: `value = 1`.
pub fn addcmul(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::addcmul(input.raw(), tensor1.raw(), tensor2.raw(), value.into()))
}

/// self += value * tensor1 * tensor2.
///
/// PyTorch's defaults: `value = 1`.
pub fn addcmul_(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> Result<()> {
    lift(ops::addcmul_in_place(input.raw(), tensor1.raw(), tensor2.raw(), value.into()))
}

/// self + value * tensor1 / tensor2.
///
/// PyTorch's defaults: `value = 1`.
pub fn addcdiv(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::addcdiv(input.raw(), tensor1.raw(), tensor2.raw(), value.into()))
}

/// self += value * tensor1 / tensor2.
///
/// PyTorch's defaults: `value = 1`.
pub fn addcdiv_(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor, value: impl Into<Scalar>) -> Result<()> {
    lift(ops::addcdiv_in_place(input.raw(), tensor1.raw(), tensor2.raw(), value.into()))
}

/// e ** self.
pub fn exp(input: &Tensor) -> Result<Tensor> {
    lift(ops::exp(input.raw()))
}

/// self = e ** self.
pub fn exp_(input: &Tensor) -> Result<()> {
    lift(ops::exp_in_place(input.raw()))
}

/// 2 ** self.
pub fn exp2(input: &Tensor) -> Result<Tensor> {
    lift(ops::exp2(input.raw()))
}

/// e ** self - 1, exact near 0.
pub fn expm1(input: &Tensor) -> Result<Tensor> {
    lift(ops::expm1(input.raw()))
}

/// Natural logarithm.
pub fn log(input: &Tensor) -> Result<Tensor> {
    lift(ops::log(input.raw()))
}

/// Logarithm to base 2.
pub fn log2(input: &Tensor) -> Result<Tensor> {
    lift(ops::log2(input.raw()))
}

/// Logarithm to base 10.
pub fn log10(input: &Tensor) -> Result<Tensor> {
    lift(ops::log10(input.raw()))
}

/// log(1 + self), exact near 0.
pub fn log1p(input: &Tensor) -> Result<Tensor> {
    lift(ops::log1p(input.raw()))
}

/// log(self / (1 - self)), of `self` limited to [eps, 1 - eps] if given.
///
/// PyTorch's defaults: `eps = none`.
pub fn logit(input: &Tensor, eps: Option<f64>) -> Result<Tensor> {
    lift(ops::logit(input.raw(), eps))
}

/// Square root.
pub fn sqrt(input: &Tensor) -> Result<Tensor> {
    lift(ops::sqrt(input.raw()))
}

/// self = sqrt(self).
pub fn sqrt_(input: &Tensor) -> Result<()> {
    lift(ops::sqrt_in_place(input.raw()))
}

/// 1 / sqrt(self).
pub fn rsqrt(input: &Tensor) -> Result<Tensor> {
    lift(ops::rsqrt(input.raw()))
}

/// Sine.
pub fn sin(input: &Tensor) -> Result<Tensor> {
    lift(ops::sin(input.raw()))
}

/// Cosine.
pub fn cos(input: &Tensor) -> Result<Tensor> {
    lift(ops::cos(input.raw()))
}

/// Tangent.
pub fn tan(input: &Tensor) -> Result<Tensor> {
    lift(ops::tan(input.raw()))
}

/// Inverse sine.
pub fn asin(input: &Tensor) -> Result<Tensor> {
    lift(ops::asin(input.raw()))
}

/// Inverse cosine.
pub fn acos(input: &Tensor) -> Result<Tensor> {
    lift(ops::acos(input.raw()))
}

/// Inverse tangent.
pub fn atan(input: &Tensor) -> Result<Tensor> {
    lift(ops::atan(input.raw()))
}

/// The angle of the point (other, self).
pub fn atan2(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::atan2(input.raw(), other.raw()))
}

/// Hyperbolic sine.
pub fn sinh(input: &Tensor) -> Result<Tensor> {
    lift(ops::sinh(input.raw()))
}

/// Hyperbolic cosine.
pub fn cosh(input: &Tensor) -> Result<Tensor> {
    lift(ops::cosh(input.raw()))
}

/// Hyperbolic tangent.
pub fn tanh(input: &Tensor) -> Result<Tensor> {
    lift(ops::tanh(input.raw()))
}

/// Inverse hyperbolic sine.
pub fn asinh(input: &Tensor) -> Result<Tensor> {
    lift(ops::asinh(input.raw()))
}

/// Inverse hyperbolic cosine.
pub fn acosh(input: &Tensor) -> Result<Tensor> {
    lift(ops::acosh(input.raw()))
}

/// Inverse hyperbolic tangent.
pub fn atanh(input: &Tensor) -> Result<Tensor> {
    lift(ops::atanh(input.raw()))
}

/// Error function.
pub fn erf(input: &Tensor) -> Result<Tensor> {
    lift(ops::erf(input.raw()))
}

/// 1 - erf(self).
pub fn erfc(input: &Tensor) -> Result<Tensor> {
    lift(ops::erfc(input.raw()))
}

/// Inverse of the error function.
pub fn erfinv(input: &Tensor) -> Result<Tensor> {
    lift(ops::erfinv(input.raw()))
}

/// Logarithm of the absolute value of the gamma function.
pub fn lgamma(input: &Tensor) -> Result<Tensor> {
    lift(ops::lgamma(input.raw()))
}

/// Derivative of `lgamma`.
pub fn digamma(input: &Tensor) -> Result<Tensor> {
    lift(ops::digamma(input.raw()))
}

/// self * log(other), 0 where self is 0.
pub fn xlogy(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::xlogy(input.raw(), other.raw()))
}

/// log(e ** self + e ** other).
pub fn logaddexp(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::logaddexp(input.raw(), other.raw()))
}

/// The largest whole number that is not above.
pub fn floor(input: &Tensor) -> Result<Tensor> {
    lift(ops::floor(input.raw()))
}

/// The smallest whole number that is not below.
pub fn ceil(input: &Tensor) -> Result<Tensor> {
    lift(ops::ceil(input.raw()))
}

/// The nearest whole number, halves to the even one.
pub fn round(input: &Tensor) -> Result<Tensor> {
    lift(ops::round(input.raw()))
}

/// The whole part.
pub fn trunc(input: &Tensor) -> Result<Tensor> {
    lift(ops::trunc(input.raw()))
}

/// The part after the point.
pub fn frac(input: &Tensor) -> Result<Tensor> {
    lift(ops::frac(input.raw()))
}

/// Limits to [min, max]; at least one must be given.
///
/// PyTorch's defaults: `min = none`, `max = none`.
pub fn clamp(input: &Tensor, min: Option<Scalar>, max: Option<Scalar>) -> Result<Tensor> {
    lift(ops::clamp(input.raw(), min, max))
}

/// Limits to [min, max] in place.
///
/// PyTorch's defaults: `min = none`, `max = none`.
pub fn clamp_(input: &Tensor, min: Option<Scalar>, max: Option<Scalar>) -> Result<()> {
    lift(ops::clamp_in_place(input.raw(), min, max))
}

/// Limits to [min, max] element by element; at least one must be given.
///
/// PyTorch's defaults: `min = none`, `max = none`.
pub fn clamp_tensor(input: &Tensor, min: Option<&Tensor>, max: Option<&Tensor>) -> Result<Tensor> {
    lift(ops::clamp_tensor(input.raw(), min.map(Tensor::raw), max.map(Tensor::raw)))
}

/// Element-wise maximum; NaN if either is.
pub fn maximum(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::maximum(input.raw(), other.raw()))
}

/// Element-wise minimum; NaN if either is.
pub fn minimum(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::minimum(input.raw(), other.raw()))
}

/// NaN and infinities replaced: by 0, the largest and the lowest number where none is given.
///
/// PyTorch's defaults: `nan = none`, `posinf = none`, `neginf = none`.
pub fn nan_to_num(input: &Tensor, nan: Option<f64>, posinf: Option<f64>, neginf: Option<f64>) -> Result<Tensor> {
    lift(ops::nan_to_num(input.raw(), nan, posinf, neginf))
}

/// max(self, 0).
pub fn relu(input: &Tensor) -> Result<Tensor> {
    lift(ops::relu(input.raw()))
}

/// self = max(self, 0).
pub fn relu_(input: &Tensor) -> Result<()> {
    lift(ops::relu_in_place(input.raw()))
}

/// min(max(self, 0), 6).
pub fn relu6(input: &Tensor) -> Result<Tensor> {
    lift(ops::relu6(input.raw()))
}

/// 1 / (1 + e ** -self).
pub fn sigmoid(input: &Tensor) -> Result<Tensor> {
    lift(ops::sigmoid(input.raw()))
}

/// log(sigmoid(self)).
pub fn log_sigmoid(input: &Tensor) -> Result<Tensor> {
    lift(ops::log_sigmoid(input.raw()))
}

/// relu6(self + 3) / 6.
pub fn hardsigmoid(input: &Tensor) -> Result<Tensor> {
    lift(ops::hardsigmoid(input.raw()))
}

/// self * sigmoid(self).
pub fn silu(input: &Tensor) -> Result<Tensor> {
    lift(ops::silu(input.raw()))
}

/// self * hardsigmoid(self).
pub fn hardswish(input: &Tensor) -> Result<Tensor> {
    lift(ops::hardswish(input.raw()))
}

/// self * tanh(softplus(self)).
pub fn mish(input: &Tensor) -> Result<Tensor> {
    lift(ops::mish(input.raw()))
}

/// Gaussian error linear unit.
///
/// PyTorch's defaults: `approximate = none`.
pub fn gelu(input: &Tensor, approximate: GeluApproximation) -> Result<Tensor> {
    lift(ops::gelu(input.raw(), approximate))
}

/// scale * self above 0, below scale * alpha * (e ** (self * input-scale) - 1).
///
/// PyTorch's defaults: `alpha = 1`, `scale = 1`, `input_scale = 1`.
pub fn elu(input: &Tensor, alpha: impl Into<Scalar>, scale: impl Into<Scalar>, input_scale: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::elu(input.raw(), alpha.into(), scale.into(), input_scale.into()))
}

/// Scaled ELU with the constants of Klambauer et al. (2017).
pub fn selu(input: &Tensor) -> Result<Tensor> {
    lift(ops::selu(input.raw()))
}

/// max(0, self) + min(0, alpha * (e ** (self / alpha) - 1)).
///
/// PyTorch's defaults: `alpha = 1`.
pub fn celu(input: &Tensor, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::celu(input.raw(), alpha.into()))
}

/// self above 0, negative-slope * self below.
///
/// PyTorch's defaults: `negative_slope = 0.01`.
pub fn leaky_relu(input: &Tensor, negative_slope: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::leaky_relu(input.raw(), negative_slope.into()))
}

/// self above 0, weight * self below; `weight` has one number or one a channel (dimension 1).
pub fn prelu(input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    lift(ops::prelu(input.raw(), weight.raw()))
}

/// Limits to [min-val, max-val].
///
/// PyTorch's defaults: `min_val = -1`, `max_val = 1`.
pub fn hardtanh(input: &Tensor, min_val: impl Into<Scalar>, max_val: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::hardtanh(input.raw(), min_val.into(), max_val.into()))
}

/// log(1 + e ** (beta * self)) / beta; self where beta * self is above `threshold`.
///
/// PyTorch's defaults: `beta = 1`, `threshold = 20`.
pub fn softplus(input: &Tensor, beta: impl Into<Scalar>, threshold: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::softplus(input.raw(), beta.into(), threshold.into()))
}

/// The first half of dimension `dim` times the sigmoid of the second.
///
/// PyTorch's defaults: `dim = -1`.
pub fn glu(input: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::glu(input.raw(), dim))
}

/// self == other.
pub fn eq(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::eq(input.raw(), other.raw()))
}

/// self == other.
pub fn eq_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::eq_scalar(input.raw(), other.into()))
}

/// self != other.
pub fn ne(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::ne(input.raw(), other.raw()))
}

/// self != other.
pub fn ne_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::ne_scalar(input.raw(), other.into()))
}

/// self < other.
pub fn lt(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::lt(input.raw(), other.raw()))
}

/// self < other.
pub fn lt_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::lt_scalar(input.raw(), other.into()))
}

/// self <= other.
pub fn le(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::le(input.raw(), other.raw()))
}

/// self <= other.
pub fn le_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::le_scalar(input.raw(), other.into()))
}

/// self > other.
pub fn gt(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::gt(input.raw(), other.raw()))
}

/// self > other.
pub fn gt_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::gt_scalar(input.raw(), other.into()))
}

/// self >= other.
pub fn ge(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::ge(input.raw(), other.raw()))
}

/// self >= other.
pub fn ge_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::ge_scalar(input.raw(), other.into()))
}

/// |self - other| <= atol + rtol * |other|.
///
/// PyTorch's defaults: `rtol = 1e-5`, `atol = 1e-8`, `equal_nan = false`.
pub fn isclose(input: &Tensor, other: &Tensor, rtol: f64, atol: f64, equal_nan: bool) -> Result<Tensor> {
    lift(ops::isclose(input.raw(), other.raw(), rtol, atol, equal_nan))
}

/// Whether it is not a number.
pub fn isnan(input: &Tensor) -> Result<Tensor> {
    lift(ops::isnan(input.raw()))
}

/// Whether it is infinite.
pub fn isinf(input: &Tensor) -> Result<Tensor> {
    lift(ops::isinf(input.raw()))
}

/// Whether it is neither NaN nor infinite.
pub fn isfinite(input: &Tensor) -> Result<Tensor> {
    lift(ops::isfinite(input.raw()))
}

/// not self; zero is false.
pub fn logical_not(input: &Tensor) -> Result<Tensor> {
    lift(ops::logical_not(input.raw()))
}

/// self and other.
pub fn logical_and(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::logical_and(input.raw(), other.raw()))
}

/// self or other.
pub fn logical_or(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::logical_or(input.raw(), other.raw()))
}

/// Whether just one is true.
pub fn logical_xor(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::logical_xor(input.raw(), other.raw()))
}

/// Every bit the other way; not, of bool. Integers and bool, as all that follow.
pub fn bitwise_not(input: &Tensor) -> Result<Tensor> {
    lift(ops::bitwise_not(input.raw()))
}

/// Bits of both.
pub fn bitwise_and(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::bitwise_and(input.raw(), other.raw()))
}

/// Bits of both.
pub fn bitwise_and_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::bitwise_and_scalar(input.raw(), other.into()))
}

/// Bits of either.
pub fn bitwise_or(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::bitwise_or(input.raw(), other.raw()))
}

/// Bits of either.
pub fn bitwise_or_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::bitwise_or_scalar(input.raw(), other.into()))
}

/// Bits of just one.
pub fn bitwise_xor(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::bitwise_xor(input.raw(), other.raw()))
}

/// Bits of just one.
pub fn bitwise_xor_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::bitwise_xor_scalar(input.raw(), other.into()))
}

/// self * 2 ** other. `other` is at least 0 and less than the bits of the dtype.
pub fn bitwise_left_shift_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::bitwise_left_shift_scalar(input.raw(), other.into()))
}

/// self / 2 ** other, rounded down. `other` as for `bitwise-left-shift-scalar`.
pub fn bitwise_right_shift_scalar(input: &Tensor, other: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::bitwise_right_shift_scalar(input.raw(), other.into()))
}

/// Where condition holds self, elsewhere other; `condition` is bool.
pub fn where_(condition: &Tensor, input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::where_(condition.raw(), input.raw(), other.raw()))
}

/// `value`, a tensor of one element and no dimension, where the bool `mask` holds.
pub fn masked_fill(input: &Tensor, mask: &Tensor, value: &Tensor) -> Result<Tensor> {
    lift(ops::masked_fill(input.raw(), mask.raw(), value.raw()))
}

/// `value` where the bool `mask` holds.
pub fn masked_fill_scalar(input: &Tensor, mask: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::masked_fill_scalar(input.raw(), mask.raw(), value.into()))
}

/// self = `value` where the bool `mask` holds.
pub fn masked_fill_scalar_(input: &Tensor, mask: &Tensor, value: impl Into<Scalar>) -> Result<()> {
    lift(ops::masked_fill_scalar_in_place(input.raw(), mask.raw(), value.into()))
}

/// `value` in the shape and dtype of `self`, recorded for backward.
pub fn fill_scalar(input: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::fill_scalar(input.raw(), value.into()))
}

/// self = value everywhere.
pub fn fill_scalar_(input: &Tensor, value: impl Into<Scalar>) -> Result<()> {
    lift(ops::fill_scalar_in_place(input.raw(), value.into()))
}

/// self = 0 everywhere.
pub fn zero_(input: &Tensor) -> Result<()> {
    lift(ops::zero_in_place(input.raw()))
}

/// Copies src into self, broadcasting and converting.
pub fn copy_(input: &Tensor, src: &Tensor) -> Result<()> {
    lift(ops::copy_in_place(input.raw(), src.raw()))
}

/// Fills with numbers uniform on [low, high), from the instance's generator. Floating dtypes.
///
/// PyTorch's defaults: `low = 0`, `high = 1`.
pub fn uniform_(input: &Tensor, low: f64, high: f64) -> Result<()> {
    lift(ops::uniform_in_place(input.raw(), low, high))
}

/// Fills with normal numbers, from the instance's generator. Floating dtypes.
///
/// PyTorch's defaults: `mean = 0`, `std = 1`.
pub fn normal_(input: &Tensor, mean: f64, std: f64) -> Result<()> {
    lift(ops::normal_in_place(input.raw(), mean, std))
}

/// Fills with 1 with probability p and 0 otherwise, from the instance's generator.
///
/// PyTorch's defaults: `p = 0.5`.
pub fn bernoulli_(input: &Tensor, p: f64) -> Result<()> {
    lift(ops::bernoulli_in_place(input.raw(), p))
}

/// Converts to dtype; the same storage when it already has it.
pub fn to_dtype(input: &Tensor, dtype: Dtype) -> Result<Tensor> {
    lift(ops::to_dtype(input.raw(), dtype))
}

/// A copy with storage of its own.
pub fn deep_clone(input: &Tensor) -> Result<Tensor> {
    lift(ops::clone(input.raw()))
}

/// The same storage as another tensor.
pub fn alias(input: &Tensor) -> Result<Tensor> {
    lift(ops::alias(input.raw()))
}

/// Same elements, other shape; one size may be -1. A view where the strides allow, else a copy.
pub fn reshape(input: &Tensor, shape: &[i64]) -> Result<Tensor> {
    lift(ops::reshape(input.raw(), shape))
}

/// As `reshape`, but never a copy. Errors: `invalid-argument` where the strides do not allow it.
pub fn view(input: &Tensor, shape: &[i64]) -> Result<Tensor> {
    lift(ops::view(input.raw(), shape))
}

/// Reorders dimensions.
pub fn permute(input: &Tensor, dims: &[i64]) -> Result<Tensor> {
    lift(ops::permute(input.raw(), dims))
}

/// Swaps two dimensions.
pub fn transpose(input: &Tensor, dim0: i64, dim1: i64) -> Result<Tensor> {
    lift(ops::transpose(input.raw(), dim0, dim1))
}

/// Moves dimensions, the others keep their order.
pub fn movedim(input: &Tensor, source: &[i64], destination: &[i64]) -> Result<Tensor> {
    lift(ops::movedim(input.raw(), source, destination))
}

/// Merges dimensions start-dim .. end-dim.
///
/// PyTorch's defaults: `start_dim = 0`, `end_dim = -1`.
pub fn flatten(input: &Tensor, start_dim: i64, end_dim: i64) -> Result<Tensor> {
    lift(ops::flatten(input.raw(), start_dim, end_dim))
}

/// Splits dimension `dim`; one size may be -1.
pub fn unflatten(input: &Tensor, dim: i64, sizes: &[i64]) -> Result<Tensor> {
    lift(ops::unflatten(input.raw(), dim, sizes))
}

/// Inserts a dimension of size 1.
pub fn unsqueeze(input: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::unsqueeze(input.raw(), dim))
}

/// Removes dimension `dim` if its size is 1.
pub fn squeeze(input: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::squeeze(input.raw(), dim))
}

/// Removes those of the dimensions whose size is 1.
pub fn squeeze_dims(input: &Tensor, dim: &[i64]) -> Result<Tensor> {
    lift(ops::squeeze_dims(input.raw(), dim))
}

/// Repeats dimensions of size 1 without copying; -1 keeps a dimension as it is.
pub fn expand(input: &Tensor, shape: &[i64]) -> Result<Tensor> {
    lift(ops::expand(input.raw(), shape))
}

/// Elements start .. start+length-1 of dimension `dim`, a view.
pub fn narrow(input: &Tensor, dim: i64, start: i64, length: i64) -> Result<Tensor> {
    lift(ops::narrow(input.raw(), dim, start, length))
}

/// One index of dimension `dim`, which disappears, a view.
pub fn select(input: &Tensor, dim: i64, index: i64) -> Result<Tensor> {
    lift(ops::select(input.raw(), dim, index))
}

/// Every `step`-th element from `start` up to before `end`, limited to the size as Python does, a view.
///
/// PyTorch's defaults: `start = none`, `end = none`, `step = 1`.
pub fn slice(input: &Tensor, dim: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Result<Tensor> {
    lift(ops::slice(input.raw(), dim, start, end, step))
}

/// A copy of `self` with `src` where `slice` looks.
///
/// PyTorch's defaults: `dim = 0`, `start = none`, `end = none`, `step = 1`.
pub fn slice_scatter(input: &Tensor, src: &Tensor, dim: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Result<Tensor> {
    lift(ops::slice_scatter(input.raw(), src.raw(), dim, start, end, step))
}

/// A copy of `self` with `src` where `select` looks.
pub fn select_scatter(input: &Tensor, src: &Tensor, dim: i64, index: i64) -> Result<Tensor> {
    lift(ops::select_scatter(input.raw(), src.raw(), dim, index))
}

/// A view of the storage of `self` with these sizes and strides (at least 0), which must lie in it.
///
/// PyTorch's defaults: `storage_offset = none`.
pub fn as_strided(input: &Tensor, size: &[i64], stride: &[i64], storage_offset: Option<i64>) -> Result<Tensor> {
    lift(ops::as_strided(input.raw(), size, stride, storage_offset))
}

/// Views of `split-size` along `dim`; the last may be smaller.
///
/// PyTorch's defaults: `dim = 0`.
pub fn split(input: &Tensor, split_size: i64, dim: i64) -> Result<Vec<Tensor>> {
    lift(ops::split(input.raw(), split_size, dim))
}

/// Views of these sizes along `dim`.
///
/// PyTorch's defaults: `dim = 0`.
pub fn split_with_sizes(input: &Tensor, split_sizes: &[i64], dim: i64) -> Result<Vec<Tensor>> {
    lift(ops::split_with_sizes(input.raw(), split_sizes, dim))
}

/// At most `chunks` views of equal size along `dim`; the last may be smaller.
///
/// PyTorch's defaults: `dim = 0`.
pub fn chunk(input: &Tensor, chunks: i64, dim: i64) -> Result<Vec<Tensor>> {
    lift(ops::chunk(input.raw(), chunks, dim))
}

/// All views that `select` gives along `dim`.
///
/// PyTorch's defaults: `dim = 0`.
pub fn unbind(input: &Tensor, dim: i64) -> Result<Vec<Tensor>> {
    lift(ops::unbind(input.raw(), dim))
}

/// The diagonal of two dimensions as a new last one, a view.
///
/// PyTorch's defaults: `offset = 0`, `dim1 = 0`, `dim2 = 1`.
pub fn diagonal(input: &Tensor, offset: i64, dim1: i64, dim2: i64) -> Result<Tensor> {
    lift(ops::diagonal(input.raw(), offset, dim1, dim2))
}

/// The last dimension becomes the diagonal of two new ones.
///
/// PyTorch's defaults: `offset = 0`, `dim1 = -2`, `dim2 = -1`.
pub fn diag_embed(input: &Tensor, offset: i64, dim1: i64, dim2: i64) -> Result<Tensor> {
    lift(ops::diag_embed(input.raw(), offset, dim1, dim2))
}

/// All windows of `size` along `dimension`, `step` apart, in a new last dimension, a view.
pub fn unfold(input: &Tensor, dimension: i64, size: i64, step: i64) -> Result<Tensor> {
    lift(ops::unfold(input.raw(), dimension, size, step))
}

/// Joins along an existing dimension.
///
/// PyTorch's defaults: `dim = 0`.
pub fn cat(tensors: &[Tensor], dim: i64) -> Result<Tensor> {
    lift(ops::cat(&raw(tensors), dim))
}

/// Joins along a new dimension.
///
/// PyTorch's defaults: `dim = 0`.
pub fn stack(tensors: &[Tensor], dim: i64) -> Result<Tensor> {
    lift(ops::stack(&raw(tensors), dim))
}

/// Copies the whole `repeats` times along each dimension.
pub fn repeat(input: &Tensor, repeats: &[i64]) -> Result<Tensor> {
    lift(ops::repeat(input.raw(), repeats))
}

/// Repeats each element; none: of the flattened tensor.
///
/// PyTorch's defaults: `dim = none`.
pub fn repeat_interleave(input: &Tensor, repeats: i64, dim: Option<i64>) -> Result<Tensor> {
    lift(ops::repeat_interleave(input.raw(), repeats, dim))
}

/// Reverses these dimensions.
pub fn flip(input: &Tensor, dims: &[i64]) -> Result<Tensor> {
    lift(ops::flip(input.raw(), dims))
}

/// Moves elements along dimensions; what leaves at one end enters at the other.
pub fn roll(input: &Tensor, shifts: &[i64], dims: &[i64]) -> Result<Tensor> {
    lift(ops::roll(input.raw(), shifts, dims))
}

/// Zeroes what lies above the diagonal of the last two dimensions.
///
/// PyTorch's defaults: `diagonal = 0`.
pub fn tril(input: &Tensor, diagonal: i64) -> Result<Tensor> {
    lift(ops::tril(input.raw(), diagonal))
}

/// Zeroes what lies below the diagonal of the last two dimensions.
///
/// PyTorch's defaults: `diagonal = 0`.
pub fn triu(input: &Tensor, diagonal: i64) -> Result<Tensor> {
    lift(ops::triu(input.raw(), diagonal))
}

/// Coordinates of a grid from 1-D tensors, matrix order (`indexing="ij"`).
pub fn meshgrid(tensors: &[Tensor]) -> Result<Vec<Tensor>> {
    lift(ops::meshgrid(&raw(tensors)))
}

/// Row-major storage in dimension order.
pub fn contiguous(input: &Tensor) -> Result<Tensor> {
    lift(ops::contiguous(input.raw()))
}

/// [N, C, H, W] stored as [N, H, W, C], the fast layout for convolutions on a CPU.
pub fn contiguous_channels_last(input: &Tensor) -> Result<Tensor> {
    lift(ops::contiguous_channels_last(input.raw()))
}

/// Constant padding; `pad` has two numbers a dimension, the last dimension first; negative ones cut off.
///
/// PyTorch's defaults: `value = 0`.
pub fn constant_pad_nd(input: &Tensor, pad: &[i64], value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::constant_pad_nd(input.raw(), pad, value.into()))
}

/// Pads the last dimension by its mirror image; padding [left, right].
pub fn reflection_pad1d(input: &Tensor, padding: &[i64]) -> Result<Tensor> {
    lift(ops::reflection_pad1d(input.raw(), padding))
}

/// As `reflection-pad1d`; padding [left, right, top, bottom].
pub fn reflection_pad2d(input: &Tensor, padding: &[i64]) -> Result<Tensor> {
    lift(ops::reflection_pad2d(input.raw(), padding))
}

/// As `reflection-pad1d`; padding [left, right, top, bottom, front, back].
pub fn reflection_pad3d(input: &Tensor, padding: &[i64]) -> Result<Tensor> {
    lift(ops::reflection_pad3d(input.raw(), padding))
}

/// Pads the last dimension by its border; padding [left, right].
pub fn replication_pad1d(input: &Tensor, padding: &[i64]) -> Result<Tensor> {
    lift(ops::replication_pad1d(input.raw(), padding))
}

/// As `replication-pad1d`; padding [left, right, top, bottom].
pub fn replication_pad2d(input: &Tensor, padding: &[i64]) -> Result<Tensor> {
    lift(ops::replication_pad2d(input.raw(), padding))
}

/// As `replication-pad1d`; padding [left, right, top, bottom, front, back].
pub fn replication_pad3d(input: &Tensor, padding: &[i64]) -> Result<Tensor> {
    lift(ops::replication_pad3d(input.raw(), padding))
}

/// [..., c * r * r, h, w] -> [..., c, h * r, w * r].
pub fn pixel_shuffle(input: &Tensor, upscale_factor: i64) -> Result<Tensor> {
    lift(ops::pixel_shuffle(input.raw(), upscale_factor))
}

/// [..., c, h * r, w * r] -> [..., c * r * r, h, w].
pub fn pixel_unshuffle(input: &Tensor, downscale_factor: i64) -> Result<Tensor> {
    lift(ops::pixel_unshuffle(input.raw(), downscale_factor))
}

/// Rows `index` (int64 or int32, 1-D) of dimension `dim`. *content-dependent* (an index out of range).
pub fn index_select(input: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    lift(ops::index_select(input.raw(), dim, index.raw()))
}

/// out[i][j][k] = self[i][index[i][j][k]][k] for dim 1. *content-dependent* (an index out of range).
pub fn gather(input: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    lift(ops::gather(input.raw(), dim, index.raw()))
}

/// As `gather`, after broadcasting the other dimensions. *content-dependent* (an index out of range).
pub fn take_along_dim(input: &Tensor, indices: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::take_along_dim(input.raw(), indices.raw(), dim))
}

/// Indexing by tensors, one a dimension, none for all of it; the tensors broadcast against each other. bool
/// masks: `masked-select`. *content-dependent* (an index out of range).
pub fn index(input: &Tensor, indices: &[Option<&Tensor>]) -> Result<Tensor> {
    lift(ops::index(input.raw(), &raw_options(indices)))
}

/// A copy of `self` with `values` where `index` looks; `accumulate` adds. *content-dependent* (an index out of
/// range).
///
/// PyTorch's defaults: `accumulate = false`.
pub fn index_put(input: &Tensor, indices: &[Option<&Tensor>], values: &Tensor, accumulate: bool) -> Result<Tensor> {
    lift(ops::index_put(input.raw(), &raw_options(indices), values.raw(), accumulate))
}

/// `index-put` into `self`. *content-dependent* (an index out of range).
///
/// PyTorch's defaults: `accumulate = false`.
pub fn index_put_(input: &Tensor, indices: &[Option<&Tensor>], values: &Tensor, accumulate: bool) -> Result<()> {
    lift(ops::index_put_in_place(input.raw(), &raw_options(indices), values.raw(), accumulate))
}

/// A copy of `self` with alpha * source added to the rows `index`. *content-dependent* (an index out of range).
///
/// PyTorch's defaults: `alpha = 1`.
pub fn index_add(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::index_add(input.raw(), dim, index.raw(), source.raw(), alpha.into()))
}

/// `index-add` into `self`. *content-dependent* (an index out of range).
///
/// PyTorch's defaults: `alpha = 1`.
pub fn index_add_(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor, alpha: impl Into<Scalar>) -> Result<()> {
    lift(ops::index_add_in_place(input.raw(), dim, index.raw(), source.raw(), alpha.into()))
}

/// A copy of `self` with source in the rows `index`. *content-dependent* (an index out of range).
pub fn index_copy(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    lift(ops::index_copy(input.raw(), dim, index.raw(), source.raw()))
}

/// `index-copy` into `self`. *content-dependent* (an index out of range).
pub fn index_copy_(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<()> {
    lift(ops::index_copy_in_place(input.raw(), dim, index.raw(), source.raw()))
}

/// A copy of `self` with value in the rows `index`. *content-dependent* (an index out of range).
pub fn index_fill_scalar(input: &Tensor, dim: i64, index: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::index_fill_scalar(input.raw(), dim, index.raw(), value.into()))
}

/// A copy of `self` with self[index[i][j]][j] = src[i][j] for dim 0. Which of several values for one place wins
/// is the last in row-major order on a CPU. *content-dependent* (an index out of range).
pub fn scatter(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor) -> Result<Tensor> {
    lift(ops::scatter(input.raw(), dim, index.raw(), src.raw()))
}

/// As `scatter` of one value. *content-dependent* (an index out of range).
pub fn scatter_scalar(input: &Tensor, dim: i64, index: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::scatter_scalar(input.raw(), dim, index.raw(), value.into()))
}

/// As `scatter`, but adds. *content-dependent* (an index out of range).
pub fn scatter_add(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor) -> Result<Tensor> {
    lift(ops::scatter_add(input.raw(), dim, index.raw(), src.raw()))
}

/// `scatter-add` into `self`. *content-dependent* (an index out of range).
pub fn scatter_add_(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor) -> Result<()> {
    lift(ops::scatter_add_in_place(input.raw(), dim, index.raw(), src.raw()))
}

/// As `scatter`, values for one place reduced, with what `self` holds there if `include-self`.
/// *content-dependent* (an index out of range).
///
/// PyTorch's defaults: `include_self = true`.
pub fn scatter_reduce(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor, reduce: ScatterReduction, include_self: bool) -> Result<Tensor> {
    lift(ops::scatter_reduce(input.raw(), dim, index.raw(), src.raw(), reduce, include_self))
}

/// The elements where the bool `mask` holds; 1-D. *content-dependent shape*.
pub fn masked_select(input: &Tensor, mask: &Tensor) -> Result<Tensor> {
    lift(ops::masked_select(input.raw(), mask.raw()))
}

/// A copy of `self` with the elements of `source`, in order, where the bool `mask` holds. *content-dependent*
/// (too few elements).
pub fn masked_scatter(input: &Tensor, mask: &Tensor, source: &Tensor) -> Result<Tensor> {
    lift(ops::masked_scatter(input.raw(), mask.raw(), source.raw()))
}

/// Indices of all elements that are not zero, int64 [count, dimensions]. *content-dependent shape*.
pub fn nonzero(input: &Tensor) -> Result<Tensor> {
    lift(ops::nonzero(input.raw()))
}

/// int64 classes -> int64 [..., num-classes] with a 1 at the class. *content-dependent* (a class out of range).
pub fn one_hot(input: &Tensor, num_classes: i64) -> Result<Tensor> {
    lift(ops::one_hot(input.raw(), num_classes))
}

/// Rows of `weight` [n, d] by int64 or int32 indices of any shape -> [..., d]. The row `padding-idx` gets no
/// gradient. *content-dependent* (an index out of range).
///
/// PyTorch's defaults: `padding_idx = none`.
pub fn embedding(weight: &Tensor, indices: &Tensor, padding_idx: Option<i64>) -> Result<Tensor> {
    lift(ops::embedding(weight.raw(), indices.raw(), padding_idx))
}

/// Rows of `weight` reduced a bag; bag i is the 1-D `indices` from offsets[i] on up to the next offset. Weights
/// need mode `sum`. *content-dependent* (an index or offset out of range).
///
/// PyTorch's defaults: `mode = mean`, `per_sample_weights = none`.
pub fn embedding_bag(weight: &Tensor, indices: &Tensor, offsets: &Tensor, mode: BagMode, per_sample_weights: Option<&Tensor>) -> Result<Tensor> {
    lift(ops::embedding_bag(weight.raw(), indices.raw(), offsets.raw(), mode, per_sample_weights.map(Tensor::raw)))
}

/// How often each of 0, 1, ... occurs in a 1-D integer tensor. *content-dependent shape* (the largest value;
/// negative ones fail).
///
/// PyTorch's defaults: `weights = none`, `minlength = 0`.
pub fn bincount(input: &Tensor, weights: Option<&Tensor>, minlength: i64) -> Result<Tensor> {
    lift(ops::bincount(input.raw(), weights.map(Tensor::raw), minlength))
}

/// Sorted distinct elements, for each element the place of its value, and how often each occurs.
/// *content-dependent shape*.
pub fn unique(input: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
    lift(ops::unique(input.raw()))
}

/// The place, int64, where each element would be inserted in the sorted last dimension.
///
/// PyTorch's defaults: `right = false`.
pub fn searchsorted(sorted_sequence: &Tensor, input: &Tensor, right: bool) -> Result<Tensor> {
    lift(ops::searchsorted(sorted_sequence.raw(), input.raw(), right))
}

/// Sorted values and their int64 indices; the order of equal ones is kept.
///
/// PyTorch's defaults: `dim = -1`, `descending = false`.
pub fn sort(input: &Tensor, dim: i64, descending: bool) -> Result<(Tensor, Tensor)> {
    lift(ops::sort(input.raw(), dim, descending))
}

/// The indices of `sort`.
///
/// PyTorch's defaults: `dim = -1`, `descending = false`.
pub fn argsort(input: &Tensor, dim: i64, descending: bool) -> Result<Tensor> {
    lift(ops::argsort(input.raw(), dim, descending))
}

/// The k largest (or smallest) values along `dim` and their int64 indices.
///
/// PyTorch's defaults: `dim = -1`, `largest = true`, `sorted = true`.
pub fn topk(input: &Tensor, k: i64, dim: i64, largest: bool, sorted: bool) -> Result<(Tensor, Tensor)> {
    lift(ops::topk(input.raw(), k, dim, largest, sorted))
}

/// The k-th smallest value along `dim`, counted from 1, and its index.
///
/// PyTorch's defaults: `dim = -1`, `keepdim = false`.
pub fn kthvalue(input: &Tensor, k: i64, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
    lift(ops::kthvalue(input.raw(), k, dim, keepdim))
}

/// Sum; integers sum as int64.
///
/// PyTorch's defaults: `dim = []`, `keepdim = false`.
pub fn sum(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::sum(input.raw(), dim, keepdim))
}

/// Sum of what is not NaN.
///
/// PyTorch's defaults: `dim = []`, `keepdim = false`.
pub fn nansum(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::nansum(input.raw(), dim, keepdim))
}

/// Mean of floating tensors.
///
/// PyTorch's defaults: `dim = []`, `keepdim = false`.
pub fn mean(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::mean(input.raw(), dim, keepdim))
}

/// Product; integers as int64; none: of all elements.
///
/// PyTorch's defaults: `dim = none`, `keepdim = false`.
pub fn prod(input: &Tensor, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
    lift(ops::prod(input.raw(), dim, keepdim))
}

/// Standard deviation of floating tensors. `correction` is taken from the number of elements in the divisor: 1 is
/// Bessel's; where nothing is left the result is NaN or infinite.
///
/// PyTorch's defaults: `dim = []`, `correction = 1`, `keepdim = false`.
pub fn std(input: &Tensor, dim: &[i64], correction: i64, keepdim: bool) -> Result<Tensor> {
    lift(ops::std(input.raw(), dim, correction, keepdim))
}

/// Variance; `correction` as for `std`.
///
/// PyTorch's defaults: `dim = []`, `correction = 1`, `keepdim = false`.
pub fn var(input: &Tensor, dim: &[i64], correction: i64, keepdim: bool) -> Result<Tensor> {
    lift(ops::var(input.raw(), dim, correction, keepdim))
}

/// Largest value.
///
/// PyTorch's defaults: `dim = []`, `keepdim = false`.
pub fn amax(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::amax(input.raw(), dim, keepdim))
}

/// Smallest value.
///
/// PyTorch's defaults: `dim = []`, `keepdim = false`.
pub fn amin(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::amin(input.raw(), dim, keepdim))
}

/// Index of the largest value along `dim`, int64; none: of the flattened tensor.
///
/// PyTorch's defaults: `dim = none`, `keepdim = false`.
pub fn argmax(input: &Tensor, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
    lift(ops::argmax(input.raw(), dim, keepdim))
}

/// Index of the smallest value along `dim`, int64; none: of the flattened tensor.
///
/// PyTorch's defaults: `dim = none`, `keepdim = false`.
pub fn argmin(input: &Tensor, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
    lift(ops::argmin(input.raw(), dim, keepdim))
}

/// Largest values along `dim` and their int64 indices.
///
/// PyTorch's defaults: `keepdim = false`.
pub fn max_dim(input: &Tensor, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
    lift(ops::max_dim(input.raw(), dim, keepdim))
}

/// Smallest values along `dim` and their int64 indices.
///
/// PyTorch's defaults: `keepdim = false`.
pub fn min_dim(input: &Tensor, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
    lift(ops::min_dim(input.raw(), dim, keepdim))
}

/// Medians along `dim` (the lower of two) and their int64 indices.
///
/// PyTorch's defaults: `dim = -1`, `keepdim = false`.
pub fn median_dim(input: &Tensor, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
    lift(ops::median_dim(input.raw(), dim, keepdim))
}

/// Whether none is zero, bool.
///
/// PyTorch's defaults: `dim = []`, `keepdim = false`.
pub fn all(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::all(input.raw(), dim, keepdim))
}

/// Whether one is not zero, bool.
///
/// PyTorch's defaults: `dim = []`, `keepdim = false`.
pub fn any(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::any(input.raw(), dim, keepdim))
}

/// How many are not zero, int64.
///
/// PyTorch's defaults: `dim = []`.
pub fn count_nonzero(input: &Tensor, dim: &[i64]) -> Result<Tensor> {
    lift(ops::count_nonzero(input.raw(), dim))
}

/// log(sum(e ** self)), without overflow.
///
/// PyTorch's defaults: `keepdim = false`.
pub fn logsumexp(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::logsumexp(input.raw(), dim, keepdim))
}

/// (sum |x| ** ord) ** (1 / ord); infinite orders are the largest or smallest absolute value.
///
/// PyTorch's defaults: `ord = 2`, `dim = []`, `keepdim = false`.
pub fn linalg_vector_norm(input: &Tensor, ord: f64, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    lift(ops::linalg_vector_norm(input.raw(), ord, dim, keepdim))
}

/// e ** x / sum(e ** x) along `dim`.
pub fn softmax(input: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::softmax(input.raw(), dim))
}

/// log(softmax) along `dim`.
pub fn log_softmax(input: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::log_softmax(input.raw(), dim))
}

/// Running sum along `dim`; integers as int64.
pub fn cumsum(input: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::cumsum(input.raw(), dim))
}

/// Running product along `dim`; integers as int64.
pub fn cumprod(input: &Tensor, dim: i64) -> Result<Tensor> {
    lift(ops::cumprod(input.raw(), dim))
}

/// Running maximum along `dim` and its int64 indices.
pub fn cummax(input: &Tensor, dim: i64) -> Result<(Tensor, Tensor)> {
    lift(ops::cummax(input.raw(), dim))
}

/// Matrix product with PyTorch's rules for 1-D and batched operands.
pub fn matmul(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::matmul(input.raw(), other.raw()))
}

/// [n, k] times [k, m].
pub fn mm(input: &Tensor, mat2: &Tensor) -> Result<Tensor> {
    lift(ops::mm(input.raw(), mat2.raw()))
}

/// [b, n, k] times [b, k, m].
pub fn bmm(input: &Tensor, mat2: &Tensor) -> Result<Tensor> {
    lift(ops::bmm(input.raw(), mat2.raw()))
}

/// beta * self + alpha * mat1 mat2.
///
/// PyTorch's defaults: `beta = 1`, `alpha = 1`.
pub fn addmm(input: &Tensor, mat1: &Tensor, mat2: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::addmm(input.raw(), mat1.raw(), mat2.raw(), beta.into(), alpha.into()))
}

/// beta * self + alpha * batch1 batch2, batch by batch.
///
/// PyTorch's defaults: `beta = 1`, `alpha = 1`.
pub fn baddbmm(input: &Tensor, batch1: &Tensor, batch2: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>) -> Result<Tensor> {
    lift(ops::baddbmm(input.raw(), batch1.raw(), batch2.raw(), beta.into(), alpha.into()))
}

/// Inner product of two 1-D tensors.
pub fn dot(input: &Tensor, other: &Tensor) -> Result<Tensor> {
    lift(ops::dot(input.raw(), other.raw()))
}

/// [n] and [m] -> [n, m].
pub fn outer(input: &Tensor, vec2: &Tensor) -> Result<Tensor> {
    lift(ops::outer(input.raw(), vec2.raw()))
}

/// A sum of products by Einstein's convention, such as "bij,bjk->bik"; `...` stands for batch dimensions.
pub fn einsum(equation: &str, tensors: &[Tensor]) -> Result<Tensor> {
    lift(ops::einsum(equation, &raw(tensors)))
}

/// input [..., in] * weight[out, in] transposed + bias[out] -> [..., out].
///
/// PyTorch's defaults: `bias = none`.
pub fn linear(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    lift(ops::linear(input.raw(), weight.raw(), bias.map(Tensor::raw)))
}

/// input1 [..., a], weight [out, a, b], input2 [..., b] -> [..., out].
///
/// PyTorch's defaults: `bias = none`.
pub fn bilinear(input1: &Tensor, input2: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    lift(ops::bilinear(input1.raw(), input2.raw(), weight.raw(), bias.map(Tensor::raw)))
}

/// Distances of p-norm between the rows of [..., n, d] and [..., m, d] -> [..., n, m].
///
/// PyTorch's defaults: `p = 2`.
pub fn cdist(x1: &Tensor, x2: &Tensor, p: f64) -> Result<Tensor> {
    lift(ops::cdist(x1.raw(), x2.raw(), p))
}

/// Distances between all pairs of rows of [n, d] -> [n * (n - 1) / 2].
///
/// PyTorch's defaults: `p = 2`.
pub fn pdist(input: &Tensor, p: f64) -> Result<Tensor> {
    lift(ops::pdist(input.raw(), p))
}

/// x1 . x2 / (|x1| |x2|) along `dim`.
///
/// PyTorch's defaults: `dim = 1`, `eps = 1e-8`.
pub fn cosine_similarity(x1: &Tensor, x2: &Tensor, dim: i64, eps: f64) -> Result<Tensor> {
    lift(ops::cosine_similarity(x1.raw(), x2.raw(), dim, eps))
}

/// 1-D, 2-D or 3-D, by the dimensions of `weight`: input [n, in, ...], weight [out, in / groups, ...]
/// (transposed: [in, out / groups, ...]), bias [out] -> [n, out, ...]. The batch may be left out of 2-D inputs of
/// a `conv2d` only.
///
/// PyTorch's defaults: `bias = none`.
pub fn convolution(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &ConvolutionOptions) -> Result<Tensor> {
    lift(ops::convolution(input.raw(), weight.raw(), bias.map(Tensor::raw), options))
}

/// input [n, in, h, w], weight [out, in / groups, kh, kw], bias [out] -> [n, out, h', w'].
///
/// PyTorch's defaults: `bias = none`.
pub fn conv2d(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &Conv2dOptions) -> Result<Tensor> {
    lift(ops::conv2d(input.raw(), weight.raw(), bias.map(Tensor::raw), options))
}

/// [n, c, h, w] -> [n, c * kh * kw, windows].
pub fn im2col(input: &Tensor, options: &WindowOptions) -> Result<Tensor> {
    lift(ops::im2col(input.raw(), options))
}

/// Adds windows up: [n, c * kh * kw, windows] -> [n, c, ...output-size].
pub fn col2im(input: &Tensor, output_size: &[i64], options: &WindowOptions) -> Result<Tensor> {
    lift(ops::col2im(input.raw(), output_size, options))
}

/// Mean over windows of [n, c, l].
pub fn avg_pool1d(input: &Tensor, options: &AvgPoolOptions) -> Result<Tensor> {
    lift(ops::avg_pool1d(input.raw(), options))
}

/// Mean over windows of [n, c, h, w].
pub fn avg_pool2d(input: &Tensor, options: &AvgPoolOptions) -> Result<Tensor> {
    lift(ops::avg_pool2d(input.raw(), options))
}

/// Mean over windows of [n, c, d, h, w].
pub fn avg_pool3d(input: &Tensor, options: &AvgPoolOptions) -> Result<Tensor> {
    lift(ops::avg_pool3d(input.raw(), options))
}

/// Maximum over windows of [n, c, l].
pub fn max_pool1d(input: &Tensor, options: &MaxPoolOptions) -> Result<Tensor> {
    lift(ops::max_pool1d(input.raw(), options))
}

/// Maximum over windows of [n, c, h, w].
pub fn max_pool2d(input: &Tensor, options: &MaxPoolOptions) -> Result<Tensor> {
    lift(ops::max_pool2d(input.raw(), options))
}

/// Maximum over windows of [n, c, d, h, w].
pub fn max_pool3d(input: &Tensor, options: &MaxPoolOptions) -> Result<Tensor> {
    lift(ops::max_pool3d(input.raw(), options))
}

/// `max-pool2d` and where in its plane each maximum lies, int64.
pub fn max_pool2d_with_indices(input: &Tensor, options: &MaxPoolOptions) -> Result<(Tensor, Tensor)> {
    lift(ops::max_pool2d_with_indices(input.raw(), options))
}

/// `max-pool3d` and where in its volume each maximum lies, int64.
pub fn max_pool3d_with_indices(input: &Tensor, options: &MaxPoolOptions) -> Result<(Tensor, Tensor)> {
    lift(ops::max_pool3d_with_indices(input.raw(), options))
}

/// Mean over windows chosen so that the result is [n, c, output-size].
pub fn adaptive_avg_pool1d(input: &Tensor, output_size: &[i64]) -> Result<Tensor> {
    lift(ops::adaptive_avg_pool1d(input.raw(), output_size))
}

/// Mean over windows chosen so that the result is [n, c, ...output-size].
pub fn adaptive_avg_pool2d(input: &Tensor, output_size: &[i64]) -> Result<Tensor> {
    lift(ops::adaptive_avg_pool2d(input.raw(), output_size))
}

/// Mean over windows chosen so that the result is [n, c, ...output-size].
pub fn adaptive_avg_pool3d(input: &Tensor, output_size: &[i64]) -> Result<Tensor> {
    lift(ops::adaptive_avg_pool3d(input.raw(), output_size))
}

/// Maximum over windows chosen so that the result is [n, c, ...output-size], and where they lie.
pub fn adaptive_max_pool2d(input: &Tensor, output_size: &[i64]) -> Result<(Tensor, Tensor)> {
    lift(ops::adaptive_max_pool2d(input.raw(), output_size))
}

/// [n, c, h, w] -> [n, c, ...output-size], the nearest pixel.
pub fn upsample_nearest2d(input: &Tensor, output_size: &[i64]) -> Result<Tensor> {
    lift(ops::upsample_nearest2d(input.raw(), output_size))
}

/// As `upsample-nearest2d`, linear between pixels.
///
/// PyTorch's defaults: `align_corners = false`.
pub fn upsample_bilinear2d(input: &Tensor, output_size: &[i64], align_corners: bool) -> Result<Tensor> {
    lift(ops::upsample_bilinear2d(input.raw(), output_size, align_corners))
}

/// As `upsample-nearest2d`, cubic between pixels.
///
/// PyTorch's defaults: `align_corners = false`.
pub fn upsample_bicubic2d(input: &Tensor, output_size: &[i64], align_corners: bool) -> Result<Tensor> {
    lift(ops::upsample_bicubic2d(input.raw(), output_size, align_corners))
}

/// Samples [n, c, h, w] at the points of `grid` [n, h', w', 2], x then y from -1 to 1 -> [n, c, h', w'].
///
/// PyTorch's defaults: `interpolation_mode = bilinear`, `padding_mode = zeros`, `align_corners = false`.
pub fn grid_sampler2d(input: &Tensor, grid: &Tensor, interpolation_mode: InterpolationMode, padding_mode: PaddingMode, align_corners: bool) -> Result<Tensor> {
    lift(ops::grid_sampler2d(input.raw(), grid.raw(), interpolation_mode, padding_mode, align_corners))
}

/// Normalises each channel of [n, c, ...]; weight, bias and running statistics are [c]. In training the running
/// statistics are written in place.
///
/// PyTorch's defaults: `weight = none`, `bias = none`, `running_mean = none`, `running_var = none`.
pub fn batch_norm(input: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, running_mean: Option<&Tensor>, running_var: Option<&Tensor>, options: &BatchNormOptions) -> Result<Tensor> {
    lift(ops::batch_norm(input.raw(), weight.map(Tensor::raw), bias.map(Tensor::raw), running_mean.map(Tensor::raw), running_var.map(Tensor::raw), *options))
}

/// Normalises over the last dimensions, which are `normalized-shape`; so are weight and bias.
///
/// PyTorch's defaults: `weight = none`, `bias = none`, `eps = 1e-5`.
pub fn layer_norm(input: &Tensor, normalized_shape: &[i64], weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Result<Tensor> {
    lift(ops::layer_norm(input.raw(), normalized_shape, weight.map(Tensor::raw), bias.map(Tensor::raw), eps))
}

/// Normalises groups of channels of [n, c, ...]; weight and bias are [c].
///
/// PyTorch's defaults: `weight = none`, `bias = none`, `eps = 1e-5`.
pub fn group_norm(input: &Tensor, num_groups: i64, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Result<Tensor> {
    lift(ops::group_norm(input.raw(), num_groups, weight.map(Tensor::raw), bias.map(Tensor::raw), eps))
}

/// Normalises each channel of each sample of [n, c, ...] by its own statistics.
///
/// PyTorch's defaults: `weight = none`, `bias = none`, `eps = 1e-5`.
pub fn instance_norm(input: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Result<Tensor> {
    lift(ops::instance_norm(input.raw(), weight.map(Tensor::raw), bias.map(Tensor::raw), eps))
}

/// Divides by the root of the mean square over the last dimensions (Zhang and Sennrich, 2019); none: eps of the
/// dtype.
///
/// PyTorch's defaults: `weight = none`, `eps = none`.
pub fn rms_norm(input: &Tensor, normalized_shape: &[i64], weight: Option<&Tensor>, eps: Option<f64>) -> Result<Tensor> {
    lift(ops::rms_norm(input.raw(), normalized_shape, weight.map(Tensor::raw), eps))
}

/// In training: zeroes elements with probability `p` by a mask from the instance's generator and scales the rest.
///
/// PyTorch's defaults: `p = 0.5`, `train = true`.
pub fn dropout(input: &Tensor, p: f64, train: bool) -> Result<Tensor> {
    lift(ops::dropout(input.raw(), p, train))
}

/// `dropout` and its bool mask of what was kept.
///
/// PyTorch's defaults: `p = 0.5`, `train = true`.
pub fn native_dropout(input: &Tensor, p: f64, train: bool) -> Result<(Tensor, Tensor)> {
    lift(ops::native_dropout(input.raw(), p, train))
}

/// softmax(query key^T * scale + mask) value: query [..., l, e], key [..., s, e], value [..., s, v] -> [..., l,
/// v]; a bool mask says what takes part, a floating one is added.
///
/// PyTorch's defaults: `attn_mask = none`.
pub fn scaled_dot_product_attention(query: &Tensor, key: &Tensor, value: &Tensor, attn_mask: Option<&Tensor>, options: &AttentionOptions) -> Result<Tensor> {
    lift(ops::scaled_dot_product_attention(query.raw(), key.raw(), value.raw(), attn_mask.map(Tensor::raw), *options))
}

/// Long short-term memory (Hochreiter and Schmidhuber, 1997): hx is h and c [layers * directions, batch, hidden];
/// params are, a layer and direction, weight-ih [4 * hidden, in], weight-hh [4 * hidden, hidden] and, with
/// biases, bias-ih and bias-hh [4 * hidden], gates in the order i, f, g, o. Gives output, h and c.
pub fn lstm(input: &Tensor, hx: &[Tensor], params: &[Tensor], has_biases: bool, options: &RecurrentOptions) -> Result<(Tensor, Tensor, Tensor)> {
    lift(ops::lstm(input.raw(), &raw(hx), &raw(params), has_biases, *options))
}

/// Gated recurrent unit (Cho et al., 2014), as `lstm` with 3 * hidden (r, z, n) and one state. Gives output and
/// h.
pub fn gru(input: &Tensor, hx: &Tensor, params: &[Tensor], has_biases: bool, options: &RecurrentOptions) -> Result<(Tensor, Tensor)> {
    lift(ops::gru(input.raw(), hx.raw(), &raw(params), has_biases, *options))
}

/// Cross entropy of logits [n, c, ...] and int64 classes [n, ...]; `weight` [c] weighs classes.
/// *content-dependent* (a class out of range).
///
/// PyTorch's defaults: `weight = none`.
pub fn cross_entropy(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, options: &CrossEntropyOptions) -> Result<Tensor> {
    lift(ops::cross_entropy(input.raw(), target.raw(), weight.map(Tensor::raw), *options))
}

/// The same of log-probabilities. *content-dependent* (a class out of range).
///
/// PyTorch's defaults: `weight = none`, `reduction = mean`, `ignore_index = -100`.
pub fn nll_loss(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction, ignore_index: i64) -> Result<Tensor> {
    lift(ops::nll_loss(input.raw(), target.raw(), weight.map(Tensor::raw), reduction, ignore_index))
}

/// Of probabilities. *content-dependent* (a probability outside of [0, 1]).
///
/// PyTorch's defaults: `weight = none`, `reduction = mean`.
pub fn binary_cross_entropy(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction) -> Result<Tensor> {
    lift(ops::binary_cross_entropy(input.raw(), target.raw(), weight.map(Tensor::raw), reduction))
}

/// Of logits; `pos-weight` weighs the positive class.
///
/// PyTorch's defaults: `weight = none`, `pos_weight = none`, `reduction = mean`.
pub fn binary_cross_entropy_with_logits(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, pos_weight: Option<&Tensor>, reduction: Reduction) -> Result<Tensor> {
    lift(ops::binary_cross_entropy_with_logits(input.raw(), target.raw(), weight.map(Tensor::raw), pos_weight.map(Tensor::raw), reduction))
}

/// (input - target) ** 2, reduced.
///
/// PyTorch's defaults: `reduction = mean`.
pub fn mse_loss(input: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    lift(ops::mse_loss(input.raw(), target.raw(), reduction))
}

/// |input - target|, reduced.
///
/// PyTorch's defaults: `reduction = mean`.
pub fn l1_loss(input: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    lift(ops::l1_loss(input.raw(), target.raw(), reduction))
}

/// Squared below `beta`, absolute above.
///
/// PyTorch's defaults: `reduction = mean`, `beta = 1.0`.
pub fn smooth_l1_loss(input: &Tensor, target: &Tensor, reduction: Reduction, beta: f64) -> Result<Tensor> {
    lift(ops::smooth_l1_loss(input.raw(), target.raw(), reduction, beta))
}

/// As `smooth-l1-loss` times `delta`.
///
/// PyTorch's defaults: `reduction = mean`, `delta = 1.0`.
pub fn huber_loss(input: &Tensor, target: &Tensor, reduction: Reduction, delta: f64) -> Result<Tensor> {
    lift(ops::huber_loss(input.raw(), target.raw(), reduction, delta))
}

/// Kullback-Leibler divergence of log-probabilities `input` from `target`; `mean` is over all elements.
///
/// PyTorch's defaults: `reduction = mean`, `log_target = false`.
pub fn kl_div(input: &Tensor, target: &Tensor, reduction: Reduction, log_target: bool) -> Result<Tensor> {
    lift(ops::kl_div(input.raw(), target.raw(), reduction, log_target))
}
