// Interface `optimizers`.
#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace wit = bindings::ml::optimizers;
using Handle = sandbox::Borrow<wit::Optimizer>;
using NewOptimizer = Session::Answer<sandbox::Own<wit::Optimizer>>;

class Optimizers final : public wit::Host {
 public:
  explicit Optimizers(Session& session) : session_(session) {}

  sandbox::Call<void> drop_optimizer(sandbox::Own<wit::Optimizer> handle) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"optimizers.optimizer.drop">);
    session_.tables.optimizers.take(std::move(handle));
    return {};
  }

  NewOptimizer optimizer_sgd(std::span<const TensorBorrow> parameters, const wit::SgdOptions& options) override {
    return make<"optimizers.optimizer.sgd">(
        parameters, engine::make_sgd,
        engine::SgdOptions{options.lr, options.momentum, options.dampening, options.weight_decay, options.nesterov});
  }

  NewOptimizer optimizer_adam(std::span<const TensorBorrow> parameters, const wit::AdamOptions& options) override {
    return make<"optimizers.optimizer.adam">(
        parameters, engine::make_adam,
        engine::AdamOptions{options.lr, options.beta1, options.beta2, options.eps, options.weight_decay});
  }

  NewOptimizer optimizer_adamw(std::span<const TensorBorrow> parameters, const wit::AdamwOptions& options) override {
    return make<"optimizers.optimizer.adamw">(
        parameters, engine::make_adamw,
        engine::AdamwOptions{options.lr, options.beta1, options.beta2, options.eps, options.weight_decay});
  }

  NewOptimizer optimizer_rmsprop(std::span<const TensorBorrow> parameters,
                                 const wit::RmspropOptions& options) override {
    return make<"optimizers.optimizer.rmsprop">(
        parameters, engine::make_rmsprop,
        engine::RmspropOptions{options.lr, options.alpha, options.eps, options.weight_decay, options.momentum,
                               options.centered});
  }

  Session::Answer<void> optimizer_step(Handle self) override {
    return change<"optimizers.optimizer.step">(self, [](engine::Optimizer& optimizer) { return optimizer.step(); });
  }

  Session::Answer<void> optimizer_zero_grad(Handle self) override {
    return change<"optimizers.optimizer.zero-grad">(self,
                                                    [](engine::Optimizer& optimizer) { return optimizer.zero_grad(); });
  }

  Session::Answer<void> optimizer_set_lr(Handle self, double lr) override {
    return change<"optimizers.optimizer.set-lr">(self,
                                                 [lr](engine::Optimizer& optimizer) { return optimizer.set_lr(lr); });
  }

  sandbox::Call<double> optimizer_lr(Handle self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"optimizers.optimizer.lr">);
    const auto* optimizer = session_.tables.optimizers.find(self);
    if (optimizer == nullptr) return stale_handle();
    return (*optimizer)->lr();
  }

  Session::Answer<Session::TensorHandle> optimizer_clip_grad_norm(Handle self, double max_norm,
                                                                  double norm_type) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"optimizers.optimizer.clip-grad-norm">);
    const auto* optimizer = session_.tables.optimizers.find(self);
    if (optimizer == nullptr) return stale_handle();
    return session_.give((*optimizer)->clip_grad_norm(max_norm, norm_type));
  }

  Session::Answer<void> optimizer_clip_grad_value(Handle self, double clip_value) override {
    return change<"optimizers.optimizer.clip-grad-value">(
        self, [clip_value](engine::Optimizer& optimizer) { return optimizer.clip_grad_value(clip_value); });
  }

 private:
  template <FunctionName kName, class Make, class Options>
  NewOptimizer make(std::span<const TensorBorrow> parameters, const Make& make, const Options& options) {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<kName>);
    ArgumentCheck check;
    TensorsArgument tensors = argument(session_, check, parameters);
    if (!check.passed()) return check.refuse<sandbox::Own<wit::Optimizer>>(session_);
    if (auto ready = session_.need_backend(); !ready) return Unexpected(std::move(ready).error());
    auto optimizer = make(session_.backend(), std::move(tensors.tensors), options);
    if (!optimizer) return Unexpected(session_.guest_error(std::move(optimizer).error()));
    return session_.give(session_.tables.optimizers, *std::move(optimizer));
  }

  template <FunctionName kName, class Function>
  Session::Answer<void> change(Handle self, const Function& function) {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<kName>);
    const auto* optimizer = session_.tables.optimizers.find(self);
    if (optimizer == nullptr) return stale_handle();
    if (auto done = function(**optimizer); !done) return Unexpected(session_.guest_error(std::move(done).error()));
    return Expected<void, wit::Error>();
  }

  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<wit::Host> make_interface(Session& session) {
  return std::make_unique<Optimizers>(session);
}

}  // namespace cloister::host
