#include "checkpoint_restore.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloister/base/bytes.h"

namespace cloister::host {
namespace {

constexpr std::string_view kWayOut = "it is of another model, so restore it into what was saved, or start afresh";

Unexpected<Error> other_model(std::string_view name, std::string_view what) {
  return fail(ErrorCode::bad_data, fmt::format("the checkpoint '{}' {}; {}", name, what, kWayOut));
}

std::string describe(Dtype dtype, std::span<const std::int64_t> shape) {
  return fmt::format("{} {}", dtype_name(dtype), shape_text(shape));
}

class NothingRecorded {
 public:
  explicit NothingRecorded(Session& session) : session_(session), before_(session.grad_mode()) {
    session_.set_grad_mode(engine::GradMode::no_grad);
  }
  ~NothingRecorded() { session_.set_grad_mode(before_); }
  NothingRecorded(const NothingRecorded&) = delete;
  NothingRecorded& operator=(const NothingRecorded&) = delete;

 private:
  Session& session_;
  engine::GradMode before_;
};

}  // namespace

Expected<CheckpointRestore, CheckpointProblem> CheckpointRestore::prepare(Session& session, std::string_view name,
                                                                          const CheckpointFile& file,
                                                                          const CheckpointThings& things) {
  CheckpointRestore restore(session, file, things);
  // Moments that were made in inference mode could not be trained on.
  const NothingRecorded scope(session);
  for (const auto& [key, optimizer] : things.optimizers) {
    // How far each parameter is decides which tensors there are.
    const data::StoredTensor* stored = file.find(optimizer_steps_key(key));
    if (stored == nullptr || stored->dtype != Dtype::int64) continue;  // told by check()
    std::vector<std::int64_t> steps(static_cast<std::size_t>(stored->size / sizeof(std::int64_t)));
    if (auto read = file.read(*stored, std::as_writable_bytes(std::span(steps))); !read) {
      return Unexpected(CheckpointProblem{std::move(read).error(), true});
    }
    auto& states = restore.states_[key];
    for (const std::int64_t step : steps) states.push_back({.step = step, .tensors = {}});
  }
  if (auto checked = restore.check(name); !checked) return Unexpected(CheckpointProblem{std::move(checked).error()});
  if (auto read = restore.read(); !read) {
    const bool is_quota = read.error().code == ErrorCode::quota_exceeded;
    return Unexpected(CheckpointProblem{std::move(read).error(), !is_quota});
  }
  return restore;
}

Result<void> CheckpointRestore::check(std::string_view name) {
  for (const auto& [key, tensor] : things_.tensors) {
    CLOISTER_CHECK(expect(name, fmt::format("tensor '{}'", key), tensor_key(key), session_.backend().dtype(*tensor),
                          session_.backend().shape(*tensor)));
  }
  for (const auto& [key, optimizer] : things_.optimizers) CLOISTER_CHECK(check_optimizer(name, key, *optimizer));
  for (const auto& [key, saved] : file_.record().optimizers) {
    if (things_.optimizers.find(key) == things_.optimizers.end()) {
      return other_model(name, fmt::format("has an optimizer '{}' that is not restored", key));
    }
  }
  return check_nothing_else(name);
}

Result<void> CheckpointRestore::check_optimizer(std::string_view name, std::string_view key,
                                                const engine::Optimizer& optimizer) {
  const auto saved = file_.record().optimizers.find(std::string(key));
  if (saved == file_.record().optimizers.end()) {
    return other_model(name, fmt::format("has no optimizer '{}'", key));
  }
  if (saved->second.kind != optimizer.kind()) {
    return other_model(name, fmt::format("has an optimizer '{}' of kind {}, where {} is to be restored", key,
                                         saved->second.kind, optimizer.kind()));
  }
  const auto parameters = optimizer.parameters();
  const auto count = static_cast<std::int64_t>(parameters.size());
  const std::string what = fmt::format("optimizer '{}'", key);
  CLOISTER_CHECK(expect(name, fmt::format("{} with the number of steps a parameter", what), optimizer_steps_key(key),
                        Dtype::int64, {&count, 1}));
  const std::vector<engine::ParameterState>& states = states_[key];
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (states[i].step < 0) return other_model(name, fmt::format("has steps below 0 in the {}", what));
    if (states[i].step == 0) continue;
    for (const std::string_view state : optimizer.state_names()) {
      CLOISTER_CHECK(expect(name, fmt::format("{} of parameter {} of the {}", state, i, what),
                            optimizer_state_key(key, i, state), session_.backend().dtype(parameters[i]),
                            session_.backend().shape(parameters[i])));
    }
  }
  return {};
}

Result<void> CheckpointRestore::expect(std::string_view name, std::string_view what, std::string key, Dtype dtype,
                                       engine::Shape shape) {
  const data::StoredTensor* stored = file_.find(key);
  if (stored == nullptr) return other_model(name, fmt::format("has no {}", what));
  if (stored->dtype != dtype || !std::equal(shape.begin(), shape.end(), stored->shape.begin(), stored->shape.end())) {
    return other_model(name, fmt::format("has a {} of {}, where {} is to be restored", what,
                                         describe(stored->dtype, stored->shape), describe(dtype, shape)));
  }
  expected_.insert(std::move(key));
  return {};
}

Result<void> CheckpointRestore::check_nothing_else(std::string_view name) const {
  for (const data::StoredTensor& stored : file_.tensors()) {
    if (stored.name == kGeneratorState || stored.name == kMetrics || stored.name == kPosition) continue;
    if (expected_.find(stored.name) != expected_.end()) continue;
    constexpr std::string_view kTensor = "tensor/";
    const std::string_view shown = stored.name.starts_with(kTensor)
                                       ? std::string_view(stored.name).substr(kTensor.size())
                                       : std::string_view(stored.name);
    return other_model(name, fmt::format("has a tensor '{}' that is not restored", clipped(shown, 256)));
  }
  return {};
}

Result<void> CheckpointRestore::read() {
  engine::TensorBackend& backend = session_.backend();
  CLOISTER_TRY(position_, file_.text(kPosition));
  CLOISTER_TRY(metrics_, file_.text(kMetrics));
  CLOISTER_TRY(generator_, file_.text(kGeneratorState));
  for (const auto& [key, optimizer] : things_.optimizers) {
    std::vector<engine::ParameterState>& states = states_[key];
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].step == 0) continue;
      for (const std::string_view name : optimizer->state_names()) {
        CLOISTER_TRY(const engine::Tensor saved, load(*file_.find(optimizer_state_key(key, i, name))));
        // In the parameter's layout, as the optimizer makes them.
        CLOISTER_TRY(const engine::Tensor parameter, backend.detach(optimizer->parameters()[i]));
        CLOISTER_TRY(engine::Tensor state, backend.clone(parameter));
        CLOISTER_CHECK(backend.copy_in_place(state, saved));
        states[i].tensors.push_back(std::move(state));
      }
    }
  }
  return {};
}

Result<engine::Tensor> CheckpointRestore::load(const data::StoredTensor& stored) {
  engine::TensorBackend& backend = session_.backend();
  if (stored.size == 0) return backend.zeros(stored.shape, stored.dtype);
  CLOISTER_TRY(engine::HostBuffer buffer, backend.allocate(session_.context(), stored.size));
  if (auto read = file_.read(stored, {static_cast<std::byte*>(buffer.data), stored.size}); !read) {
    buffer.release();
    return Unexpected(std::move(read).error());
  }
  return backend.adopt(std::move(buffer), stored.shape, stored.dtype);
}

Result<void> CheckpointRestore::commit() {
  const CheckpointRecord& record = file_.record();
  CLOISTER_CHECK(session_.observer.take_up(metrics_));
  if (generator_.empty()) {
    session_.manual_seed(record.generator_seed);
  } else {
    CLOISTER_CHECK(session_.context()->set_generator_state(
        {reinterpret_cast<const std::uint8_t*>(generator_.data()), generator_.size()}));
  }
  // Parameters are leaves, which are written to where nothing is recorded only.
  session_.set_grad_mode(engine::GradMode::no_grad);
  for (const auto& [key, tensor] : things_.tensors) {
    CLOISTER_TRY(const engine::Tensor saved, load(*file_.find(tensor_key(key))));
    CLOISTER_CHECK(session_.backend().copy_in_place(*tensor, saved));
  }
  for (const auto& [key, optimizer] : things_.optimizers) {
    CLOISTER_CHECK(optimizer->set_states(std::move(states_[key])));
    CLOISTER_CHECK(optimizer->set_lr(record.optimizers.find(std::string(key))->second.lr));
  }
  session_.set_grad_mode(record.grad_mode);
  if (!session_.clock.of_machine()) session_.clock.jump_to(record.clock);
  session_.random.set_state(record.random);
  session_.insecure.set_state(record.insecure);
  return {};
}

}  // namespace cloister::host
