// Classes and words as vectors.
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include "layer_checks.h"
#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

Result<void> expect_indices(std::string_view op, Dtype dtype, std::string_view which) {
  if (dtype == Dtype::int64 || dtype == Dtype::int32) return {};
  return fail(ErrorCode::dtype_mismatch,
              fmt::format("{}: the {} are {}, but must be int64 or int32; convert them", op, which, dtype_name(dtype)));
}

Result<void> expect_table(std::string_view op, Shape weight) {
  if (weight.size() == 2) return {};
  return fail(ErrorCode::shape_mismatch,
              fmt::format("{}: the weight has shape {}, but [rows, columns] is needed", op, format_shape(weight)));
}

// That bags begin at 0, one after the other, and end within `count` indices. Errors: invalid_argument.
Result<void> check_offsets(const T& offsets, std::int64_t count) {
  const c10::NoGradGuard records_nothing;
  const T host = offsets.to(at::kCPU, at::kLong).contiguous();
  const auto* values = host.const_data_ptr<std::int64_t>();
  std::int64_t before = 0;
  bool sound = host.numel() == 0 ? count == 0 : values[0] == 0;
  for (std::int64_t i = 0; i < host.numel(); ++i) {
    sound &= values[i] >= before && values[i] <= count;
    before = values[i];
  }
  if (sound) return {};
  return fail(ErrorCode::invalid_argument, fmt::format("embedding_bag: the offsets must begin with 0, never fall, and "
                                                       "stay within the {} indices",
                                                       count));
}

}  // namespace

Result<Tensor> TorchBackend::one_hot(const Tensor& self, std::int64_t num_classes) {
  if (dtype(self) != Dtype::int64) {
    return fail(ErrorCode::dtype_mismatch,
                fmt::format("one_hot: the classes are {}, but must be int64; convert them", dtype_name(dtype(self))));
  }
  if (num_classes < 1) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("one_hot: num-classes is {}, but must be at least 1", num_classes));
  }
  const Shape in = shape(self);
  std::vector<std::int64_t> result(in.begin(), in.end());
  result.push_back(num_classes);
  CLOISTER_CHECK(check_new("one_hot", result, Dtype::int64));
  CLOISTER_CHECK(check_indices("one_hot", self, num_classes, std::nullopt));
  return run("one_hot", [&](const T& a) { return at::one_hot(a, num_classes); }, self);
}

Result<Tensor> TorchBackend::embedding(const Tensor& weight, const Tensor& indices,
                                       std::optional<std::int64_t> padding_idx) {
  const Shape table = shape(weight);
  CLOISTER_CHECK(expect_table("embedding", table));
  CLOISTER_CHECK(expect_indices("embedding", dtype(indices), "indices"));
  if (padding_idx && (*padding_idx < -table[0] || *padding_idx >= table[0])) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("embedding: padding-idx is {}, but the weight has {} rows", *padding_idx, table[0]));
  }
  const Shape in = shape(indices);
  std::vector<std::int64_t> result(in.begin(), in.end());
  result.push_back(table[1]);
  CLOISTER_CHECK(check_new("embedding", result, dtype(weight)));
  CLOISTER_CHECK(check_indices("embedding", indices, table[0], std::nullopt));
  // ATen's own "none" is -1, which PyTorch's modules therefore count from the front.
  const std::int64_t padding = !padding_idx ? -1 : *padding_idx < 0 ? *padding_idx + table[0] : *padding_idx;
  return run("embedding", [&](const T& w, const T& i) { return at::embedding(w, i, padding); }, weight, indices);
}

Result<Tensor> TorchBackend::embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets,
                                           BagMode mode, const Tensor* per_sample_weights) {
  const Shape table = shape(weight);
  CLOISTER_CHECK(expect_table("embedding_bag", table));
  CLOISTER_CHECK(expect_floating("embedding_bag", dtype(weight), "weight"));
  CLOISTER_CHECK(expect_indices("embedding_bag", dtype(indices), "indices"));
  CLOISTER_CHECK(expect_indices("embedding_bag", dtype(offsets), "offsets"));
  if (shape(indices).size() != 1 || shape(offsets).size() != 1) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("embedding_bag: indices {} and offsets {} are given, but both must be 1-D",
                            format_shape(shape(indices)), format_shape(shape(offsets))));
  }
  if (per_sample_weights != nullptr) {
    if (mode != BagMode::sum) {
      return fail(ErrorCode::invalid_argument, "embedding_bag: per-sample-weights need the mode sum");
    }
    CLOISTER_CHECK(expect_shape("embedding_bag", shape(*per_sample_weights), shape(indices), "per-sample-weights"));
    if (dtype(*per_sample_weights) != dtype(weight)) {
      return fail(ErrorCode::dtype_mismatch,
                  fmt::format("embedding_bag: the per-sample-weights are {}, but the weight is {}; convert one of them",
                              dtype_name(dtype(*per_sample_weights)), dtype_name(dtype(weight))));
    }
  }
  const std::int64_t count = numel(indices);
  CLOISTER_CHECK(check_new("embedding_bag", std::array{numel(offsets), table[1]}, dtype(weight)));
  CLOISTER_CHECK(check_cost("embedding_bag", dtype(weight), saturating_product(count, table[1])));
  CLOISTER_CHECK(check_indices("embedding_bag", indices, table[0], std::nullopt));
  CLOISTER_CHECK(run("embedding_bag", [&](const T& o) -> Result<void> { return check_offsets(o, count); }, offsets));
  return run(
      "embedding_bag",
      [&](const T& w, const T& i, const T& o) {
        return std::get<0>(at::embedding_bag(w, i, o, /*scale_grad_by_freq=*/false, static_cast<std::int64_t>(mode),
                                             /*sparse=*/false, optional_tensor(per_sample_weights)));
      },
      weight, indices, offsets);
}

}  // namespace cloister::engine
