// What the makers of optimizers refuse.
#pragma once

#include <string_view>
#include <vector>

#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

// "OPTIMIZER: OPTION is VALUE, but must be at least 0" unless it is; NaN is not.
Result<void> at_least_zero(std::string_view optimizer, std::string_view option, double value);

// Unless 0 <= value < 1.
Result<void> below_one(std::string_view optimizer, std::string_view option, double value);

// Unless there are parameters, and all are leaves that require gradients.
Result<void> check_parameters(TensorBackend& backend, std::string_view optimizer,
                              const std::vector<Tensor>& parameters);

}  // namespace cloister::engine
