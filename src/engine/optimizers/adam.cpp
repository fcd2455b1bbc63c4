#include <cmath>

#include "cloister/engine/optimizers.h"
#include "optimizers/checks.h"

namespace cloister::engine {
namespace {

// Adam, and AdamW, which differs in what the decay shrinks.
class Adam final : public Optimizer {
 public:
  Adam(TensorBackend& backend, std::vector<Tensor> parameters, const AdamOptions& options, bool decoupled_decay)
      : Optimizer(backend, std::move(parameters), options.lr, {"exp_avg", "exp_avg_sq"}),
        options_(options),
        decoupled_decay_(decoupled_decay) {}

  [[nodiscard]] std::string_view kind() const override { return decoupled_decay_ ? "adamw" : "adam"; }

 private:
  Result<void> update(const Tensor& parameter, Tensor gradient, const ParameterState& state) override {
    const auto& [lr_at_start, beta1, beta2, eps, weight_decay] = options_;
    const Tensor& mean = state.tensors[0];
    const Tensor& square = state.tensors[1];
    const double correction1 = 1 - std::pow(beta1, state.step);
    const double correction2 = 1 - std::pow(beta2, state.step);
    if (weight_decay != 0) {
      if (decoupled_decay_) {
        CLOISTER_CHECK(backend().mul_scalar_in_place(parameter, 1 - lr() * weight_decay));
      } else {
        CLOISTER_TRY(gradient, backend().add(gradient, parameter, weight_decay));
      }
    }
    CLOISTER_CHECK(backend().mul_scalar_in_place(mean, beta1));
    CLOISTER_CHECK(backend().add_in_place(mean, gradient, 1 - beta1));
    CLOISTER_CHECK(backend().mul_scalar_in_place(square, beta2));
    CLOISTER_CHECK(backend().addcmul_in_place(square, gradient, gradient, 1 - beta2));
    CLOISTER_TRY(const Tensor denominator, backend().sqrt(square));
    CLOISTER_CHECK(backend().div_scalar_in_place(denominator, std::sqrt(correction2)));
    CLOISTER_CHECK(backend().add_scalar_in_place(denominator, eps, std::int64_t{1}));
    return backend().addcdiv_in_place(parameter, mean, denominator, -(lr() / correction1));
  }

  AdamOptions options_;
  bool decoupled_decay_;
};

Result<void> check(TensorBackend& backend, std::string_view name, const std::vector<Tensor>& parameters,
                   const AdamOptions& options) {
  CLOISTER_CHECK(at_least_zero(name, "lr", options.lr));
  CLOISTER_CHECK(at_least_zero(name, "eps", options.eps));
  CLOISTER_CHECK(at_least_zero(name, "weight-decay", options.weight_decay));
  CLOISTER_CHECK(below_one(name, "beta1", options.beta1));
  CLOISTER_CHECK(below_one(name, "beta2", options.beta2));
  return check_parameters(backend, name, parameters);
}

}  // namespace

Result<std::unique_ptr<Optimizer>> make_adam(TensorBackend& backend, std::vector<Tensor> parameters,
                                             const AdamOptions& options) {
  CLOISTER_CHECK(check(backend, "adam", parameters, options));
  return std::make_unique<Adam>(backend, std::move(parameters), options, false);
}

Result<std::unique_ptr<Optimizer>> make_adamw(TensorBackend& backend, std::vector<Tensor> parameters,
                                              const AdamwOptions& options) {
  const AdamOptions same{options.lr, options.beta1, options.beta2, options.eps, options.weight_decay};
  CLOISTER_CHECK(check(backend, "adamw", parameters, same));
  return std::make_unique<Adam>(backend, std::move(parameters), same, true);
}

}  // namespace cloister::engine
