#include "optimizers/checks.h"

#include <fmt/format.h>

namespace cloister::engine {

Result<void> at_least_zero(std::string_view optimizer, std::string_view option, double value) {
  if (value >= 0) return {};  // not so for NaN
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}: {} is {}, but must be at least 0", optimizer, option, value));
}

Result<void> below_one(std::string_view optimizer, std::string_view option, double value) {
  if (value >= 0 && value < 1) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}: {} is {}, but must be in [0, 1)", optimizer, option, value));
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

}  // namespace cloister::engine
