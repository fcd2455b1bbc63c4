#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "misuse.h"

using namespace cloister;

namespace {

// Prints the error that the host gave, as a program that handles it would, and ends well.
template <class T>
Expected<void> report(const Expected<T>& result) {
  if (result) return fail("the host took what it should have refused");
  std::printf("error %d: %s\n", static_cast<int>(result.error().kind), result.error().message.c_str());
  return {};
}

Expected<void> wrong_shape() {
  (void)zeros({2, 3}).matmul(zeros({2, 3}));
  return {};
}
Expected<void> wrong_shape_attempt() { return report(attempt<cloister_ml_ops_matmul>(zeros({2, 3}), zeros({2, 3}))); }
Expected<void> wrong_dtype() {
  (void)zeros(3).index_select(0, zeros(1, kFloat32));
  return {};
}
Expected<void> wrong_dtype_attempt() {
  return report(attempt<cloister_ml_ops_index_select>(zeros(3), std::int64_t{0}, zeros(1, kFloat32)));
}
Expected<void> index_out_of_range() {
  return report(attempt<cloister_ml_ops_index_select>(zeros(3), std::int64_t{0}, full(1, 7, kInt64)));
}
Expected<void> class_out_of_range() {
  return report(attempt<cloister_ml_ops_cross_entropy>(zeros({1, 3}), full(1, -7, kInt64), detail::Optional{Tensor()},
                                                       detail::Lowered{CrossEntropyOptions().raw()}));
}
Expected<void> huge_shape() {
  const std::int64_t side = std::int64_t{1} << 40;
  return report(attempt<cloister_ml_ops_zeros>(IntArrayRef({side, side}), kFloat32));
}
Expected<void> negative_shape() { return report(attempt<cloister_ml_ops_zeros>(IntArrayRef({2, -3}), kFloat32)); }
Expected<void> many_dimensions() {
  const std::vector<std::int64_t> shape(100'000, 1);
  return report(attempt<cloister_ml_ops_zeros>(IntArrayRef(shape), kFloat32));
}
Expected<void> huge_padding() {
  const std::int64_t most = INT64_MAX;
  return report(attempt<cloister_ml_ops_constant_pad_nd>(zeros({1, 1}), IntArrayRef({most, most}), Scalar(0)));
}
Expected<void> dimension_out_of_range() {
  return report(attempt<cloister_ml_ops_select>(zeros({2, 2}), std::int64_t{INT64_MIN}, std::int64_t{0}));
}
Expected<void> short_bytes() {
  std::uint8_t byte = 0;
  workload_list_u8_t bytes{&byte, 1};
  return report(attempt<cloister_ml_tensors_static_tensor_from_bytes>(&bytes, IntArrayRef({2, 2}), kFloat32));
}
Expected<void> bad_dtype() {
  std::int64_t one = 1;
  workload_list_s64_t shape{&one, 1};
  cloister_ml_ops_own_tensor_t tensor;
  cloister_ml_ops_error_t error;
  cloister_ml_ops_zeros(&shape, 250, &tensor, &error);
  return fail("the host took a dtype that there is not");
}
Expected<void> item_of_many() { return report(attempt<cloister_ml_tensors_method_tensor_item>(zeros(2).raw())); }
Expected<void> bad_conv_options() {
  Conv2dOptions options;
  options.stride = 0;
  (void)conv2d(zeros({1, 1, 4, 4}), zeros({1, 1, 3, 3}), {}, options);
  return {};
}

Expected<void> dataset_not_granted() {
  CLOISTER_TRY(auto dataset, Dataset::open("nowhere"));
  return fail("the host opened a dataset that nobody granted");
}
Expected<void> model_not_granted() {
  CLOISTER_TRY(auto model, Model::open("../../etc/passwd"));
  return fail("the host opened a model that nobody granted");
}
Expected<void> output_not_granted() { return output::save("nowhere", zeros(1)); }
Expected<void> batch_of_none() {
  CLOISTER_TRY(auto dataset, Dataset::open("train"));
  return report(dataset.batches({.size = 0}));
}
Expected<void> batch_of_all() {
  CLOISTER_TRY(auto dataset, Dataset::open("train"));
  CLOISTER_TRY(auto batches, dataset.batches({.size = UINT32_MAX, .resize = Size2d(UINT32_MAX)}));
  return report(batches.next());
}
Expected<void> bad_metric_name() {
  output::scalar("loss\n\x1b[2J", 1, 0);
  return {};
}
// Past the SDK, which brings labels into form.
Expected<void> raw_matrix(std::string_view name, std::string_view label, std::size_t labels, std::size_t values) {
  std::vector<workload_string_t> raw(labels, detail::string_of(label));
  std::vector<double> numbers(values);
  workload_list_string_t list{raw.data(), raw.size()};
  workload_list_f64_t number_list{numbers.data(), numbers.size()};
  return attempt<cloister_ml_outputs_matrix>(name, &list, &list, &number_list);
}
Expected<void> bad_matrix_name() { return raw_matrix("a b", "a", 1, 1); }
Expected<void> bad_matrix_label() { return raw_matrix("m", "\x1b[2J", 1, 1); }
Expected<void> bad_matrix_values() { return raw_matrix("m", "a", 2, 3); }
Expected<void> huge_matrix() { return raw_matrix("m", "a", 5'000, 25'000'000); }
// Names and labels that a page would take for its own.
Expected<void> matrix_of_markup() {
  const std::vector<std::string> labels{"<script>alert(1)</script>", "]]>&\"'\xe2\x80\xae"};
  // What the SDK brings into form: too long, with a character of three bytes where it must be cut, and control
  // characters.
  std::string too_long = "ab";
  for (int i = 0; i < 30; ++i) too_long += "\u20ac";
  const std::vector<std::string> classes{too_long, "a\nb\x7f\xc2\x9b"};
  output::matrix("../..//etc", labels, classes, std::array<double, 4>{1, -2, NAN, INFINITY});
  return {};
}
Expected<void> bad_text() { return output::save_text("text", "\xff\xfe is not UTF-8"); }

Expected<void> train_on_inference() {
  Tensor weight;
  {
    InferenceMode inference;
    weight = zeros(3);
  }
  weight.requires_grad_();
  return {};
}
Expected<void> backward_twice() {
  Tensor weight = ones(3);
  weight.requires_grad_();
  const Tensor loss = (weight * weight).sum();
  loss.backward();
  loss.backward();
  return {};
}
Expected<void> in_place_on_leaf() {
  Tensor weight = ones(3);
  weight.requires_grad_();
  weight *= 2;
  return {};
}
// Saves one output, then fails: what was saved stays.
Expected<void> save_then_fail() {
  CLOISTER_CHECK(output::save("first", ones(4)));
  return fail("failed after the first output");
}

constexpr Misuse kCases[] = {
    {"wrong-shape", wrong_shape},
    {"wrong-shape-attempt", wrong_shape_attempt},
    {"wrong-dtype", wrong_dtype},
    {"wrong-dtype-attempt", wrong_dtype_attempt},
    {"index-out-of-range", index_out_of_range},
    {"class-out-of-range", class_out_of_range},
    {"huge-shape", huge_shape},
    {"negative-shape", negative_shape},
    {"many-dimensions", many_dimensions},
    {"huge-padding", huge_padding},
    {"dimension-out-of-range", dimension_out_of_range},
    {"short-bytes", short_bytes},
    {"bad-dtype", bad_dtype},
    {"item-of-many", item_of_many},
    {"bad-conv-options", bad_conv_options},
    {"dataset-not-granted", dataset_not_granted},
    {"model-not-granted", model_not_granted},
    {"output-not-granted", output_not_granted},
    {"batch-of-none", batch_of_none},
    {"batch-of-all", batch_of_all},
    {"bad-metric-name", bad_metric_name},
    {"bad-matrix-name", bad_matrix_name},
    {"bad-matrix-label", bad_matrix_label},
    {"bad-matrix-values", bad_matrix_values},
    {"huge-matrix", huge_matrix},
    {"matrix-of-markup", matrix_of_markup},
    {"bad-text", bad_text},
    {"train-on-inference", train_on_inference},
    {"backward-twice", backward_twice},
    {"in-place-on-leaf", in_place_on_leaf},
    {"save-then-fail", save_then_fail},
};

}  // namespace

std::span<const Misuse> argument_cases() { return kCases; }
