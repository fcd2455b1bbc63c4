// What has parameters and buffers, by PyTorch's names.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cloister/autograd.h"
#include "cloister/model.h"
#include "cloister/ops.h"

namespace cloister::nn {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// Walks a module: what `visit` of a network calls for each of its parts, in PyTorch's order.
class Visitor {
 public:
  enum class Kind : std::uint8_t { parameter, buffer };

  // A tensor that is trained; an undefined one (a layer without bias) is not there.
  void parameter(std::string_view name, const Tensor& tensor) { add(name, tensor, Kind::parameter); }
  // One that belongs to the module and is not trained.
  void buffer(std::string_view name, const Tensor& tensor) { add(name, tensor, Kind::buffer); }
  // Whether the module is being trained.
  void training(bool& flag) {
    if (mode_ != Mode::keep) flag = mode_ == Mode::train;
  }
  // A part of the module: its names follow `name` and a dot.
  template <class M>
  void operator()(std::string_view name, M& part) {
    if constexpr (std::same_as<std::remove_const_t<M>, Tensor>) {
      parameter(name, part);
    } else {
      const std::size_t length = prefix_.size();
      prefix_.append(name).push_back('.');
      part.visit(*this);
      prefix_.resize(length);
    }
  }
  // As PyTorch's ModuleList: names are numbers from 0.
  template <class M>
  void operator()(std::string_view name, std::vector<M>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) (*this)(std::string(name) + "." + std::to_string(i), parts[i]);
  }

 private:
  friend class Module;
  enum class Mode : std::uint8_t { keep, train, evaluate };
  struct Entry {
    std::string name;
    Tensor tensor;
    Kind kind;
  };

  void add(std::string_view name, const Tensor& tensor, Kind kind) {
    if (tensor.defined()) entries_.push_back({prefix_ + std::string(name), tensor, kind});
  }

  std::string prefix_;
  std::vector<Entry> entries_;
  Mode mode_ = Mode::keep;
};

namespace detail {

// Copies `given` into `own`; nothing is written unless all names, shapes and dtypes fit.
Expected<void> load_state(const NamedTensors& own, const NamedTensors& given);

}  // namespace detail

// The base of layers and networks. A network is a struct of layers that says what they are called:
//
//   struct Net : nn::Module {
//     nn::Conv2d conv{1, 8, 5};
//     nn::Linear fc{8 * 24 * 24, 10};
//     void visit(nn::Visitor& visitor) { visitor("conv", conv), visitor("fc", fc); }
//     Tensor operator()(const Tensor& images) const { return fc(conv(images).relu().flatten(1)); }
//   };
//
// and gets from here what an optimizer, a checkpoint and an evaluation need of it. Copies share their tensors.
class Module {
 public:
  // What an optimizer trains.
  [[nodiscard]] std::vector<Tensor> parameters(this const auto& self) {
    std::vector<Tensor> all;
    for (auto& entry : collect(self)) {
      if (entry.kind == Visitor::Kind::parameter) all.push_back(std::move(entry.tensor));
    }
    return all;
  }
  // Such as `conv.weight`.
  [[nodiscard]] NamedTensors named_parameters(this const auto& self) {
    return named(collect(self), [](Visitor::Kind kind) { return kind == Visitor::Kind::parameter; });
  }
  // Running statistics.
  [[nodiscard]] NamedTensors named_buffers(this const auto& self) {
    return named(collect(self), [](Visitor::Kind kind) { return kind == Visitor::Kind::buffer; });
  }
  // Parameters and buffers under the names that PyTorch's `state_dict` gives them.
  [[nodiscard]] NamedTensors state_dict(this const auto& self) {
    return named(collect(self), [](Visitor::Kind) { return true; });
  }
  // Copies a granted model's tensors into this module's. Nothing is written unless all names, shapes and dtypes fit.
  // Errors: invalid_argument, naming what is missing, too much or of another shape; quota_exceeded; bad_data.
  [[nodiscard]] Expected<void> load_state_dict(this const auto& self, const Model& model) {
    CLOISTER_TRY(const NamedTensors given, model.parameters());
    return detail::load_state(self.state_dict(), given);
  }
  // Says whether the module is being trained, which changes what dropout and batch normalisation do.
  void train(this auto& self, bool mode = true) {
    Visitor visitor;
    visitor.mode_ = mode ? Visitor::Mode::train : Visitor::Mode::evaluate;
    self.visit(visitor);
  }
  void eval(this auto& self) { self.train(false); }

 private:
  template <class M>
  static std::vector<Visitor::Entry> collect(const M& module) {
    Visitor visitor;
    const_cast<M&>(module).visit(visitor);  // in this mode a visitor changes nothing
    return std::move(visitor.entries_);
  }
  static NamedTensors named(std::vector<Visitor::Entry> entries, bool (*wanted)(Visitor::Kind)) {
    NamedTensors all;
    for (auto& entry : entries) {
      if (wanted(entry.kind)) all.emplace_back(std::move(entry.name), std::move(entry.tensor));
    }
    return all;
  }
};

namespace detail {

// A leaf that requires gradients.
inline Tensor parameter(Tensor tensor) {
  tensor.requires_grad_();
  return tensor;
}

// A parameter drawn uniformly from [-bound, bound), with the numbers that torch::nn draws from the same generator.
inline Tensor uniform_parameter(IntArrayRef shape, double bound) {
  return parameter(empty(shape).uniform_(-bound, bound));
}

// How weights of `fan_in` inputs start in torch::nn: He's uniform (He et al., 2015) for a leaky ReLU of slope sqrt(5),
// which is 1 / sqrt(fan_in), computed with libtorch's steps to round as it does.
double kaiming_bound(double fan_in);

}  // namespace detail
}  // namespace cloister::nn
