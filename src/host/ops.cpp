// Interface `ops`: one line an operator.
#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

using bindings::ml::ops::BatchNormOptions;
using bindings::ml::ops::Conv2dOptionsView;
using bindings::ml::ops::Dtype;
using bindings::ml::ops::Pool2dOptionsView;
using bindings::ml::ops::Reduction;
using bindings::ml::ops::Scalar;
using Backend = engine::TensorBackend;
using Handle = TensorBorrow;
using Sizes = std::span<const std::int64_t>;
using NewTensor = Session::Answer<Session::TensorHandle>;
using Done = Session::Answer<void>;

class Ops final : public bindings::ml::ops::Host {
 public:
  explicit Ops(Session& session) : session_(session) {}

  // ---- making tensors; fresh memory holds zeros, so `empty` is `zeros` ----

  NewTensor zeros(Sizes shape, Dtype dtype) override {
    return call<"ops.zeros", &Backend::zeros>(session_, shape, dtype);
  }
  NewTensor ones(Sizes shape, Dtype dtype) override { return call<"ops.ones", &Backend::ones>(session_, shape, dtype); }
  NewTensor full(Sizes shape, const Scalar& value, Dtype dtype) override {
    return call<"ops.full", &Backend::full>(session_, shape, value, dtype);
  }
  NewTensor empty(Sizes shape, Dtype dtype) override {
    return call<"ops.empty", &Backend::zeros>(session_, shape, dtype);
  }
  NewTensor arange(const Scalar& start, const Scalar& end, const Scalar& step, Dtype dtype) override {
    return call<"ops.arange", &Backend::arange>(session_, start, end, step, dtype);
  }
  NewTensor rand(Sizes shape, Dtype dtype) override { return call<"ops.rand", &Backend::rand>(session_, shape, dtype); }
  NewTensor randn(Sizes shape, Dtype dtype) override {
    return call<"ops.randn", &Backend::randn>(session_, shape, dtype);
  }
  NewTensor randperm(std::int64_t n) override { return call<"ops.randperm", &Backend::randperm>(session_, n); }
  sandbox::Call<void> manual_seed(std::uint64_t seed) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"ops.manual-seed">);
    session_.manual_seed(seed);
    return {};
  }

  // ---- element by element ----

  NewTensor add(Handle self, Handle other, const Scalar& alpha) override {
    return call<"ops.add", &Backend::add>(session_, self, other, alpha);
  }
  NewTensor add_scalar(Handle self, const Scalar& other, const Scalar& alpha) override {
    return call<"ops.add-scalar", &Backend::add_scalar>(session_, self, other, alpha);
  }
  Done add_in_place(Handle self, Handle other, const Scalar& alpha) override {
    return call<"ops.add-in-place", &Backend::add_in_place>(session_, self, other, alpha);
  }
  NewTensor sub(Handle self, Handle other, const Scalar& alpha) override {
    return call<"ops.sub", &Backend::sub>(session_, self, other, alpha);
  }
  NewTensor sub_scalar(Handle self, const Scalar& other, const Scalar& alpha) override {
    return call<"ops.sub-scalar", &Backend::sub_scalar>(session_, self, other, alpha);
  }
  NewTensor mul(Handle self, Handle other) override { return call<"ops.mul", &Backend::mul>(session_, self, other); }
  NewTensor mul_scalar(Handle self, const Scalar& other) override {
    return call<"ops.mul-scalar", &Backend::mul_scalar>(session_, self, other);
  }
  Done mul_scalar_in_place(Handle self, const Scalar& other) override {
    return call<"ops.mul-scalar-in-place", &Backend::mul_scalar_in_place>(session_, self, other);
  }
  NewTensor div(Handle self, Handle other) override { return call<"ops.div", &Backend::div>(session_, self, other); }
  NewTensor div_scalar(Handle self, const Scalar& other) override {
    return call<"ops.div-scalar", &Backend::div_scalar>(session_, self, other);
  }
  NewTensor pow_scalar(Handle self, const Scalar& exponent) override {
    return call<"ops.pow-scalar", &Backend::pow_scalar>(session_, self, exponent);
  }
  NewTensor neg(Handle self) override { return call<"ops.neg", &Backend::neg>(session_, self); }
  NewTensor abs(Handle self) override { return call<"ops.abs", &Backend::abs>(session_, self); }
  NewTensor exp(Handle self) override { return call<"ops.exp", &Backend::exp>(session_, self); }
  NewTensor log(Handle self) override { return call<"ops.log", &Backend::log>(session_, self); }
  NewTensor sqrt(Handle self) override { return call<"ops.sqrt", &Backend::sqrt>(session_, self); }
  NewTensor rsqrt(Handle self) override { return call<"ops.rsqrt", &Backend::rsqrt>(session_, self); }
  NewTensor relu(Handle self) override { return call<"ops.relu", &Backend::relu>(session_, self); }
  NewTensor sigmoid(Handle self) override { return call<"ops.sigmoid", &Backend::sigmoid>(session_, self); }
  NewTensor tanh(Handle self) override { return call<"ops.tanh", &Backend::tanh>(session_, self); }
  NewTensor silu(Handle self) override { return call<"ops.silu", &Backend::silu>(session_, self); }
  NewTensor clamp(Handle self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) override {
    return call<"ops.clamp", &Backend::clamp>(session_, self, min, max);
  }
  Done clamp_in_place(Handle self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) override {
    return call<"ops.clamp-in-place", &Backend::clamp_in_place>(session_, self, min, max);
  }
  NewTensor maximum(Handle self, Handle other) override {
    return call<"ops.maximum", &Backend::maximum>(session_, self, other);
  }
  NewTensor eq(Handle self, Handle other) override { return call<"ops.eq", &Backend::eq>(session_, self, other); }
  NewTensor gt_scalar(Handle self, const Scalar& other) override {
    return call<"ops.gt-scalar", &Backend::gt_scalar>(session_, self, other);
  }
  NewTensor where(Handle condition, Handle self, Handle other) override {
    return call<"ops.where", &Backend::where>(session_, condition, self, other);
  }
  Done copy_in_place(Handle self, Handle src) override {
    return call<"ops.copy-in-place", &Backend::copy_in_place>(session_, self, src);
  }
  NewTensor to_dtype(Handle self, Dtype dtype) override {
    return call<"ops.to-dtype", &Backend::to_dtype>(session_, self, dtype);
  }
  NewTensor clone(Handle self) override { return call<"ops.clone", &Backend::clone>(session_, self); }

  // ---- shape ----

  NewTensor reshape(Handle self, Sizes shape) override {
    return call<"ops.reshape", &Backend::reshape>(session_, self, shape);
  }
  NewTensor permute(Handle self, Sizes dims) override {
    return call<"ops.permute", &Backend::permute>(session_, self, dims);
  }
  NewTensor transpose(Handle self, std::int64_t dim0, std::int64_t dim1) override {
    return call<"ops.transpose", &Backend::transpose>(session_, self, dim0, dim1);
  }
  NewTensor flatten(Handle self, std::int64_t start_dim, std::int64_t end_dim) override {
    return call<"ops.flatten", &Backend::flatten>(session_, self, start_dim, end_dim);
  }
  NewTensor unsqueeze(Handle self, std::int64_t dim) override {
    return call<"ops.unsqueeze", &Backend::unsqueeze>(session_, self, dim);
  }
  NewTensor squeeze(Handle self, std::int64_t dim) override {
    return call<"ops.squeeze", &Backend::squeeze>(session_, self, dim);
  }
  NewTensor expand(Handle self, Sizes shape) override {
    return call<"ops.expand", &Backend::expand>(session_, self, shape);
  }
  NewTensor narrow(Handle self, std::int64_t dim, std::int64_t start, std::int64_t length) override {
    return call<"ops.narrow", &Backend::narrow>(session_, self, dim, start, length);
  }
  NewTensor select(Handle self, std::int64_t dim, std::int64_t index) override {
    return call<"ops.select", &Backend::select>(session_, self, dim, index);
  }
  NewTensor cat(std::span<const Handle> tensors, std::int64_t dim) override {
    return call<"ops.cat", &Backend::cat>(session_, tensors, dim);
  }
  NewTensor stack(std::span<const Handle> tensors, std::int64_t dim) override {
    return call<"ops.stack", &Backend::stack>(session_, tensors, dim);
  }
  NewTensor contiguous(Handle self) override { return call<"ops.contiguous", &Backend::contiguous>(session_, self); }
  NewTensor contiguous_channels_last(Handle self) override {
    return call<"ops.contiguous-channels-last", &Backend::contiguous_channels_last>(session_, self);
  }
  NewTensor constant_pad_nd(Handle self, Sizes pad, const Scalar& value) override {
    return call<"ops.constant-pad-nd", &Backend::constant_pad_nd>(session_, self, pad, value);
  }
  NewTensor index_select(Handle self, std::int64_t dim, Handle index) override {
    return call_content_dependent<"ops.index-select", &Backend::index_select>(session_, self, dim, index);
  }

  // ---- reductions ----

  NewTensor sum(Handle self, Sizes dim, bool keepdim) override {
    return call<"ops.sum", &Backend::sum>(session_, self, dim, keepdim);
  }
  NewTensor mean(Handle self, Sizes dim, bool keepdim) override {
    return call<"ops.mean", &Backend::mean>(session_, self, dim, keepdim);
  }
  NewTensor std(Handle self, Sizes dim, std::int64_t correction, bool keepdim) override {
    return call<"ops.std", &Backend::std>(session_, self, dim, correction, keepdim);
  }
  NewTensor amax(Handle self, Sizes dim, bool keepdim) override {
    return call<"ops.amax", &Backend::amax>(session_, self, dim, keepdim);
  }
  NewTensor argmax(Handle self, const std::optional<std::int64_t>& dim, bool keepdim) override {
    return call<"ops.argmax", &Backend::argmax>(session_, self, dim, keepdim);
  }
  NewTensor softmax(Handle self, std::int64_t dim) override {
    return call<"ops.softmax", &Backend::softmax>(session_, self, dim);
  }
  NewTensor log_softmax(Handle self, std::int64_t dim) override {
    return call<"ops.log-softmax", &Backend::log_softmax>(session_, self, dim);
  }

  // ---- layers and losses ----

  NewTensor matmul(Handle self, Handle other) override {
    return call<"ops.matmul", &Backend::matmul>(session_, self, other);
  }
  NewTensor linear(Handle input, Handle weight, const std::optional<Handle>& bias) override {
    return call<"ops.linear", &Backend::linear>(session_, input, weight, bias);
  }
  NewTensor conv2d(Handle input, Handle weight, const std::optional<Handle>& bias,
                   const Conv2dOptionsView& options) override {
    return call<"ops.conv2d", &Backend::conv2d>(session_, input, weight, bias, options);
  }
  NewTensor avg_pool2d(Handle self, const Pool2dOptionsView& options) override {
    return call<"ops.avg-pool2d", &Backend::avg_pool2d>(session_, self, options);
  }
  NewTensor max_pool2d(Handle self, const Pool2dOptionsView& options) override {
    return call<"ops.max-pool2d", &Backend::max_pool2d>(session_, self, options);
  }
  NewTensor adaptive_avg_pool2d(Handle self, Sizes output_size) override {
    return call<"ops.adaptive-avg-pool2d", &Backend::adaptive_avg_pool2d>(session_, self, output_size);
  }
  NewTensor batch_norm(Handle input, const std::optional<Handle>& weight, const std::optional<Handle>& bias,
                       const std::optional<Handle>& running_mean, const std::optional<Handle>& running_var,
                       const BatchNormOptions& options) override {
    return call<"ops.batch-norm", &Backend::batch_norm>(session_, input, weight, bias, running_mean, running_var,
                                                        options);
  }
  NewTensor dropout(Handle input, double p, bool train) override {
    return call<"ops.dropout", &Backend::dropout>(session_, input, p, train);
  }
  NewTensor cross_entropy(Handle input, Handle target, Reduction reduction) override {
    return call_content_dependent<"ops.cross-entropy", &Backend::cross_entropy>(session_, input, target, reduction);
  }
  NewTensor mse_loss(Handle input, Handle target, Reduction reduction) override {
    return call<"ops.mse-loss", &Backend::mse_loss>(session_, input, target, reduction);
  }

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<bindings::ml::ops::Host> make_interface(Session& session) {
  return std::make_unique<Ops>(session);
}

}  // namespace cloister::host
