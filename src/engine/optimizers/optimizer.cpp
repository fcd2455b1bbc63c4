#include <fmt/format.h>

#include <cmath>

#include "cloister/base/bytes.h"
#include "cloister/engine/optimizers.h"
#include "optimizers/checks.h"

namespace cloister::engine {
namespace {

// Keeps what an optimizer does out of the graph, and its state fit for training, whatever mode the instance is in.
class RecordsNothing {
 public:
  explicit RecordsNothing(TensorBackend& backend) : context_(backend.enter(nullptr)) {
    backend.enter(context_);
    if (context_ == nullptr) return;
    before_ = context_->grad_mode();
    if (before_ != GradMode::no_grad) context_->set_grad_mode(GradMode::no_grad);
  }
  ~RecordsNothing() {
    if (context_ != nullptr && before_ != GradMode::no_grad) context_->set_grad_mode(before_);
  }
  RecordsNothing(const RecordsNothing&) = delete;
  RecordsNothing& operator=(const RecordsNothing&) = delete;

 private:
  InstanceContext* context_;
  GradMode before_ = GradMode::no_grad;
};

// Of the parameter's layout, so that the kernels walk both alike.
Result<Tensor> zeros_like(TensorBackend& backend, const Tensor& parameter) {
  CLOISTER_TRY(Tensor like, backend.clone(parameter));
  CLOISTER_TRY(const Tensor zero, backend.zeros({}, backend.dtype(parameter)));
  CLOISTER_CHECK(backend.copy_in_place(like, zero));
  return like;
}

}  // namespace

Optimizer::Optimizer(TensorBackend& backend, std::vector<Tensor> parameters, double lr,
                     std::vector<std::string_view> state_names)
    : backend_(backend),
      lr_(lr),
      state_names_(std::move(state_names)),
      parameters_(std::move(parameters)),
      states_(parameters_.size()) {}

Result<void> Optimizer::step() {
  const RecordsNothing scope(backend_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    CLOISTER_TRY(std::optional<Tensor> gradient, backend_.grad(parameters_[i]));
    if (!gradient) continue;
    ParameterState& state = states_[i];
    if (state.tensors.size() != state_names_.size()) {
      CLOISTER_TRY(state.tensors, first_state(parameters_[i]));
    }
    ++state.step;
    CLOISTER_CHECK(update(parameters_[i], *std::move(gradient), state));
  }
  return {};
}

Result<std::vector<Tensor>> Optimizer::first_state(const Tensor& parameter) {
  std::vector<Tensor> tensors(state_names_.size());
  for (Tensor& tensor : tensors) {
    CLOISTER_TRY(tensor, zeros_like(backend_, parameter));
  }
  return tensors;
}

Result<void> Optimizer::zero_grad() {
  for (const Tensor& parameter : parameters_) CLOISTER_CHECK(backend_.zero_grad(parameter));
  return {};
}

Result<void> Optimizer::set_lr(double lr) {
  CLOISTER_CHECK(at_least_zero("set_lr", "lr", lr));
  lr_ = lr;
  return {};
}

Result<std::vector<Tensor>> Optimizer::gradients() {
  std::vector<Tensor> gradients;
  gradients.reserve(parameters_.size());
  for (const Tensor& parameter : parameters_) {
    CLOISTER_TRY(std::optional<Tensor> gradient, backend_.grad(parameter));
    if (gradient) gradients.push_back(*std::move(gradient));
  }
  return gradients;
}

Result<Tensor> Optimizer::clip_grad_norm(double max_norm, double norm_type) {
  CLOISTER_CHECK(at_least_zero("clip_grad_norm", "max-norm", max_norm));
  CLOISTER_CHECK(at_least_zero("clip_grad_norm", "norm-type", norm_type));
  const RecordsNothing scope(backend_);
  CLOISTER_TRY(const std::vector<Tensor> all, gradients());
  if (all.empty()) return backend_.zeros({}, Dtype::float32);
  std::vector<Tensor> norms;
  norms.reserve(all.size());
  for (const Tensor& gradient : all) {
    CLOISTER_TRY(Tensor norm, backend_.linalg_vector_norm(gradient, norm_type, {}, false));
    norms.push_back(std::move(norm));
  }
  Tensor total = norms.front();
  if (norms.size() > 1) {
    CLOISTER_TRY(const Tensor together, backend_.stack(norms, 0));
    CLOISTER_TRY(total, backend_.linalg_vector_norm(together, norm_type, {}, false));
  }
  CLOISTER_TRY(const Tensor divisor, backend_.add_scalar(total, 1e-6, std::int64_t{1}));
  CLOISTER_TRY(const Tensor largest, backend_.full({}, max_norm, backend_.dtype(divisor)));
  CLOISTER_TRY(const Tensor coefficient, backend_.div(largest, divisor));
  CLOISTER_TRY(const Tensor clamped, backend_.clamp(coefficient, std::nullopt, 1.0));
  for (const Tensor& gradient : all) CLOISTER_CHECK(backend_.mul_in_place(gradient, clamped));
  return total;
}

Result<void> Optimizer::clip_grad_value(double clip_value) {
  CLOISTER_CHECK(at_least_zero("clip_grad_value", "clip-value", clip_value));
  const RecordsNothing scope(backend_);
  CLOISTER_TRY(const std::vector<Tensor> all, gradients());
  for (const Tensor& gradient : all) CLOISTER_CHECK(backend_.clamp_in_place(gradient, -clip_value, clip_value));
  return {};
}

Result<void> Optimizer::set_states(std::vector<ParameterState> states) {
  if (states.size() != parameters_.size()) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: there are states of {} parameters for an optimizer of {}",
                                                         kind(), states.size(), parameters_.size()));
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::vector<Tensor>& tensors = states[i].tensors;
    if (states[i].step < 0 || (tensors.size() != state_names_.size() && !(tensors.empty() && states[i].step == 0))) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: the state of parameter {} has {} tensors after {} steps, where {} are kept", kind(),
                              i, tensors.size(), states[i].step, state_names_.size()));
    }
    const Shape shape = backend_.shape(parameters_[i]);
    for (const Tensor& tensor : tensors) {
      const Shape other = backend_.shape(tensor);
      if (std::equal(shape.begin(), shape.end(), other.begin(), other.end()) &&
          backend_.dtype(tensor) == backend_.dtype(parameters_[i])) {
        continue;
      }
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: the state of parameter {} is {} {} for a parameter of {} {}", kind(), i,
                              dtype_name(backend_.dtype(tensor)), shape_text(other),
                              dtype_name(backend_.dtype(parameters_[i])), shape_text(shape)));
    }
  }
  states_ = std::move(states);
  return {};
}

}  // namespace cloister::engine
