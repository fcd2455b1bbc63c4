// Gradient descent over any backend; the arithmetic and its order are torch::optim's, so that results are equal bit
// for bit.
#pragma once

#include <memory>
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

// Thread safety: one thread at a time, inside the Entered scope of the parameters' instance.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Updates every parameter that has a gradient; records nothing for backward.
  virtual Result<void> step() = 0;
  virtual Result<void> zero_grad() = 0;
  // invalid_argument unless lr >= 0.
  virtual Result<void> set_lr(double lr) = 0;
};

// Errors: invalid_argument for options out of range, no parameters, or one that is not a leaf that requires gradients.
Result<std::unique_ptr<Optimizer>> make_sgd(TensorBackend& backend, std::vector<Tensor> parameters,
                                            const SgdOptions& options);
Result<std::unique_ptr<Optimizer>> make_adam(TensorBackend& backend, std::vector<Tensor> parameters,
                                             const AdamOptions& options);

}  // namespace cloister::engine
