// What the engine keeps for one instance: whose memory it is, its limits, its generator, its gradient mode.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "cloister/base/result.h"

namespace cloister::engine {

// What operators record for backward; see interface `autograd` in wit/.
enum class GradMode : std::uint8_t { grad, no_grad, inference };

// Limits and use of tensor memory of one instance. The allocator charges every byte that the instance's operators
// take, scratch memory included, from the moment of allocation until the storage is freed, whoever frees it.
// Thread safety: all members may be used from any thread.
struct MemoryAccount {
  std::atomic<std::int64_t> bytes{0};
  std::atomic<std::int64_t> peak_bytes{0};
  std::int64_t limit_bytes = std::numeric_limits<std::int64_t>::max();
  // After this moment the allocator refuses, so that a chain of slow operators ends; and before it what could not even
  // be written until then.
  std::atomic<std::chrono::steady_clock::rep> deadline{std::numeric_limits<std::chrono::steady_clock::rep>::max()};
  // CPU time that the instance may still use, as it was when somebody last looked. Once there is none, the allocator
  // refuses.
  std::atomic<std::chrono::nanoseconds::rep> cpu_left{std::numeric_limits<std::chrono::nanoseconds::rep>::max()};
};

// Made by TensorBackend::make_context; one per instance. It must outlive nothing: storage that is still alive when the
// context goes (a tensor that was handed on) stays valid.
// Thread safety: used by one thread at a time.
class InstanceContext {
 public:
  virtual ~InstanceContext() = default;
  [[nodiscard]] virtual const MemoryAccount& memory() const = 0;
  // Refuses further allocations after `deadline`; may be called from another thread.
  virtual void set_deadline(std::chrono::steady_clock::time_point deadline) = 0;
  // Refuses operators that surely take more CPU time than `left`, and all allocations from now on when that is none;
  // may be called from another thread.
  virtual void set_cpu_left(std::chrono::nanoseconds left) = 0;
  // CPU time that threads of the backend's own have worked in this context, where it has such; may be called from
  // another thread.
  [[nodiscard]] virtual std::chrono::nanoseconds team_cpu_time() const { return {}; }
  virtual void manual_seed(std::uint64_t seed) = 0;
  // The generator as bytes of the backend's own, for a checkpoint; none where no operator draws numbers.
  // Errors: quota_exceeded.
  [[nodiscard]] virtual Result<std::vector<std::uint8_t>> generator_state() const = 0;
  // Errors: bad_data for what no generator of this backend and device gave; the generator is as before then.
  virtual Result<void> set_generator_state(std::span<const std::uint8_t> state) = 0;
  // Takes effect at once on the calling thread when this context is the entered one.
  virtual void set_grad_mode(GradMode mode) = 0;
  [[nodiscard]] virtual GradMode grad_mode() const = 0;
};

}  // namespace cloister::engine
