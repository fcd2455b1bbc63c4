// Gradient descent with torch.optim's arithmetic; one call steps all parameters.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "cloister/tensor.h"

namespace cloister::optim {

// What all optimizers share. It keeps its parameters alive on the host.
//
// Gradients add up from one backward() to the next until zero_grad(): several small batches make the step of a large
// one when each loss is divided by their number.
class Optimizer {
 public:
  // Updates every parameter that has a gradient.
  void step() { require<cloister_ml_optimizers_method_optimizer_step>(raw()); }
  // Forgets the gradients of all parameters.
  void zero_grad() { require<cloister_ml_optimizers_method_optimizer_zero_grad>(raw()); }
  // For the steps that follow. lr_scheduler.h has the usual schedules.
  void set_lr(double lr) { require<cloister_ml_optimizers_method_optimizer_set_lr>(raw(), lr); }
  // Of the next step.
  [[nodiscard]] double lr() const { return cloister_ml_optimizers_method_optimizer_lr(raw()); }

  // Scales all gradients together so that their norm, as one vector, is at most `max_norm`; gives the norm from before.
  // As torch.nn.utils.clip_grad_norm_.
  Tensor clip_grad_norm(double max_norm, double norm_type = 2) {
    return require<cloister_ml_optimizers_method_optimizer_clip_grad_norm>(raw(), max_norm, norm_type);
  }
  // Limits each gradient to [-clip_value, clip_value]. As torch.nn.utils.clip_grad_value_.
  void clip_grad_value(double clip_value) {
    require<cloister_ml_optimizers_method_optimizer_clip_grad_value>(raw(), clip_value);
  }

  // The handle that the C bindings take.
  [[nodiscard]] cloister_ml_optimizers_borrow_optimizer_t raw() const { return {handle_.get()}; }

 protected:
  explicit Optimizer(cloister_ml_optimizers_own_optimizer_t own) : handle_(own) {}

 private:
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

struct AdamWOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;
};

// Adam whose weight decay shrinks the parameters themselves.
class AdamW : public Optimizer {
 public:
  AdamW(std::span<const Tensor> parameters, const AdamWOptions& options) : Optimizer(make(parameters, options)) {}

 private:
  static cloister_ml_optimizers_own_optimizer_t make(std::span<const Tensor> parameters, const AdamWOptions& options) {
    cloister_ml_optimizers_adamw_options_t raw{options.lr, options.beta1, options.beta2, options.eps,
                                               options.weight_decay};
    return require<cloister_ml_optimizers_static_optimizer_adamw>(parameters, &raw);
  }
};

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;
};

class RMSprop : public Optimizer {
 public:
  RMSprop(std::span<const Tensor> parameters, const RMSpropOptions& options) : Optimizer(make(parameters, options)) {}

 private:
  static cloister_ml_optimizers_own_optimizer_t make(std::span<const Tensor> parameters,
                                                     const RMSpropOptions& options) {
    cloister_ml_optimizers_rmsprop_options_t raw{options.lr,           options.alpha,    options.eps,
                                                 options.weight_decay, options.momentum, options.centered};
    return require<cloister_ml_optimizers_static_optimizer_rmsprop>(parameters, &raw);
  }
};

}  // namespace cloister::optim
