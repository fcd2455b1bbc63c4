// A backend that has no operators: a small backend derives from it and overrides those that it has.
#pragma once

#include <fmt/format.h>

#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

// Every operator answers `unsupported` with a sentence that names it and the backend.
class UnsupportedBackend : public TensorBackend {
 public:
  // ---- looking at tensors ----
  Result<HostBytes> read(const Tensor&) override { return lacks("read"); }
  Result<Scalar> item(const Tensor&) override { return lacks("item"); }

  // ---- making tensors ----
  Result<Tensor> from_bytes(std::span<const std::uint8_t>, Shape, Dtype) override { return lacks("from_bytes"); }
  Result<Tensor> adopt(HostBuffer, Shape, Dtype) override { return lacks("adopt"); }
  Result<Tensor> lazy_clone(const Tensor&) override { return lacks("lazy_clone"); }
  Result<Tensor> zeros(Shape, Dtype) override { return lacks("zeros"); }
  Result<Tensor> ones(Shape, Dtype) override { return lacks("ones"); }
  Result<Tensor> full(Shape, const Scalar&, Dtype) override { return lacks("full"); }
  Result<Tensor> arange(const Scalar&, const Scalar&, const Scalar&, Dtype) override { return lacks("arange"); }
  Result<Tensor> rand(Shape, Dtype) override { return lacks("rand"); }
  Result<Tensor> randn(Shape, Dtype) override { return lacks("randn"); }
  Result<Tensor> randperm(std::int64_t) override { return lacks("randperm"); }

  // ---- autograd ----
  Result<void> set_requires_grad(const Tensor&, bool) override { return lacks("set_requires_grad"); }
  Result<void> backward(const Tensor&, const Tensor*, bool) override { return lacks("backward"); }
  Result<std::optional<Tensor>> grad(const Tensor&) override { return lacks("grad"); }
  Result<void> zero_grad(const Tensor&) override { return lacks("zero_grad"); }
  Result<Tensor> detach(const Tensor&) override { return lacks("detach"); }

  // ---- element by element ----
  Result<Tensor> add(const Tensor&, const Tensor&, const Scalar&) override { return lacks("add"); }
  Result<Tensor> add_scalar(const Tensor&, const Scalar&, const Scalar&) override { return lacks("add_scalar"); }
  Result<void> add_in_place(const Tensor&, const Tensor&, const Scalar&) override { return lacks("add_in_place"); }
  Result<Tensor> sub(const Tensor&, const Tensor&, const Scalar&) override { return lacks("sub"); }
  Result<Tensor> sub_scalar(const Tensor&, const Scalar&, const Scalar&) override { return lacks("sub_scalar"); }
  Result<Tensor> mul(const Tensor&, const Tensor&) override { return lacks("mul"); }
  Result<Tensor> mul_scalar(const Tensor&, const Scalar&) override { return lacks("mul_scalar"); }
  Result<void> mul_scalar_in_place(const Tensor&, const Scalar&) override { return lacks("mul_scalar_in_place"); }
  Result<Tensor> div(const Tensor&, const Tensor&) override { return lacks("div"); }
  Result<Tensor> div_scalar(const Tensor&, const Scalar&) override { return lacks("div_scalar"); }
  Result<Tensor> pow_scalar(const Tensor&, const Scalar&) override { return lacks("pow_scalar"); }
  Result<Tensor> neg(const Tensor&) override { return lacks("neg"); }
  Result<Tensor> abs(const Tensor&) override { return lacks("abs"); }
  Result<Tensor> exp(const Tensor&) override { return lacks("exp"); }
  Result<Tensor> log(const Tensor&) override { return lacks("log"); }
  Result<Tensor> sqrt(const Tensor&) override { return lacks("sqrt"); }
  Result<Tensor> rsqrt(const Tensor&) override { return lacks("rsqrt"); }
  Result<Tensor> relu(const Tensor&) override { return lacks("relu"); }
  Result<Tensor> sigmoid(const Tensor&) override { return lacks("sigmoid"); }
  Result<Tensor> tanh(const Tensor&) override { return lacks("tanh"); }
  Result<Tensor> silu(const Tensor&) override { return lacks("silu"); }
  Result<Tensor> clamp(const Tensor&, const std::optional<Scalar>&, const std::optional<Scalar>&) override {
    return lacks("clamp");
  }
  Result<void> clamp_in_place(const Tensor&, const std::optional<Scalar>&, const std::optional<Scalar>&) override {
    return lacks("clamp_in_place");
  }
  Result<Tensor> maximum(const Tensor&, const Tensor&) override { return lacks("maximum"); }
  Result<Tensor> eq(const Tensor&, const Tensor&) override { return lacks("eq"); }
  Result<Tensor> gt_scalar(const Tensor&, const Scalar&) override { return lacks("gt_scalar"); }
  Result<Tensor> where(const Tensor&, const Tensor&, const Tensor&) override { return lacks("where"); }
  Result<void> copy_in_place(const Tensor&, const Tensor&) override { return lacks("copy_in_place"); }
  Result<Tensor> to_dtype(const Tensor&, Dtype) override { return lacks("to_dtype"); }
  Result<Tensor> clone(const Tensor&) override { return lacks("clone"); }
  Result<void> addcmul_in_place(const Tensor&, const Tensor&, const Tensor&, const Scalar&) override {
    return lacks("addcmul_in_place");
  }
  Result<void> addcdiv_in_place(const Tensor&, const Tensor&, const Tensor&, const Scalar&) override {
    return lacks("addcdiv_in_place");
  }

  // ---- shape ----
  Result<Tensor> reshape(const Tensor&, Shape) override { return lacks("reshape"); }
  Result<Tensor> permute(const Tensor&, Shape) override { return lacks("permute"); }
  Result<Tensor> transpose(const Tensor&, std::int64_t, std::int64_t) override { return lacks("transpose"); }
  Result<Tensor> flatten(const Tensor&, std::int64_t, std::int64_t) override { return lacks("flatten"); }
  Result<Tensor> unsqueeze(const Tensor&, std::int64_t) override { return lacks("unsqueeze"); }
  Result<Tensor> squeeze(const Tensor&, std::int64_t) override { return lacks("squeeze"); }
  Result<Tensor> expand(const Tensor&, Shape) override { return lacks("expand"); }
  Result<Tensor> narrow(const Tensor&, std::int64_t, std::int64_t, std::int64_t) override { return lacks("narrow"); }
  Result<Tensor> select(const Tensor&, std::int64_t, std::int64_t) override { return lacks("select"); }
  Result<Tensor> cat(std::span<const Tensor>, std::int64_t) override { return lacks("cat"); }
  Result<Tensor> stack(std::span<const Tensor>, std::int64_t) override { return lacks("stack"); }
  Result<Tensor> contiguous(const Tensor&) override { return lacks("contiguous"); }
  Result<Tensor> contiguous_channels_last(const Tensor&) override { return lacks("contiguous_channels_last"); }
  Result<Tensor> constant_pad_nd(const Tensor&, Shape, const Scalar&) override { return lacks("constant_pad_nd"); }
  Result<Tensor> index_select(const Tensor&, std::int64_t, const Tensor&) override { return lacks("index_select"); }

  // ---- reductions; an empty `dim` means all dimensions ----
  Result<Tensor> sum(const Tensor&, Shape, bool) override { return lacks("sum"); }
  Result<Tensor> mean(const Tensor&, Shape, bool) override { return lacks("mean"); }
  Result<Tensor> std(const Tensor&, Shape, std::int64_t, bool) override { return lacks("std"); }
  Result<Tensor> amax(const Tensor&, Shape, bool) override { return lacks("amax"); }
  Result<Tensor> argmax(const Tensor&, std::optional<std::int64_t>, bool) override { return lacks("argmax"); }
  Result<Tensor> softmax(const Tensor&, std::int64_t) override { return lacks("softmax"); }
  Result<Tensor> log_softmax(const Tensor&, std::int64_t) override { return lacks("log_softmax"); }

  // ---- layers and losses; a null pointer is an absent optional tensor ----
  Result<Tensor> matmul(const Tensor&, const Tensor&) override { return lacks("matmul"); }
  Result<Tensor> linear(const Tensor&, const Tensor&, const Tensor*) override { return lacks("linear"); }
  Result<Tensor> conv2d(const Tensor&, const Tensor&, const Tensor*, const Conv2dOptions&) override {
    return lacks("conv2d");
  }
  Result<Tensor> avg_pool2d(const Tensor&, const Pool2dOptions&) override { return lacks("avg_pool2d"); }
  Result<Tensor> max_pool2d(const Tensor&, const Pool2dOptions&) override { return lacks("max_pool2d"); }
  Result<Tensor> adaptive_avg_pool2d(const Tensor&, Shape) override { return lacks("adaptive_avg_pool2d"); }
  Result<Tensor> batch_norm(const Tensor&, const Tensor*, const Tensor*, const Tensor*, const Tensor*,
                            const BatchNormOptions&) override {
    return lacks("batch_norm");
  }
  Result<Tensor> dropout(const Tensor&, double, bool) override { return lacks("dropout"); }
  Result<Tensor> cross_entropy(const Tensor&, const Tensor&, Reduction) override { return lacks("cross_entropy"); }
  Result<Tensor> mse_loss(const Tensor&, const Tensor&, Reduction) override { return lacks("mse_loss"); }

 protected:
  [[nodiscard]] Unexpected<Error> lacks(std::string_view op) const {
    return fail(ErrorCode::unsupported,
                fmt::format("the {} backend has no operator '{}'; use the libtorch backend", description(), op));
  }
};

}  // namespace cloister::engine
