// Gradient descent over any backend; the arithmetic and its order are those of libtorch's torch::optim, so that results
// are equal bit for bit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

// As torch::optim::SGDOptions.
struct SgdOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

// As torch::optim::AdamOptions; Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
};

// As torch::optim::AdamWOptions; Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2.
struct AdamwOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;
};

// As torch::optim::RMSpropOptions; Hinton, "Neural networks for machine learning" (2012), lecture 6e; the centered form
// is that of Graves, "Generating sequences with recurrent neural networks" (2013), section 4.2.
struct RmspropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;
};

// What an optimizer keeps for one parameter.
struct ParameterState {
  std::int64_t step = 0;  // updates of this parameter so far
  std::vector<Tensor>
      tensors;  // by Optimizer::state_names(), of the parameter's shape and dtype; none before the first
};

// Thread safety: one thread at a time, inside the Entered scope of the parameters' instance.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Updates every parameter that has a gradient; records nothing for backward. Errors: quota_exceeded, when the step is
  // incomplete: some parameters are updated, others are not.
  Result<void> step();
  // Forgets all gradients, so that those of several backward passes add up between two calls.
  Result<void> zero_grad();
  [[nodiscard]] double lr() const { return lr_; }
  // Errors: invalid_argument unless lr >= 0.
  Result<void> set_lr(double lr);

  // As torch::nn::utils::clip_grad_norm_ with error_if_nonfinite = false: the norm of all gradients from before the
  // clipping, a tensor of no dimensions; 0 when there are none. `norm_type` 0 counts what is not 0, as in Python.
  // Errors: invalid_argument for a maximum or an order below 0 or NaN; quota_exceeded.
  Result<Tensor> clip_grad_norm(double max_norm, double norm_type);
  // As torch::nn::utils::clip_grad_value_. Errors: invalid_argument for a value below 0 or NaN.
  Result<void> clip_grad_value(double clip_value);

  // ---- its state, for checkpoints ----

  // "sgd", "adam", "adamw" or "rmsprop".
  [[nodiscard]] virtual std::string_view kind() const = 0;
  // Names of the tensors that it keeps for a parameter with these options: torch.optim's own.
  [[nodiscard]] std::span<const std::string_view> state_names() const { return state_names_; }
  [[nodiscard]] std::span<const Tensor> parameters() const { return parameters_; }
  // One a parameter, in their order.
  [[nodiscard]] std::span<const ParameterState> states() const { return states_; }
  // Takes over states as states() gives them. Errors: invalid_argument for another number of states or tensors, or one
  // of another shape or dtype than its parameter; nothing is taken then.
  Result<void> set_states(std::vector<ParameterState> states);

 protected:
  Optimizer(TensorBackend& backend, std::vector<Tensor> parameters, double lr,
            std::vector<std::string_view> state_names);

  // One update, the `state.step`-th of this parameter. `state.tensors` are zeros before the first.
  virtual Result<void> update(const Tensor& parameter, Tensor gradient, const ParameterState& state) = 0;

  [[nodiscard]] TensorBackend& backend() const { return backend_; }

 private:
  Result<std::vector<Tensor>> first_state(const Tensor& parameter);
  Result<std::vector<Tensor>> gradients();

  TensorBackend& backend_;
  double lr_;
  std::vector<std::string_view> state_names_;
  std::vector<Tensor> parameters_;
  std::vector<ParameterState> states_;
};

// Errors: invalid_argument for options out of range, no parameters, or one that is not a leaf that requires gradients.
Result<std::unique_ptr<Optimizer>> make_sgd(TensorBackend& backend, std::vector<Tensor> parameters,
                                            const SgdOptions& options);
Result<std::unique_ptr<Optimizer>> make_adam(TensorBackend& backend, std::vector<Tensor> parameters,
                                             const AdamOptions& options);
Result<std::unique_ptr<Optimizer>> make_adamw(TensorBackend& backend, std::vector<Tensor> parameters,
                                              const AdamwOptions& options);
Result<std::unique_ptr<Optimizer>> make_rmsprop(TensorBackend& backend, std::vector<Tensor> parameters,
                                                const RmspropOptions& options);

}  // namespace cloister::engine
