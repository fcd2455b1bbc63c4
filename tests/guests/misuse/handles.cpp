#include <cstdint>

#include "misuse.h"

using namespace cloister;

namespace {

// Every case ends in a trap; returning is the failure.
Expected<void> survived() { return fail("the host took a handle that it should have refused"); }

std::int64_t numel_of(std::int32_t handle) { return cloister_ml_tensors_method_tensor_numel({handle}); }

Expected<void> forged() {
  (void)numel_of(12345);
  return survived();
}
Expected<void> null() {
  (void)numel_of(0);
  return survived();
}
Expected<void> negative() {
  (void)numel_of(-1);
  return survived();
}
Expected<void> stale() {
  std::int32_t handle;
  {
    const Tensor tensor = zeros(1);
    handle = tensor.raw().__handle;
  }
  (void)numel_of(handle);
  return survived();
}
Expected<void> dropped_twice() {
  const Tensor tensor = zeros(1);
  cloister_ml_tensors_tensor_drop_own({tensor.raw().__handle});
  cloister_ml_tensors_tensor_drop_own({tensor.raw().__handle});
  return survived();
}
Expected<void> of_another_kind() {
  Tensor weight = zeros(1);
  weight.requires_grad_();
  const Tensor parameters[] = {weight};
  cloister_ml_optimizers_sgd_options_t options{
      .lr = 0.1, .momentum = 0, .dampening = 0, .weight_decay = 0, .nesterov = false};
  const auto optimizer =
      require<cloister_ml_optimizers_static_optimizer_sgd>(std::span<const Tensor>(parameters), &options);
  (void)numel_of(optimizer.__handle);
  return survived();
}

constexpr Misuse kCases[] = {
    {"handle-forged", forged},
    {"handle-null", null},
    {"handle-negative", negative},
    {"handle-stale", stale},
    {"handle-dropped-twice", dropped_twice},
    {"handle-of-another-kind", of_another_kind},
};

}  // namespace

std::span<const Misuse> handle_cases() { return kCases; }
