// Leaving a training loop and taking it up again (`cloister run --resume`).
//
//   struct Position { std::int64_t epoch = 0, step = 0; } position;
//   Checkpoint checkpoint("state");  // a granted output
//   checkpoint.add("model", model.state_dict()).add("optimizer", optimizer);
//   CLOISTER_TRY(const bool resumed, checkpoint.restore(position));
//   for (; position.epoch < epochs; ++position.epoch) {
//     CLOISTER_CHECK(checkpoint.save(position));
//     ...
//   }
#pragma once

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cloister/optim.h"

namespace cloister {

// Where a workload stands: a number, or a struct of integers without gaps, whose bytes are saved as they are.
template <class T>
concept CheckpointPosition = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

// What is saved together under one name. The host adds what the instance has beside it: the generator's state, the
// gradient mode, the clock and the metrics so far. Gradients are not saved: save where zero_grad() comes next.
class Checkpoint {
 public:
  // `name` is that of a granted output.
  explicit Checkpoint(std::string name) : name_(std::move(name)) {}

  // A tensor under its name; names are 1 to 256 bytes, each given once.
  Checkpoint& add(std::string name, const Tensor& tensor) {
    tensors_.emplace_back(std::move(name), tensor);
    return *this;
  }
  // Pairs of names and tensors, such as a model's, as PREFIX.NAME.
  template <std::ranges::input_range Named>
    requires(!std::convertible_to<Named, const Tensor&>)
  Checkpoint& add(std::string_view prefix, const Named& tensors) {
    for (const auto& [name, tensor] : tensors) add(std::string(prefix) + "." + std::string(name), tensor);
    return *this;
  }
  // An optimizer: its moments, its steps and its learning rate; not its parameters. It must outlive the checkpoint.
  Checkpoint& add(std::string name, const optim::Optimizer& optimizer) {
    optimizers_.emplace_back(std::move(name), &optimizer);
    return *this;
  }

  // Replaces what was saved under this name; whenever the run is killed, one of the two is there, whole.
  // Errors: not_granted, quota_exceeded, internal (a full disk).
  template <CheckpointPosition Position>
  [[nodiscard]] Expected<void> save(const Position& position) const {
    Lists lists = this->lists();
    workload_list_u8_t bytes{reinterpret_cast<std::uint8_t*>(const_cast<Position*>(&position)), sizeof(Position)};
    return attempt<cloister_ml_checkpoints_save>(name_view(), &lists.tensors, &lists.optimizers, &bytes);
  }

  // In a run that resumes another: puts everything back, `position` too, and gives true. In a fresh run it changes
  // nothing and gives false. Errors: not_granted; bad_data for a checkpoint that is damaged or another model's.
  template <CheckpointPosition Position>
  [[nodiscard]] Expected<bool> restore(Position& position) const {
    Lists lists = this->lists();
    workload_option_list_u8_t bytes{};
    cloister_ml_checkpoints_error_t error;
    workload_string_t name = detail::string_of(name_);
    if (!cloister_ml_checkpoints_restore(&name, &lists.tensors, &lists.optimizers, &bytes, &error)) {
      return std::unexpected(detail::take_error(error));
    }
    if (!bytes.is_some) return false;
    const bool fits = bytes.val.len == sizeof(Position);
    if (fits) std::memcpy(&position, bytes.val.ptr, sizeof(Position));
    if (bytes.val.len > 0) std::free(bytes.val.ptr);
    if (!fits) return fail("the checkpoint '" + name_ + "' holds a position of another form", ErrorKind::bad_data);
    return true;
  }

 private:
  struct Lists {
    std::vector<cloister_ml_checkpoints_tuple2_string_borrow_tensor_t> raw_tensors;
    std::vector<cloister_ml_checkpoints_tuple2_string_borrow_optimizer_t> raw_optimizers;
    cloister_ml_checkpoints_list_tuple2_string_borrow_tensor_t tensors;
    cloister_ml_checkpoints_list_tuple2_string_borrow_optimizer_t optimizers;
  };

  [[nodiscard]] std::string_view name_view() const { return name_; }

  [[nodiscard]] Lists lists() const {
    Lists lists;
    for (const auto& [name, tensor] : tensors_) lists.raw_tensors.push_back({detail::string_of(name), tensor.raw()});
    for (const auto& [name, optimizer] : optimizers_) {
      lists.raw_optimizers.push_back({detail::string_of(name), optimizer->raw()});
    }
    lists.tensors = {lists.raw_tensors.data(), lists.raw_tensors.size()};
    lists.optimizers = {lists.raw_optimizers.data(), lists.raw_optimizers.size()};
    return lists;
  }

  std::string name_;
  std::vector<std::pair<std::string, Tensor>> tensors_;
  std::vector<std::pair<std::string, const optim::Optimizer*>> optimizers_;
};

}  // namespace cloister
