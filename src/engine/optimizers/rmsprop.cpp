#include "cloister/engine/optimizers.h"
#include "optimizers/checks.h"

namespace cloister::engine {
namespace {

std::vector<std::string_view> names_of(const RmspropOptions& options) {
  std::vector<std::string_view> names{"square_avg"};
  if (options.centered) names.emplace_back("grad_avg");
  if (options.momentum > 0) names.emplace_back("momentum_buffer");
  return names;
}

class Rmsprop final : public Optimizer {
 public:
  Rmsprop(TensorBackend& backend, std::vector<Tensor> parameters, const RmspropOptions& options)
      : Optimizer(backend, std::move(parameters), options.lr, names_of(options)), options_(options) {}

  [[nodiscard]] std::string_view kind() const override { return "rmsprop"; }

 private:
  Result<void> update(const Tensor& parameter, Tensor gradient, const ParameterState& state) override {
    const double alpha = options_.alpha;
    const Tensor& square = state.tensors.front();
    if (options_.weight_decay != 0) {
      CLOISTER_TRY(gradient, backend().add(gradient, parameter, options_.weight_decay));
    }
    CLOISTER_CHECK(backend().mul_scalar_in_place(square, alpha));
    CLOISTER_CHECK(backend().addcmul_in_place(square, gradient, gradient, 1 - alpha));
    Tensor divisor;
    if (options_.centered) {
      const Tensor& mean = state.tensors[1];
      CLOISTER_CHECK(backend().mul_scalar_in_place(mean, alpha));
      CLOISTER_CHECK(backend().add_in_place(mean, gradient, 1 - alpha));
      CLOISTER_TRY(divisor, backend().addcmul(square, mean, mean, -1.0));
      CLOISTER_CHECK(backend().sqrt_in_place(divisor));
    } else {
      CLOISTER_TRY(divisor, backend().sqrt(square));
    }
    CLOISTER_CHECK(backend().add_scalar_in_place(divisor, options_.eps, std::int64_t{1}));
    if (options_.momentum > 0) {
      const Tensor& buffer = state.tensors.back();
      CLOISTER_CHECK(backend().mul_scalar_in_place(buffer, options_.momentum));
      CLOISTER_CHECK(backend().addcdiv_in_place(buffer, gradient, divisor, 1.0));
      return backend().add_in_place(parameter, buffer, -lr());
    }
    return backend().addcdiv_in_place(parameter, gradient, divisor, -lr());
  }

  RmspropOptions options_;
};

}  // namespace

Result<std::unique_ptr<Optimizer>> make_rmsprop(TensorBackend& backend, std::vector<Tensor> parameters,
                                                const RmspropOptions& options) {
  CLOISTER_CHECK(at_least_zero("rmsprop", "lr", options.lr));
  CLOISTER_CHECK(at_least_zero("rmsprop", "alpha", options.alpha));
  CLOISTER_CHECK(at_least_zero("rmsprop", "eps", options.eps));
  CLOISTER_CHECK(at_least_zero("rmsprop", "weight-decay", options.weight_decay));
  CLOISTER_CHECK(at_least_zero("rmsprop", "momentum", options.momentum));
  CLOISTER_CHECK(check_parameters(backend, "rmsprop", parameters));
  return std::make_unique<Rmsprop>(backend, std::move(parameters), options);
}

}  // namespace cloister::engine
