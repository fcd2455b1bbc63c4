#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/nn/module.h"
#include "cloister/nn/recurrent.h"

namespace cloister::nn {
namespace detail {

double kaiming_bound(double fan_in) {
  const double slope = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + std::pow(slope, 2)));
  return std::sqrt(3.0) * (gain / std::sqrt(fan_in));
}

namespace {

const Tensor* find(const NamedTensors& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &NamedTensors::value_type::first);
  return found == all.end() ? nullptr : &found->second;
}

// "'a', 'b' and 3 more", of the names in `all` that `other` lacks; empty when there are none.
std::string missing_from(const NamedTensors& other, const NamedTensors& all) {
  constexpr std::size_t shown = 8;
  std::string text;
  std::size_t count = 0;
  for (const auto& [name, tensor] : all) {
    if (find(other, name) != nullptr) continue;
    if (++count > shown) continue;
    if (count > 1) text += ", ";
    text += "'" + name + "'";
  }
  return count > shown ? text + " and " + std::to_string(count - shown) + " more" : text;
}

std::string format_shape(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

Expected<void> load_state(const NamedTensors& own, const NamedTensors& given) {
  const std::string lacks = missing_from(given, own);
  const std::string extra = missing_from(own, given);
  if (!lacks.empty() || !extra.empty()) {
    return fail("the model " + (lacks.empty() ? "" : "lacks " + lacks) +
                (lacks.empty() || extra.empty() ? "" : " and ") +
                (extra.empty() ? "" : "has " + extra + ", which this workload's has not") +
                "; grant weights of this architecture");
  }
  for (const auto& [name, tensor] : own) {
    const Tensor& source = *find(given, name);
    if (!source.is_same_size(tensor) || source.dtype() != tensor.dtype()) {
      return fail("the model's '" + name + "' is " + std::string(name_of(source.dtype())) + " " +
                  format_shape(source.sizes()) + ", but this workload's is " + std::string(name_of(tensor.dtype())) +
                  " " + format_shape(tensor.sizes()) + "; grant weights of this architecture");
    }
  }
  const NoGradGuard no_grad;
  for (const auto& [name, tensor] : own) Tensor(tensor).copy_(*find(given, name));
  return {};
}

}  // namespace detail

LSTM::LSTM(std::int64_t input_size, std::int64_t hidden_size, const LSTMOptions& options)
    : hidden_size_(hidden_size), options_(options) {
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_size));
  const std::int64_t gates = 4 * hidden_size;
  const int directions = options.bidirectional ? 2 : 1;
  for (std::int64_t layer = 0; layer < options.num_layers; ++layer) {
    const std::int64_t features = layer == 0 ? input_size : hidden_size * directions;
    for (int direction = 0; direction < directions; ++direction) {
      const std::string ending = "_l" + std::to_string(layer) + (direction == 0 ? "" : "_reverse");
      const auto add = [&](const char* kind, IntArrayRef shape) {
        parameters_.emplace_back(kind + ending, detail::uniform_parameter(shape, bound));
      };
      add("weight_ih", {gates, features});
      add("weight_hh", {gates, hidden_size});
      if (!options.bias) continue;
      add("bias_ih", gates);
      add("bias_hh", gates);
    }
  }
}

std::pair<Tensor, LSTMState> LSTM::operator()(const Tensor& input, const std::optional<LSTMState>& state) const {
  const std::int64_t directions = options_.bidirectional ? 2 : 1;
  LSTMState from;
  if (state) {
    from = *state;
  } else {
    const std::int64_t batch = input.size(options_.batch_first ? 0 : 1);
    from.h = from.c = zeros({options_.num_layers * directions, batch, hidden_size_}, input.dtype());
  }
  const double dropped = training ? options_.dropout : 0;
  if (dropped == 0) return layers(input, from, 0, options_.num_layers);
  // Between layers something is dropped, so each is a call of its own.
  Tensor output = input;
  std::vector<Tensor> h, c;
  for (std::int64_t layer = 0; layer < options_.num_layers; ++layer) {
    const std::int64_t first = layer * directions;
    auto [given, last] =
        layers(output, {from.h.narrow(0, first, directions), from.c.narrow(0, first, directions)}, layer, 1);
    output = layer + 1 < options_.num_layers ? dropout(given, dropped) : given;
    h.push_back(last.h);
    c.push_back(last.c);
  }
  return {output, {cat(h), cat(c)}};
}

std::pair<Tensor, LSTMState> LSTM::layers(const Tensor& input, const LSTMState& state, std::int64_t first,
                                          std::int64_t count) const {
  const auto each = static_cast<std::int64_t>(parameters_.size()) / std::max<std::int64_t>(options_.num_layers, 1);
  std::vector<Tensor> weights;
  for (std::int64_t i = first * each; i < (first + count) * each; ++i) {
    weights.push_back(parameters_[static_cast<std::size_t>(i)].second);
  }
  const std::vector<Tensor> from{state.h, state.c};
  auto [output, h, c] =
      lstm(input, from, weights, options_.bias,
           {.num_layers = count, .bidirectional = options_.bidirectional, .batch_first = options_.batch_first});
  return {output, {h, c}};
}

}  // namespace cloister::nn
