// What operators record for backward, for a scope.
#pragma once

#include "cloister/tensor.h"

namespace cloister {

namespace detail {

// Sets the instance's mode until the end of the scope. The host keeps the setting, so a trap leaks nothing.
template <cloister_ml_autograd_mode_t Mode>
class [[nodiscard]] ModeGuard {
 public:
  ModeGuard() : before_(cloister_ml_autograd_get_mode()) { cloister_ml_autograd_set_mode(Mode); }
  ~ModeGuard() { cloister_ml_autograd_set_mode(before_); }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  cloister_ml_autograd_mode_t before_;
};

}  // namespace detail

// Records a graph (the initial mode).
using AutoGradMode = detail::ModeGuard<CLOISTER_ML_AUTOGRAD_MODE_GRAD>;
// Records nothing.
using NoGradGuard = detail::ModeGuard<CLOISTER_ML_AUTOGRAD_MODE_NO_GRAD>;
// Records nothing and skips version counting: fastest. Tensors made here cannot be trained on; clone them outside.
using InferenceMode = detail::ModeGuard<CLOISTER_ML_AUTOGRAD_MODE_INFERENCE>;

}  // namespace cloister
