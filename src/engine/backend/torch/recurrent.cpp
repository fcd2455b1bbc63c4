// Recurrent networks.
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include "layer_checks.h"
#include "shape.h"
#include "tensor_list.h"
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

// What a cell of the network has of each hidden unit: 4 gates of an LSTM, 3 of a GRU.
struct Recurrence {
  std::string_view op;
  std::int64_t gates;
};

struct Sequence {
  std::int64_t time, batch, features, hidden, directions;
};

Result<Sequence> check_sequence(const Recurrence& kind, Shape input, Shape state, const RecurrentOptions& options) {
  if (options.num_layers < 1) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: num-layers is {}, but must be at least 1", kind.op, options.num_layers));
  }
  if (input.size() != 3) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("{}: the input has shape {}, but {} is needed", kind.op, format_shape(input),
                            options.batch_first ? "[batch, time, features]" : "[time, batch, features]"));
  }
  const std::int64_t directions = options.bidirectional ? 2 : 1;
  const std::int64_t time = input[options.batch_first ? 1 : 0];
  const std::int64_t batch = input[options.batch_first ? 0 : 1];
  const std::int64_t states = saturating_product(options.num_layers, directions);
  if (state.size() != 3 || state[0] != states || state[1] != batch || state[2] < 1) {
    return fail(ErrorCode::shape_mismatch, fmt::format("{}: the state has shape {}, but [{}, {}, hidden] is needed",
                                                       kind.op, format_shape(state), states, batch));
  }
  if (time < 1) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("{}: the input {} has no time steps", kind.op, format_shape(input)));
  }
  return Sequence{time, batch, input[2], state[2], directions};
}

// That the weights are those of the network. Errors: invalid_argument, shape_mismatch, dtype_mismatch.
Result<void> check_weights(const TensorBackend& backend, const Recurrence& kind, const Sequence& all, Dtype dtype,
                           std::span<const Tensor> params, bool has_biases, std::int64_t layers) {
  const std::int64_t per_cell = has_biases ? 4 : 2;
  const std::int64_t needed = saturating_product(saturating_product(layers, all.directions), per_cell);
  if (static_cast<std::int64_t>(params.size()) != needed) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {} parameters are given, but {} layers of {} directions need {}", kind.op,
                            params.size(), layers, all.directions, needed));
  }
  constexpr std::array<std::string_view, 4> kNames{"weight-ih", "weight-hh", "bias-ih", "bias-hh"};
  const std::int64_t rows = saturating_product(kind.gates, all.hidden);
  for (std::int64_t i = 0; i < needed; ++i) {
    const Tensor& each = params[static_cast<std::size_t>(i)];
    const std::int64_t layer = i / (per_cell * all.directions);
    const auto which = static_cast<std::size_t>(i % per_cell);
    const std::array<std::int64_t, 2> shape{
        rows, which == 1 ? all.hidden : (layer == 0 ? all.features : all.hidden * all.directions)};
    const std::string name = fmt::format("{} of layer {}", kNames[which], layer);
    CLOISTER_CHECK(expect_shape(kind.op, backend.shape(each), Shape(shape).first(which < 2 ? 2 : 1), name));
    CLOISTER_CHECK(expect_same_dtype(kind.op, dtype, backend.dtype(each), name));
  }
  return {};
}

// Multiply-adds of all steps; a step takes a microsecond even where it multiplies nothing.
std::int64_t recurrent_cost(const Recurrence& kind, const Sequence& all, std::int64_t layers) {
  constexpr std::int64_t kLeastOfStep = 200'000;
  const std::int64_t inputs = std::max(all.features, all.hidden * all.directions) + all.hidden;
  const std::int64_t cell = saturating_product(saturating_product(kind.gates, all.hidden), inputs);
  const std::int64_t step = std::max(saturating_product(cell, all.batch), kLeastOfStep);
  return saturating_product(saturating_product(layers, all.directions), saturating_product(all.time, step));
}

// Bytes of libtorch's own that a network keeps beside its tensors, which no account counts: handles, and in training
// the nodes of about twenty operators a step.
std::array<std::int64_t, 2> bookkeeping(const Sequence& all, std::int64_t layers) {
  return {saturating_product(all.time, layers * all.directions), c10::GradMode::is_enabled() ? 8192 : 1024};
}

}  // namespace

Result<std::array<Tensor, 3>> TorchBackend::lstm(const Tensor& input, std::span<const Tensor> hx,
                                                 std::span<const Tensor> params, bool has_biases,
                                                 const RecurrentOptions& options) {
  constexpr Recurrence kind{"lstm", 4};
  CLOISTER_CHECK(expect_floating(kind.op, dtype(input), "input"));
  if (hx.size() != 2) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("lstm: {} states are given, but two are needed: h and c", hx.size()));
  }
  CLOISTER_TRY(const Sequence all, check_sequence(kind, shape(input), shape(hx[0]), options));
  CLOISTER_CHECK(expect_shape(kind.op, shape(hx[1]), shape(hx[0]), "state c"));
  CLOISTER_CHECK(expect_same_dtype(kind.op, dtype(input), dtype(hx[0]), "state h"));
  CLOISTER_CHECK(expect_same_dtype(kind.op, dtype(input), dtype(hx[1]), "state c"));
  CLOISTER_CHECK(check_weights(*this, kind, all, dtype(input), params, has_biases, options.num_layers));
  CLOISTER_CHECK(check_new(kind.op, bookkeeping(all, options.num_layers), Dtype::uint8));
  CLOISTER_CHECK(check_new(kind.op, std::array{all.time, all.batch, all.hidden * all.directions}, dtype(input)));
  CLOISTER_CHECK(check_cost(kind.op, dtype(input), recurrent_cost(kind, all, options.num_layers)));
  return run(
      kind.op,
      [&](const T& a) {
        // oneDNN's form keeps what backward needs only if it is told that it trains.
        return at::lstm(a, all_of(hx), all_of(params), has_biases, options.num_layers, /*dropout=*/0,
                        /*train=*/c10::GradMode::is_enabled(), options.bidirectional, options.batch_first);
      },
      input);
}

Result<std::array<Tensor, 2>> TorchBackend::gru(const Tensor& input, const Tensor& hx, std::span<const Tensor> params,
                                                bool has_biases, const RecurrentOptions& options) {
  constexpr Recurrence kind{"gru", 3};
  CLOISTER_CHECK(expect_floating(kind.op, dtype(input), "input"));
  CLOISTER_TRY(const Sequence all, check_sequence(kind, shape(input), shape(hx), options));
  CLOISTER_CHECK(expect_same_dtype(kind.op, dtype(input), dtype(hx), "state"));
  CLOISTER_CHECK(check_weights(*this, kind, all, dtype(input), params, has_biases, options.num_layers));
  CLOISTER_CHECK(check_new(kind.op, bookkeeping(all, options.num_layers), Dtype::uint8));
  CLOISTER_CHECK(check_new(kind.op, std::array{all.time, all.batch, all.hidden * all.directions}, dtype(input)));
  CLOISTER_CHECK(check_cost(kind.op, dtype(input), recurrent_cost(kind, all, options.num_layers)));
  return run(
      kind.op,
      [&](const T& a, const T& state) {
        return at::gru(a, state, all_of(params), has_biases, options.num_layers, /*dropout=*/0,
                       /*train=*/c10::GradMode::is_enabled(), options.bidirectional, options.batch_first);
      },
      input, hx);
}

}  // namespace cloister::engine
