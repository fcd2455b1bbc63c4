#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cloister/nn/module.h"

namespace cloister::nn {

struct LSTMOptions {
  std::int64_t num_layers = 1;  // each on the outputs of the one before
  bool bias = true;
  bool batch_first = false;    // inputs are [batch, time, features] rather than [time, batch, features]
  bool bidirectional = false;  // a second pass of each layer from the end on; outputs are put side by side
  double dropout = 0;          // probability of dropping outputs of each layer but the last while `training`
};

// The state of an LSTM: [layers * directions, batch, hidden] each.
struct LSTMState {
  Tensor h, c;
};

// Long short-term memory (Hochreiter and Schmidhuber, 1997). Parameters start uniform on +-1/sqrt(hidden_size), in the
// order of PyTorch's names: a layer and direction, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, with the ending
// `_reverse` for the second direction.
class LSTM : public Module {
 public:
  bool training = true;

  LSTM(std::int64_t input_size, std::int64_t hidden_size, const LSTMOptions& options = {});

  // From zeros, or from a state that an earlier call gave: the last layer's h of every time, and the last state.
  [[nodiscard]] std::pair<Tensor, LSTMState> operator()(const Tensor& input,
                                                        const std::optional<LSTMState>& state = {}) const;

  void visit(Visitor& visitor) {
    for (const auto& [name, tensor] : parameters_) visitor.parameter(name, tensor);
    visitor.training(training);
  }

 private:
  // `count` layers from `first` on.
  [[nodiscard]] std::pair<Tensor, LSTMState> layers(const Tensor& input, const LSTMState& state, std::int64_t first,
                                                    std::int64_t count) const;

  NamedTensors parameters_;
  std::int64_t hidden_size_;
  LSTMOptions options_;
};

}  // namespace cloister::nn
