// Gradient descent with torch.optim's arithmetic; one call steps all parameters.
#pragma once

#include <span>
#include <vector>

#include "cloister/tensor.h"

namespace cloister::optim {

// What SGD and Adam share. It keeps its parameters alive on the host.
class Optimizer {
 public:
  // Updates every parameter that has a gradient.
  void step() { require<cloister_ml_optimizers_method_optimizer_step>(self()); }
  // Forgets the gradients of all parameters.
  void zero_grad() { require<cloister_ml_optimizers_method_optimizer_zero_grad>(self()); }
  // For the steps that follow.
  void set_lr(double lr) { require<cloister_ml_optimizers_method_optimizer_set_lr>(self(), lr); }

 protected:
  explicit Optimizer(cloister_ml_optimizers_own_optimizer_t own) : handle_(own) {}

 private:
  [[nodiscard]] cloister_ml_optimizers_borrow_optimizer_t self() const { return {handle_.get()}; }
  detail::UniqueHandle<cloister_ml_optimizers_own_optimizer_t, cloister_ml_optimizers_optimizer_drop_own> handle_;
};

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

class SGD : public Optimizer {
 public:
  SGD(std::span<const Tensor> parameters, const SGDOptions& options) : Optimizer(make(parameters, options)) {}

 private:
  static cloister_ml_optimizers_own_optimizer_t make(std::span<const Tensor> parameters, const SGDOptions& options) {
    cloister_ml_optimizers_sgd_options_t raw{options.lr, options.momentum, options.dampening, options.weight_decay,
                                             options.nesterov};
    return require<cloister_ml_optimizers_static_optimizer_sgd>(parameters, &raw);
  }
};

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
};

class Adam : public Optimizer {
 public:
  Adam(std::span<const Tensor> parameters, const AdamOptions& options) : Optimizer(make(parameters, options)) {}

 private:
  static cloister_ml_optimizers_own_optimizer_t make(std::span<const Tensor> parameters, const AdamOptions& options) {
    cloister_ml_optimizers_adam_options_t raw{options.lr, options.beta1, options.beta2, options.eps,
                                              options.weight_decay};
    return require<cloister_ml_optimizers_static_optimizer_adam>(parameters, &raw);
  }
};

}  // namespace cloister::optim
