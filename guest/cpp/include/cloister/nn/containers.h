#pragma once

#include <string>
#include <tuple>
#include <utility>

#include "cloister/nn/module.h"

namespace cloister::nn {

// While `training`, zeroes elements with probability `p` and scales the rest.
class Dropout : public Module {
 public:
  double p = 0.5;
  bool training = true;

  explicit Dropout(double probability = 0.5) : p(probability) {}
  Tensor operator()(const Tensor& input) const { return training ? dropout(input, p) : input; }
  void visit(Visitor& visitor) { visitor.training(training); }
};

// A function among layers, without parameters. It takes up a number in a Sequential, as torch::nn::ReLU does.
template <class F>
class Function : public Module {
 public:
  explicit Function(F function) : function_(std::move(function)) {}
  Tensor operator()(const Tensor& input) const { return function_(input); }
  void visit(Visitor& /*visitor*/) {}

 private:
  F function_;
};

inline auto ReLU() {
  return Function([](const Tensor& input) { return input.relu(); });
}
inline auto GELU() {
  return Function([](const Tensor& input) { return input.gelu(); });
}
inline auto Flatten() {
  return Function([](const Tensor& input) { return input.flatten(1); });
}
inline auto MaxPool2d(const MaxPoolOptions& options) {
  return Function([options](const Tensor& input) { return max_pool2d(input, options); });
}

// Layers one after the other; their names are numbers from 0, as in PyTorch:
//   nn::Sequential net(nn::Linear(784, 100), nn::ReLU(), nn::Linear(100, 10));
template <class... Layers>
class Sequential : public Module {
 public:
  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

  Tensor operator()(Tensor input) const {
    std::apply([&](const auto&... layer) { ((input = layer(input)), ...); }, layers_);
    return input;
  }
  void visit(Visitor& visitor) {
    std::size_t index = 0;
    std::apply([&](auto&... layer) { (visitor(std::to_string(index++), layer), ...); }, layers_);
  }

 private:
  std::tuple<Layers...> layers_;
};

}  // namespace cloister::nn
