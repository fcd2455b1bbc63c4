// Dropout and attention: the layers that draw random numbers.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "layer_checks.h"
#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

Result<void> check_probability(std::string_view op, std::string_view name, double p) {
  if (p >= 0 && p <= 1) return {};
  return fail(ErrorCode::invalid_argument, fmt::format("{}: {} is {}, but must be between 0 and 1", op, name, p));
}

}  // namespace

Result<Tensor> TorchBackend::dropout(const Tensor& input, double p, bool train) {
  CLOISTER_CHECK(check_probability("dropout", "p", p));
  CLOISTER_CHECK(expect_floating("dropout", dtype(input), "input"));
  CLOISTER_TRY(const at::Generator numbers, generator("dropout"));
  return run(
      "dropout",
      [&](const T& a) {
        if (p == 0 || !train || a.numel() == 0) return a;
        // at::dropout takes no generator; these are its operators on a CPU, with ours.
        if (p == 1) return at::mul(a, at::zeros({}, a.options()));
        T mask = at::empty_like(a);
        mask.bernoulli_(1 - p, numbers).div_(1 - p);
        return at::mul(a, mask);
      },
      input);
}

Result<std::array<Tensor, 2>> TorchBackend::native_dropout(const Tensor& input, double p, bool train) {
  CLOISTER_CHECK(check_probability("native_dropout", "p", p));
  CLOISTER_CHECK(expect_floating("native_dropout", dtype(input), "input"));
  CLOISTER_TRY(const at::Generator numbers, generator("native_dropout"));
  return run(
      "native_dropout",
      [&](const T& a) {
        // As for dropout: libtorch's operators with our generator.
        T mask = at::empty(a.sizes(), a.options().dtype(at::kBool));
        if (!train) return std::tuple(a.clone(), mask.fill_(true));
        mask.bernoulli_(1 - p, numbers);
        T kept = at::mul(a, mask).mul_(p == 1 ? 0.0 : 1 / (1 - p));
        return std::tuple(std::move(kept), std::move(mask));
      },
      input);
}

namespace {

// Sizes from the last dimension on, as broadcasting counts them; 1 beyond the first.
std::int64_t from_back(Shape shape, std::size_t i) { return i < shape.size() ? shape[shape.size() - 1 - i] : 1; }

struct Attention {
  std::vector<std::int64_t> weights;  // shape [..., l, s]
  std::vector<std::int64_t> result;   // shape [..., l, v]
  std::int64_t multiply_adds;
};

// What query, key and value give together. Errors: shape_mismatch, invalid_argument.
Result<Attention> check_attention(Shape query, Shape key, Shape value, bool grouped) {
  const auto unfit = [&](std::string_view reason) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("scaled_dot_product_attention: query {}, key {} and value {} do not fit: {}",
                            format_shape(query), format_shape(key), format_shape(value), reason));
  };
  const std::size_t least = grouped ? 3 : 2;
  if (std::min({query.size(), key.size(), value.size()}) < least) {
    return unfit(grouped ? "[..., heads, l, e], [..., heads, s, e] and [..., heads, s, v] are needed"
                         : "[..., l, e], [..., s, e] and [..., s, v] are needed");
  }
  if (query.back() != key.back()) return unfit("query and key need equal last sizes");
  if (from_back(key, 1) != from_back(value, 1)) return unfit("key and value need equal lengths");
  if (grouped) {
    for (const Shape each : {key, value}) {
      const std::int64_t heads = from_back(each, 2);
      if (heads < 1 || from_back(query, 2) % heads != 0) {
        return unfit("with enable-gqa, the query's heads must be a multiple of the others'");
      }
    }
  }
  const std::size_t rank = std::max({query.size(), key.size(), value.size()});
  Attention all{std::vector<std::int64_t>(rank), {}, 1};
  for (std::size_t i = 2; i < rank; ++i) {
    std::int64_t size = from_back(query, i);
    for (const Shape each : {key, value}) {
      const std::int64_t other = from_back(each, i);
      if ((grouped && i == 2) || other == 1 || other == size) continue;
      if (size != 1) return unfit("their batches do not broadcast");
      size = other;
    }
    all.weights[rank - 1 - i] = size;
    all.multiply_adds = saturating_product(all.multiply_adds, size);
  }
  all.weights[rank - 2] = from_back(query, 1);
  all.weights[rank - 1] = from_back(key, 1);
  all.result = all.weights;
  all.result.back() = value.back();
  const std::int64_t products = saturating_product(from_back(query, 1), from_back(key, 1));
  all.multiply_adds = saturating_product(all.multiply_adds, saturating_product(products, query.back() + value.back()));
  return all;
}

// A bool mask as what is added to the products.
T added_mask(const T& mask, at::ScalarType dtype) {
  if (mask.scalar_type() != at::kBool) return mask;
  return at::zeros(mask.sizes(), mask.options().dtype(dtype))
      .masked_fill_(mask.logical_not(), -std::numeric_limits<double>::infinity());
}

}  // namespace

Result<Tensor> TorchBackend::scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                                          const Tensor* attn_mask, const AttentionOptions& options) {
  constexpr std::string_view op = "scaled_dot_product_attention";
  CLOISTER_CHECK(check_probability(op, "dropout-p", options.dropout_p));
  CLOISTER_CHECK(expect_floating(op, dtype(query), "query"));
  for (const NamedOperand& each : {NamedOperand{&key, "key"}, NamedOperand{&value, "value"}}) {
    if (dtype(*each.tensor) == dtype(query)) continue;
    return fail(ErrorCode::dtype_mismatch,
                fmt::format("{}: the query is {}, but the {} is {}; convert one of them", op, dtype_name(dtype(query)),
                            each.name, dtype_name(dtype(*each.tensor))));
  }
  CLOISTER_TRY(const Attention all, check_attention(shape(query), shape(key), shape(value), options.enable_gqa));
  if (attn_mask != nullptr) {
    if (options.is_causal) {
      return fail(ErrorCode::invalid_argument, fmt::format("{}: is-causal and a mask are given; choose one", op));
    }
    if (dtype(*attn_mask) != Dtype::bool_ && dtype(*attn_mask) != dtype(query)) {
      return fail(ErrorCode::dtype_mismatch,
                  fmt::format("{}: the mask is {}, but must be bool or, like the query, {}; convert it", op,
                              dtype_name(dtype(*attn_mask)), dtype_name(dtype(query))));
    }
    const Shape mask = shape(*attn_mask);
    bool fits = mask.size() <= all.weights.size();
    for (std::size_t i = 0; i < mask.size() && fits; ++i) {
      fits = from_back(mask, i) == 1 || from_back(mask, i) == from_back(all.weights, i);
    }
    if (!fits) {
      return fail(ErrorCode::shape_mismatch, fmt::format("{}: the mask has shape {}, which does not broadcast to {}",
                                                         op, format_shape(mask), format_shape(all.weights)));
    }
  }
  CLOISTER_CHECK(check_new(op, all.result, dtype(query)));
  CLOISTER_CHECK(check_cost(op, dtype(query), all.multiply_adds));
  if (options.dropout_p == 0) {
    return run(
        op,
        [&](const T& q, const T& k, const T& v) {
          return at::scaled_dot_product_attention(q, k, v, optional_tensor(attn_mask), /*dropout_p=*/0,
                                                  options.is_causal, options.scale, options.enable_gqa);
        },
        query, key, value);
  }
  CLOISTER_CHECK(check_new(op, all.weights, dtype(query)));
  CLOISTER_TRY(const at::Generator numbers, generator(op));
  return run(
      op,
      [&](const T& q, const T& k, const T& v) {
        std::optional<T> added = optional_tensor(attn_mask);
        if (added) added = added_mask(*added, q.scalar_type());
        const bool all_dropped = options.dropout_p == 1;
        // With dropout libtorch computes this form too, but its masks come from the process's generator.
        T kept = at::empty(all.weights, q.options().dtype(at::kBool));
        if (!all_dropped) kept.bernoulli_(1 - options.dropout_p, numbers);
        const T result = std::get<0>(
            at::_scaled_dot_product_attention_math(q, k, v, added, all_dropped ? 0 : options.dropout_p,
                                                   options.is_causal, kept, options.scale, options.enable_gqa));
        return all_dropped ? at::mul(result, at::zeros({}, result.options())) : result;
      },
      query, key, value);
}

}  // namespace cloister::engine
