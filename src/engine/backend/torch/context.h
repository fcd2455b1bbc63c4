// What libtorch needs to know of the instance whose call this is: whose memory, which generator, what is recorded.
#pragma once

#include <ATen/core/Generator.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "allocator/tensor_allocator.h"
#include "cloister/engine/instance_context.h"
#include "cloister/engine/tensor_backend.h"
#include "team.h"

namespace cloister::engine {

class TorchContext final : public InstanceContext {
 public:
  TorchContext(const ContextOptions& options, at::Generator generator);
  ~TorchContext() override;
  TorchContext(const TorchContext&) = delete;
  TorchContext& operator=(const TorchContext&) = delete;

  [[nodiscard]] const MemoryAccount& memory() const override { return owner_->account; }
  void set_deadline(std::chrono::steady_clock::time_point deadline) override;
  void set_cpu_left(std::chrono::nanoseconds left) override;
  [[nodiscard]] std::chrono::nanoseconds team_cpu_time() const override;
  void manual_seed(std::uint64_t seed) override;
  [[nodiscard]] Result<std::vector<std::uint8_t>> generator_state() const override;
  Result<void> set_generator_state(std::span<const std::uint8_t> state) override;
  void set_grad_mode(GradMode mode) override;
  [[nodiscard]] GradMode grad_mode() const override { return mode_; }

  [[nodiscard]] MemoryOwner* owner() const { return owner_; }
  [[nodiscard]] const at::Generator& generator() const { return generator_; }

  // The calling thread's context, or null.
  static TorchContext* current();
  // Makes `context` the calling thread's and installs its mode; returns the one before.
  static TorchContext* enter(TorchContext* context);

  // Work for a team is about to begin: meets those who are in the calling thread's, when this context has not lately.
  // REQUIRES: this is the calling thread's context.
  void muster_if_due() {
    if (muster_due_.load(std::memory_order_relaxed)) [[unlikely]] {
      muster();
    }
  }

 private:
  void join_team();
  void leave_team();
  void muster();

  MemoryOwner* owner_;
  at::Generator generator_;
  GradMode mode_ = GradMode::grad;

  // Set by whoever asks for the team's time, so that the next answer includes who has joined.
  mutable std::atomic<bool> muster_due_{false};
  mutable std::mutex team_mutex_;
  std::shared_ptr<Team> team_;                // while entered, where there is more than one thread
  std::chrono::nanoseconds team_before_{};    // its time when it was joined
  std::chrono::nanoseconds team_cpu_time_{};  // in earlier stays
};

// The owner to charge on this thread, or null.
MemoryOwner* current_owner();

}  // namespace cloister::engine
