// Losses.
#include <fmt/format.h>

#include <algorithm>

#include "layer_checks.h"
#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

// libtorch's number of a reduction.
constexpr std::int64_t at_reduction(Reduction reduction) { return static_cast<std::int64_t>(reduction); }
static_assert(at_reduction(Reduction::none) == at::Reduction::None);
static_assert(at_reduction(Reduction::mean) == at::Reduction::Mean);
static_assert(at_reduction(Reduction::sum) == at::Reduction::Sum);

// That `target` [n, ...] has a place for each column of `input` [n, classes, ...], and `weight` a number a class.
Result<void> check_classes(const TensorBackend& backend, std::string_view op, const Tensor& input, const Tensor& target,
                           const Tensor* weight) {
  const Shape in = backend.shape(input);
  const Shape of = backend.shape(target);
  const std::size_t before = in.size() > 1 ? 1 : 0;  // dimensions before the classes
  if (in.empty() || of.size() + 1 != in.size() || !std::ranges::equal(of.first(before), in.first(before)) ||
      !std::ranges::equal(of.subspan(before), in.subspan(before + 1))) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("{}: input {} and target {} do not fit: [n, classes, ...] and [n, ...] are needed", op,
                            format_shape(in), format_shape(of)));
  }
  CLOISTER_CHECK(expect_floating(op, backend.dtype(input), "input"));
  if (backend.dtype(target) != Dtype::int64) {
    return fail(ErrorCode::dtype_mismatch, fmt::format("{}: the target is {}, but must be int64 classes; convert it",
                                                       op, dtype_name(backend.dtype(target))));
  }
  if (weight == nullptr) return {};
  CLOISTER_CHECK(expect_shape(op, backend.shape(*weight), in.subspan(before, 1), "weight"));
  return expect_same_dtype(op, backend.dtype(input), backend.dtype(*weight), "weight");
}

// The loss of no targets: the kernels would loop over the sizes beside the empty one.
T loss_of_nothing(const T& input, Reduction reduction) {
  const T none = input.sum(1);
  return reduction == Reduction::none ? none : reduction == Reduction::sum ? none.sum() : none.mean();
}

}  // namespace

Result<Tensor> TorchBackend::cross_entropy(const Tensor& input, const Tensor& target, const Tensor* weight,
                                           const CrossEntropyOptions& options) {
  CLOISTER_CHECK(check_classes(*this, "cross_entropy", input, target, weight));
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1)) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("cross_entropy: label-smoothing is {}, but must be between 0 and 1", options.label_smoothing));
  }
  const Shape in = shape(input);
  CLOISTER_CHECK(check_indices("cross_entropy", target, in.size() == 1 ? in[0] : in[1], options.ignore_index));
  return run(
      "cross_entropy",
      [&](const T& a, const T& classes) {
        if (classes.numel() == 0) return loss_of_nothing(a, options.reduction);
        return at::cross_entropy_loss(a, classes, optional_tensor(weight), at_reduction(options.reduction),
                                      options.ignore_index, options.label_smoothing);
      },
      input, target);
}

Result<Tensor> TorchBackend::nll_loss(const Tensor& input, const Tensor& target, const Tensor* weight,
                                      Reduction reduction, std::int64_t ignore_index) {
  CLOISTER_CHECK(check_classes(*this, "nll_loss", input, target, weight));
  const Shape in = shape(input);
  CLOISTER_CHECK(check_indices("nll_loss", target, in.size() == 1 ? in[0] : in[1], ignore_index));
  return run(
      "nll_loss",
      [&](const T& a, const T& classes) {
        if (classes.numel() == 0) return loss_of_nothing(a, reduction);
        return at::nll_loss_nd(a, classes, optional_tensor(weight), at_reduction(reduction), ignore_index);
      },
      input, target);
}

Result<Tensor> TorchBackend::binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor* weight,
                                                  Reduction reduction) {
  CLOISTER_CHECK(expect_shape("binary_cross_entropy", shape(target), shape(input), "target"));
  CLOISTER_CHECK(expect_same_dtype("binary_cross_entropy", dtype(input), dtype(target), "target"));
  return run(
      "binary_cross_entropy",
      [&](const T& a, const T& b) {
        return at::binary_cross_entropy(a, b, optional_tensor(weight), at_reduction(reduction));
      },
      input, target);
}

Result<Tensor> TorchBackend::binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                                              const Tensor* weight, const Tensor* pos_weight,
                                                              Reduction reduction) {
  CLOISTER_CHECK(expect_floating("binary_cross_entropy_with_logits", dtype(input), "input"));
  CLOISTER_CHECK(expect_shape("binary_cross_entropy_with_logits", shape(target), shape(input), "target"));
  return run(
      "binary_cross_entropy_with_logits",
      [&](const T& a, const T& b) {
        return at::binary_cross_entropy_with_logits(a, b, optional_tensor(weight), optional_tensor(pos_weight),
                                                    at_reduction(reduction));
      },
      input, target);
}

Result<Tensor> TorchBackend::mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  return run(
      "mse_loss", [&](const T& a, const T& b) { return at::mse_loss(a, b, at_reduction(reduction)); }, input, target);
}

Result<Tensor> TorchBackend::l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  return run(
      "l1_loss", [&](const T& a, const T& b) { return at::l1_loss(a, b, at_reduction(reduction)); }, input, target);
}

Result<Tensor> TorchBackend::smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction,
                                            double beta) {
  if (!(beta >= 0)) {
    return fail(ErrorCode::invalid_argument, fmt::format("smooth_l1_loss: beta is {}, but must be at least 0", beta));
  }
  return run(
      "smooth_l1_loss", [&](const T& a, const T& b) { return at::smooth_l1_loss(a, b, at_reduction(reduction), beta); },
      input, target);
}

Result<Tensor> TorchBackend::huber_loss(const Tensor& input, const Tensor& target, Reduction reduction, double delta) {
  if (!(delta > 0)) {
    return fail(ErrorCode::invalid_argument, fmt::format("huber_loss: delta is {}, but must be above 0", delta));
  }
  return run(
      "huber_loss", [&](const T& a, const T& b) { return at::huber_loss(a, b, at_reduction(reduction), delta); }, input,
      target);
}

Result<Tensor> TorchBackend::kl_div(const Tensor& input, const Tensor& target, Reduction reduction, bool log_target) {
  return run(
      "kl_div", [&](const T& a, const T& b) { return at::kl_div(a, b, at_reduction(reduction), log_target); }, input,
      target);
}

}  // namespace cloister::engine
