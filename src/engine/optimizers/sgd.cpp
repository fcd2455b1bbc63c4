#include <cmath>

#include <fmt/format.h>

#include "cloister/engine/optimizers.h"
#include "optimizers/checks.h"

namespace cloister::engine {
namespace {

std::vector<std::string_view> names_of(const SgdOptions& options) {
  if (options.momentum == 0) return {};
  return {"momentum_buffer"};
}

class Sgd final : public Optimizer {
 public:
  Sgd(TensorBackend& backend, std::vector<Tensor> parameters, const SgdOptions& options)
      : Optimizer(backend, std::move(parameters), options.lr, names_of(options)), options_(options) {}

  [[nodiscard]] std::string_view kind() const override { return "sgd"; }

 private:
  Result<void> update(const Tensor& parameter, Tensor gradient, const ParameterState& state) override {
    if (options_.weight_decay != 0) {
      CLOISTER_TRY(gradient, backend().add(gradient, parameter, options_.weight_decay));
    }
    if (options_.momentum != 0) {
      const Tensor& buffer = state.tensors[0];
      if (state.step == 1) {
        // The first gradient comes without dampening.
        CLOISTER_CHECK(backend().copy_in_place(buffer, gradient));
      } else {
        CLOISTER_CHECK(backend().mul_scalar_in_place(buffer, options_.momentum));
        CLOISTER_CHECK(backend().add_in_place(buffer, gradient, 1 - options_.dampening));
      }
      if (options_.nesterov) {
        CLOISTER_TRY(gradient, backend().add(gradient, buffer, options_.momentum));
      } else {
        gradient = buffer;
      }
    }
    return backend().add_in_place(parameter, gradient, -1 * lr());
  }

  SgdOptions options_;
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

}  // namespace cloister::engine
