// Misuse of the layers is answered with an error of the right kind: nothing throws, crashes or hangs.
#include "torch_errors.h"

namespace cloister::engine {
namespace {

TEST_F(TorchErrors, Normalising) {
  const Tensor image = make({2, 4, 3, 3});
  const Tensor four = make({4});
  const Tensor five = make({5});
  const Tensor doubles = make({4}, Dtype::float64);
  invalid(backend_->batch_norm(image, nullptr, nullptr, nullptr, nullptr, {}), "batch_norm");
  invalid(backend_->batch_norm(image, nullptr, nullptr, &four, nullptr, {true, 0.1, 1e-5}), "batch_norm");
  shapes(backend_->batch_norm(image, &five, nullptr, &four, &four, {}), "batch_norm");
  shapes(backend_->batch_norm(image, nullptr, nullptr, &image, &four, {}), "batch_norm");
  shapes(backend_->batch_norm(four, nullptr, nullptr, &four, &four, {}), "batch_norm");
  dtypes(backend_->batch_norm(image, &doubles, nullptr, &four, &four, {}), "batch_norm");
  dtypes(backend_->batch_norm(make({2, 4}, Dtype::int64), nullptr, nullptr, &four, &four, {}), "batch_norm");
  invalid(backend_->dropout(image, 1.5, true), "dropout");
  invalid(backend_->dropout(image, std::numeric_limits<double>::quiet_NaN(), true), "dropout");
  dtypes(backend_->dropout(make({2}, Dtype::int64), 0.5, true), "dropout");
}

TEST_F(TorchErrors, Losses) {
  const Tensor logits = make({2, 3});
  const auto target = [&](std::vector<std::int64_t> classes) {
    const auto n = static_cast<std::int64_t>(classes.size());
    return tensor(classes, {n});
  };
  for (const std::int64_t bad : {std::int64_t{3}, std::int64_t{-1}, kHuge, kTiny}) {
    const auto result = backend_->cross_entropy(logits, target({0, bad}), nullptr, {});
    invalid(result, "cross_entropy");
    EXPECT_EQ(result.error().message, "cross_entropy: an index lies outside of 0 .. 2");
  }
  EXPECT_TRUE(backend_->cross_entropy(logits, target({0, -100}), nullptr, {}).has_value()) << "an ignored class";
  shapes(backend_->cross_entropy(logits, target({0}), nullptr, {}), "cross_entropy");
  shapes(backend_->cross_entropy(make({}), make({}, Dtype::int64), nullptr, {}), "cross_entropy");
  dtypes(backend_->cross_entropy(logits, make({2}), nullptr, {}), "cross_entropy");
  EXPECT_FALSE(backend_->cross_entropy(make({2, 0}), target({0, 0}), nullptr, {}).has_value());
  shapes(backend_->mse_loss(logits, make({4}), Reduction::mean), "mse_loss");
}

TEST_F(TorchErrors, NormalisingLayersAndGroups) {
  const Tensor x = make({2, 6, 5});
  const Tensor five = make({5});
  const Tensor six = make({6});
  const Tensor doubles = make({6}, Dtype::float64);
  for (const S& bad : {S{}, S{6}, S{2, 5}, S{kHuge}, S{1, 2, 6, 5}}) {
    shapes(backend_->layer_norm(x, bad, nullptr, nullptr, 1e-5), "layer_norm");
    shapes(backend_->rms_norm(x, bad, nullptr, 1e-5), "rms_norm");
  }
  shapes(backend_->layer_norm(x, S{5}, &six, nullptr, 1e-5), "layer_norm");
  shapes(backend_->layer_norm(x, S{5}, &five, &six, 1e-5), "layer_norm");
  shapes(backend_->rms_norm(x, S{5}, &six, 1e-5), "rms_norm");
  dtypes(backend_->layer_norm(make({2, 6}), S{6}, &doubles, nullptr, 1e-5), "layer_norm");
  dtypes(backend_->rms_norm(make({2, 6}), S{6}, &doubles, std::nullopt), "rms_norm");
  dtypes(backend_->layer_norm(make({2, 6}, Dtype::int64), S{6}, nullptr, nullptr, 1e-5), "layer_norm");
  dtypes(backend_->layer_norm(make({2, 6}, Dtype::bfloat16), S{6}, &six, &doubles, 1e-5), "layer_norm");
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-2}, kTiny}) {
    invalid(backend_->group_norm(x, bad, nullptr, nullptr, 1e-5), "group_norm");
  }
  for (const std::int64_t bad : {std::int64_t{4}, std::int64_t{7}, kHuge}) {
    shapes(backend_->group_norm(x, bad, nullptr, nullptr, 1e-5), "group_norm");
  }
  shapes(backend_->group_norm(x, 2, &five, nullptr, 1e-5), "group_norm");
  shapes(backend_->group_norm(six, 2, nullptr, nullptr, 1e-5), "group_norm");
  dtypes(backend_->group_norm(x, 2, &doubles, nullptr, 1e-5), "group_norm");
  shapes(backend_->instance_norm(six, nullptr, nullptr, 1e-5), "instance_norm");
  shapes(backend_->instance_norm(x, nullptr, &five, 1e-5), "instance_norm");
  dtypes(backend_->instance_norm(x, &doubles, nullptr, 1e-5), "instance_norm");
  // Odd but defined: nothing to normalise over.
  EXPECT_TRUE(backend_->layer_norm(make({3, 0}), S{0}, nullptr, nullptr, 1e-5).has_value());
  EXPECT_TRUE(backend_->rms_norm(make({3, 0}), S{0}, nullptr, 1e-5).has_value());
}

TEST_F(TorchErrors, DropoutAndAttention) {
  constexpr std::string_view op = "scaled_dot_product_attention";
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor q = make({2, 4, 3, 8});
  const Tensor k = make({2, 4, 5, 8});
  const auto attend = [&](const Tensor& query, const Tensor& key, const Tensor& value, const Tensor* mask,
                          const AttentionOptions& options) {
    return backend_->scaled_dot_product_attention(query, key, value, mask, options);
  };
  for (const double bad : {-0.1, 1.1, nan}) {
    invalid(backend_->native_dropout(q, bad, true), "native_dropout");
    invalid(attend(q, k, k, nullptr, {bad, false, std::nullopt, false}), op);
  }
  dtypes(backend_->native_dropout(make({2}, Dtype::int64), 0.5, true), "native_dropout");
  shapes(attend(q, make({2, 4, 5, 7}), k, nullptr, {}), op);
  shapes(attend(q, k, make({2, 4, 6, 8}), nullptr, {}), op);
  shapes(attend(make({8}), k, k, nullptr, {}), op);
  shapes(attend(q, make({3, 4, 5, 8}), k, nullptr, {}), op);
  const AttentionOptions grouped{0, false, std::nullopt, true};
  for (const std::int64_t heads : {0, 3, 8}) {
    const Tensor few = make({2, heads, 5, 8});
    shapes(attend(q, few, few, nullptr, grouped), op);
    shapes(attend(q, k, few, nullptr, grouped), op);
  }
  shapes(attend(make({3, 8}), make({5, 8}), make({5, 8}), nullptr, grouped), op);
  dtypes(attend(q, make({2, 4, 5, 8}, Dtype::float64), k, nullptr, {}), op);
  dtypes(attend(make({3, 8}, Dtype::int64), make({5, 8}, Dtype::int64), make({5, 8}, Dtype::int64), nullptr, {}), op);
  const Tensor mask = make({3, 5});
  invalid(attend(q, k, k, &mask, {0, true, std::nullopt, false}), op);
  for (const S& bad : {S{3}, S{5, 3}, S{7, 2, 4, 3, 5}, S{2, 3, 3, 5}}) {
    const Tensor unlike = make(bad);
    shapes(attend(q, k, k, &unlike, {}), op);
  }
  for (const Dtype bad : {Dtype::int64, Dtype::float64}) {
    const Tensor unlike = make({3, 5}, bad);
    dtypes(attend(q, k, k, &unlike, {}), op);
  }
  allow_seconds();
  const Tensor lengthy = ok(backend_->expand(make({1, 1}), S{1 << 24, 64}));
  late(attend(lengthy, lengthy, lengthy, nullptr, {}), op);
  // Odd but defined: nothing to attend to.
  EXPECT_TRUE(attend(q, make({2, 4, 0, 8}), make({2, 4, 0, 8}), nullptr, {}).has_value());
  EXPECT_TRUE(attend(make({2, 4, 0, 8}), k, k, nullptr, {}).has_value());
  EXPECT_TRUE(attend(make({2, 4, 3, 0}), make({2, 4, 5, 0}), k, nullptr, {}).has_value());
  EXPECT_TRUE(attend(make({0, 4, 3, 8}), make({0, 4, 5, 8}), make({0, 4, 5, 8}), nullptr, {}).has_value());
}

TEST_F(TorchErrors, RecurrentNetworks) {
  const Tensor x = make({4, 2, 5});
  const Tensor h = make({1, 2, 3});
  const std::vector<Tensor> hx{h, h};
  const std::vector<Tensor> params{make({12, 5}), make({12, 3}), make({12}), make({12})};
  const auto lstm = [&](const Tensor& input, std::span<const Tensor> states, std::span<const Tensor> weights,
                        bool biases, const RecurrentOptions& options) {
    return backend_->lstm(input, states, weights, biases, options);
  };
  EXPECT_TRUE(lstm(x, hx, params, true, {}).has_value());
  invalid(lstm(x, {}, params, true, {}), "lstm");
  invalid(lstm(x, std::vector{h}, params, true, {}), "lstm");
  invalid(lstm(x, hx, {}, true, {}), "lstm");
  invalid(lstm(x, hx, params, false, {}), "lstm");
  for (const std::int64_t layers : {std::int64_t{0}, std::int64_t{-1}, kTiny}) {
    invalid(lstm(x, hx, params, true, {layers, false, false}), "lstm");
  }
  for (const std::int64_t layers : {std::int64_t{2}, kHuge}) {
    shapes(lstm(x, hx, params, true, {layers, false, false}), "lstm");
    shapes(lstm(x, hx, params, true, {layers, true, false}), "lstm");
  }
  shapes(lstm(x, hx, params, true, {1, false, true}), "lstm");
  shapes(lstm(make({4, 5}), hx, params, true, {}), "lstm");
  shapes(lstm(make({0, 2, 5}), hx, params, true, {}), "lstm");
  shapes(lstm(x, std::vector{h, make({1, 2, 4})}, params, true, {}), "lstm");
  shapes(lstm(x, std::vector{make({1, 2, 0}), make({1, 2, 0})}, params, true, {}), "lstm");
  const std::array<S, 4> wrong{S{12, 4}, S{12, 5}, S{12, 1}, S{11}};
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    std::vector<Tensor> other = params;
    other[i] = make(wrong[i]);
    shapes(lstm(x, hx, other, true, {}), "lstm");
    other[i] = ok(backend_->to_dtype(params[i], Dtype::float64));
    dtypes(lstm(x, hx, other, true, {}), "lstm");
  }
  dtypes(lstm(x, std::vector{make({1, 2, 3}, Dtype::float64), h}, params, true, {}), "lstm");
  dtypes(lstm(make({4, 2, 5}, Dtype::int64), hx, params, true, {}), "lstm");
  EXPECT_TRUE(lstm(make({4, 0, 5}), std::vector{make({1, 0, 3}), make({1, 0, 3})}, params, true, {}).has_value());

  const std::vector<Tensor> three{make({9, 5}), make({9, 3})};
  EXPECT_TRUE(backend_->gru(x, h, three, false, {}).has_value());
  invalid(backend_->gru(x, h, three, true, {}), "gru");
  invalid(backend_->gru(x, h, {}, false, {}), "gru");
  shapes(backend_->gru(x, h, std::vector{params[0], params[1]}, false, {}), "gru");
  shapes(backend_->gru(x, make({2, 2, 3}), three, false, {}), "gru");
  dtypes(backend_->gru(x, make({1, 2, 3}, Dtype::float64), three, false, {}), "gru");
  // Steps without end, of a tensor that holds one number.
  const Tensor endless = ok(backend_->expand(make({1, 1, 1}), S{std::int64_t{1} << 38, 1, 1}));
  const Tensor state = make({1, 1, 1});
  quota(backend_->gru(endless, state, std::vector{make({3, 1}), make({3, 1})}, false, {}), "gru");
  quota(lstm(endless, std::vector{state, state}, std::vector{make({4, 1}), make({4, 1})}, false, {}), "lstm");
}

TEST_F(TorchErrors, LossesOfWrongOperands) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor logits = make({2, 3});
  const Tensor classes = make({2}, Dtype::int64);
  const Tensor three = make({3});
  const Tensor two = make({2});
  const Tensor doubles = make({3}, Dtype::float64);
  for (const double bad : {-0.1, 1.1, nan}) {
    invalid(backend_->cross_entropy(logits, classes, nullptr, {Reduction::mean, -100, bad}), "cross_entropy");
  }
  shapes(backend_->cross_entropy(logits, classes, &two, {}), "cross_entropy");
  dtypes(backend_->cross_entropy(logits, classes, &doubles, {}), "cross_entropy");
  dtypes(backend_->cross_entropy(make({2, 3}, Dtype::int64), classes, nullptr, {}), "cross_entropy");
  shapes(backend_->cross_entropy(make({2, 3, 4}), make({2, 5}, Dtype::int64), nullptr, {}), "cross_entropy");
  shapes(backend_->nll_loss(logits, classes, &two, Reduction::mean, -100), "nll_loss");
  dtypes(backend_->nll_loss(logits, classes, &doubles, Reduction::mean, -100), "nll_loss");
  dtypes(backend_->nll_loss(logits, make({2}), nullptr, Reduction::mean, -100), "nll_loss");
  for (const std::int64_t bad : {std::int64_t{3}, std::int64_t{-1}, kHuge, kTiny}) {
    invalid(backend_->nll_loss(logits, tensor(std::vector{std::int64_t{0}, bad}, {2}), nullptr, Reduction::sum, -100),
            "nll_loss");
  }
  invalid(backend_->binary_cross_entropy(ok(backend_->full(S{2}, 1.5, Dtype::float32)), two, nullptr, Reduction::mean),
          "binary_cross_entropy");
  shapes(backend_->binary_cross_entropy(two, three, nullptr, Reduction::mean), "binary_cross_entropy");
  shapes(backend_->binary_cross_entropy(two, two, &three, Reduction::mean), "binary_cross_entropy");
  dtypes(backend_->binary_cross_entropy(three, doubles, nullptr, Reduction::mean), "binary_cross_entropy");
  dtypes(backend_->binary_cross_entropy(classes, classes, nullptr, Reduction::mean), "binary_cross_entropy");
  shapes(backend_->binary_cross_entropy_with_logits(two, three, nullptr, nullptr, Reduction::mean),
         "binary_cross_entropy_with_logits");
  shapes(backend_->binary_cross_entropy_with_logits(two, two, &three, nullptr, Reduction::mean),
         "binary_cross_entropy_with_logits");
  dtypes(backend_->binary_cross_entropy_with_logits(classes, classes, nullptr, nullptr, Reduction::mean),
         "binary_cross_entropy_with_logits");
  for (const double bad : {-1.0, nan}) {
    invalid(backend_->smooth_l1_loss(two, two, Reduction::mean, bad), "smooth_l1_loss");
    invalid(backend_->huber_loss(two, two, Reduction::mean, bad), "huber_loss");
  }
  shapes(backend_->l1_loss(two, three, Reduction::mean), "l1_loss");
  shapes(backend_->huber_loss(two, three, Reduction::mean, 1), "huber_loss");
  shapes(backend_->smooth_l1_loss(two, three, Reduction::mean, 1), "smooth_l1_loss");
  shapes(backend_->kl_div(two, three, Reduction::mean, false), "kl_div");
  dtypes(backend_->mse_loss(classes, classes, Reduction::mean), "mse_loss");
}

TEST_F(TorchErrors, Embeddings) {
  const Tensor table = make({4, 2});
  const auto whole = [&](std::vector<std::int64_t> values) {
    const auto n = static_cast<std::int64_t>(values.size());
    return tensor(values, {n});
  };
  for (const std::int64_t bad : {std::int64_t{4}, std::int64_t{-1}, kHuge, kTiny}) {
    invalid(backend_->embedding(table, whole({0, bad}), std::nullopt), "embedding");
    invalid(backend_->embedding_bag(table, whole({0, bad}), whole({0}), BagMode::sum, nullptr), "embedding_bag");
    invalid(backend_->one_hot(whole({0, bad}), 4), "one_hot");
  }
  for (const std::int64_t bad : {std::int64_t{4}, std::int64_t{-5}, kHuge, kTiny}) {
    invalid(backend_->embedding(table, whole({0}), bad), "embedding");
  }
  shapes(backend_->embedding(make({4}), whole({0}), std::nullopt), "embedding");
  dtypes(backend_->embedding(table, make({2}), std::nullopt), "embedding");
  dtypes(backend_->embedding(table, make({2}, Dtype::bool_), std::nullopt), "embedding");
  const Tensor zeros = ok(backend_->zeros(S{1}, Dtype::int64));
  const Tensor many = ok(backend_->expand(zeros, S{std::int64_t{1} << 31}));
  const Tensor wide = ok(backend_->expand(make({1, 1}), S{1, std::int64_t{1} << 31}));
  EXPECT_FALSE(backend_->embedding(wide, many, std::nullopt).has_value());
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, kTiny}) {
    invalid(backend_->one_hot(zeros, bad), "one_hot");
  }
  invalid(backend_->one_hot(zeros, kHuge), "one_hot");
  quota(backend_->one_hot(zeros, std::int64_t{1} << 45), "one_hot");
  dtypes(backend_->one_hot(make({2}), 2), "one_hot");

  const Tensor words = whole({0, 1, 2});
  for (const auto& bad : {std::vector<std::int64_t>{1}, {0, 4}, {0, -1}, {0, 3, 1}, {0, kHuge, 2}, {kTiny}, {}}) {
    for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max}) {
      invalid(backend_->embedding_bag(table, words, whole(bad), mode, nullptr), "embedding_bag");
    }
  }
  const Tensor weights = make({3});
  invalid(backend_->embedding_bag(table, words, zeros, BagMode::mean, &weights), "embedding_bag");
  const Tensor two = make({2});
  shapes(backend_->embedding_bag(table, words, zeros, BagMode::sum, &two), "embedding_bag");
  const Tensor doubles = make({3}, Dtype::float64);
  dtypes(backend_->embedding_bag(table, words, zeros, BagMode::sum, &doubles), "embedding_bag");
  shapes(backend_->embedding_bag(table, make({2, 2}, Dtype::int64), zeros, BagMode::sum, nullptr), "embedding_bag");
  shapes(backend_->embedding_bag(make({4}), words, zeros, BagMode::sum, nullptr), "embedding_bag");
  dtypes(backend_->embedding_bag(table, make({2}), zeros, BagMode::sum, nullptr), "embedding_bag");
  dtypes(backend_->embedding_bag(table, words, make({1}), BagMode::sum, nullptr), "embedding_bag");
  dtypes(backend_->embedding_bag(make({4, 2}, Dtype::int64), words, zeros, BagMode::sum, nullptr), "embedding_bag");
  EXPECT_TRUE(backend_->embedding_bag(table, whole({}), whole({}), BagMode::max, nullptr).has_value());
}

}  // namespace
}  // namespace cloister::engine
