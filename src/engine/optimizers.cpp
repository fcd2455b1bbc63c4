#include "cloister/engine/optimizers.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace cloister::engine {
namespace {

// Keeps a step out of the graph, and its state fit for training, whatever mode the instance is in.
class RecordsNothing {
 public:
  explicit RecordsNothing(TensorBackend& backend) : context_(backend.enter(nullptr)) {
    backend.enter(context_);
    if (context_ == nullptr) return;
    before_ = context_->grad_mode();
    if (before_ != GradMode::no_grad) context_->set_grad_mode(GradMode::no_grad);
  }
  ~RecordsNothing() {
    if (context_ != nullptr && before_ != GradMode::no_grad) context_->set_grad_mode(before_);
  }
  RecordsNothing(const RecordsNothing&) = delete;
  RecordsNothing& operator=(const RecordsNothing&) = delete;

 private:
  InstanceContext* context_;
  GradMode before_ = GradMode::no_grad;
};

Result<void> at_least_zero(std::string_view optimizer, std::string_view option, double value) {
  if (value >= 0) return {};  // not so for NaN
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}: {} is {}, but must be at least 0", optimizer, option, value));
}

Result<void> check_parameters(TensorBackend& backend, std::string_view optimizer,
                              const std::vector<Tensor>& parameters) {
  if (parameters.empty()) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: no parameters were given", optimizer));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (backend.is_leaf(parameters[i]) && backend.requires_grad(parameters[i])) continue;
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: parameter {} is not a leaf that requires gradients; detach it, or call "
                            "set-requires-grad, first",
                            optimizer, i));
  }
  return {};
}

// What both share: the loop over parameters that have a gradient.
template <class State, class Options>
class Stepper : public Optimizer {
 public:
  Stepper(TensorBackend& backend, std::vector<Tensor> parameters, const Options& options)
      : backend_(backend), options_(options) {
    slots_.reserve(parameters.size());
    for (Tensor& parameter : parameters) slots_.push_back({std::move(parameter), {}});
  }

  Result<void> step() override {
    const RecordsNothing scope(backend_);
    for (Slot& slot : slots_) {
      CLOISTER_TRY(const std::optional<Tensor> gradient, backend_.grad(slot.parameter));
      if (gradient) CLOISTER_CHECK(update(slot.parameter, *gradient, slot.state));
    }
    return {};
  }

  Result<void> zero_grad() override {
    for (const Slot& slot : slots_) CLOISTER_CHECK(backend_.zero_grad(slot.parameter));
    return {};
  }

  Result<void> set_lr(double lr) override {
    CLOISTER_CHECK(at_least_zero("set_lr", "lr", lr));
    options_.lr = lr;
    return {};
  }

 protected:
  virtual Result<void> update(const Tensor& parameter, Tensor gradient, State& state) = 0;

  TensorBackend& backend_;  // NOLINT(misc-non-private-member-variables-in-classes)
  Options options_;         // NOLINT(misc-non-private-member-variables-in-classes)

 private:
  struct Slot {
    Tensor parameter;
    State state;
  };
  std::vector<Slot> slots_;
};

struct SgdState {
  Tensor momentum;  // empty before the first step
};

class Sgd final : public Stepper<SgdState, SgdOptions> {
 public:
  using Stepper::Stepper;

 private:
  Result<void> update(const Tensor& parameter, Tensor gradient, SgdState& state) override {
    if (options_.weight_decay != 0) {
      CLOISTER_TRY(gradient, backend_.add(gradient, parameter, options_.weight_decay));
    }
    if (options_.momentum != 0) {
      if (!state.momentum) {
        CLOISTER_TRY(state.momentum, backend_.clone(gradient));
      } else {
        CLOISTER_CHECK(backend_.mul_scalar_in_place(state.momentum, options_.momentum));
        CLOISTER_CHECK(backend_.add_in_place(state.momentum, gradient, 1 - options_.dampening));
      }
      if (options_.nesterov) {
        CLOISTER_TRY(gradient, backend_.add(gradient, state.momentum, options_.momentum));
      } else {
        gradient = state.momentum;
      }
    }
    return backend_.add_in_place(parameter, gradient, -1 * options_.lr);
  }
};

struct AdamState {
  std::int64_t step = 0;
  Tensor mean, square;  // moving averages of the gradient and of its square; empty before the first step
};

class Adam final : public Stepper<AdamState, AdamOptions> {
 public:
  using Stepper::Stepper;

 private:
  Result<void> update(const Tensor& parameter, Tensor gradient, AdamState& state) override {
    const double beta1 = options_.beta1;
    const double beta2 = options_.beta2;
    if (!state.square) {
      CLOISTER_TRY(epsilon_, backend_.full({}, options_.eps, Dtype::float64));
      CLOISTER_TRY(state.mean, zeros_like(parameter));
      CLOISTER_TRY(state.square, zeros_like(parameter));
    }
    ++state.step;
    const double correction1 = 1 - std::pow(beta1, state.step);
    const double correction2 = 1 - std::pow(beta2, state.step);
    if (options_.weight_decay != 0) {
      CLOISTER_TRY(gradient, backend_.add(gradient, parameter, options_.weight_decay));
    }
    CLOISTER_CHECK(backend_.mul_scalar_in_place(state.mean, beta1));
    CLOISTER_CHECK(backend_.add_in_place(state.mean, gradient, 1 - beta1));
    CLOISTER_CHECK(backend_.mul_scalar_in_place(state.square, beta2));
    CLOISTER_CHECK(backend_.addcmul_in_place(state.square, gradient, gradient, 1 - beta2));
    CLOISTER_TRY(const Tensor root, backend_.sqrt(state.square));
    CLOISTER_TRY(const Tensor denominator, backend_.div_scalar(root, std::sqrt(correction2)));
    CLOISTER_CHECK(backend_.add_in_place(denominator, epsilon_, 1.0));
    return backend_.addcdiv_in_place(parameter, state.mean, denominator, -(options_.lr / correction1));
  }

  // Of the parameter's layout, so that the kernels walk both alike.
  Result<Tensor> zeros_like(const Tensor& parameter) {
    CLOISTER_TRY(Tensor like, backend_.clone(parameter));
    CLOISTER_TRY(const Tensor zero, backend_.zeros({}, backend_.dtype(parameter)));
    CLOISTER_CHECK(backend_.copy_in_place(like, zero));
    return like;
  }

  // A scalar tensor: the operators have an in-place sum with a tensor only, and the arithmetic is the same.
  Tensor epsilon_;
};

}  // namespace

Result<std::unique_ptr<Optimizer>> make_sgd(TensorBackend& backend, std::vector<Tensor> parameters,
                                            const SgdOptions& options) {
  CLOISTER_CHECK(at_least_zero("sgd", "lr", options.lr));
  CLOISTER_CHECK(at_least_zero("sgd", "momentum", options.momentum));
  CLOISTER_CHECK(at_least_zero("sgd", "weight-decay", options.weight_decay));
  if (std::isnan(options.dampening)) {
    return fail(ErrorCode::invalid_argument, "sgd: dampening is not a number");
  }
  if (options.nesterov && (options.momentum <= 0 || options.dampening != 0)) {
    return fail(ErrorCode::invalid_argument, "sgd: nesterov needs a momentum above 0 and a dampening of 0");
  }
  CLOISTER_CHECK(check_parameters(backend, "sgd", parameters));
  return std::make_unique<Sgd>(backend, std::move(parameters), options);
}

Result<std::unique_ptr<Optimizer>> make_adam(TensorBackend& backend, std::vector<Tensor> parameters,
                                             const AdamOptions& options) {
  CLOISTER_CHECK(at_least_zero("adam", "lr", options.lr));
  CLOISTER_CHECK(at_least_zero("adam", "eps", options.eps));
  CLOISTER_CHECK(at_least_zero("adam", "weight-decay", options.weight_decay));
  for (const auto& [name, beta] : {std::pair{"beta1", options.beta1}, std::pair{"beta2", options.beta2}}) {
    if (!(beta >= 0 && beta < 1)) {
      return fail(ErrorCode::invalid_argument, fmt::format("adam: {} is {}, but must be in [0, 1)", name, beta));
    }
  }
  CLOISTER_CHECK(check_parameters(backend, "adam", parameters));
  return std::make_unique<Adam>(backend, std::move(parameters), options);
}

}  // namespace cloister::engine
