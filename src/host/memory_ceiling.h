// The backstop for host memory that no meter counts, such as the nodes of an autograd graph.
#pragma once

#include <atomic>
#include <cstdint>

namespace cloister::host {

// Bytes of the process that lie in memory now; 0 when the system does not say.
[[nodiscard]] std::uint64_t resident_bytes();

// What the process may grow to: what it was, what its runs may use by their limits, and some slack. It cannot tell who
// used the rest, so all runs that look while it is passed end; the alternative is the kernel's choice of a victim.
// Thread safety: all functions may be called from any thread.
class MemoryCeiling {
 public:
  static constexpr std::uint64_t kSlack = std::uint64_t{4} << 30;

  MemoryCeiling() : before_(resident_bytes()) {}

  // Adds the limits of a run for as long as it lives.
  class Share {
   public:
    Share(MemoryCeiling& ceiling, std::uint64_t bytes);
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

   private:
    MemoryCeiling& ceiling_;
    std::uint64_t bytes_;
  };

  // `beside`: bytes that belong to no run, such as granted weights.
  [[nodiscard]] bool passed_by(std::uint64_t resident, std::uint64_t beside) const {
    return resident > before_ + shares_.load(std::memory_order_relaxed) + beside + kSlack;
  }

 private:
  std::uint64_t before_;
  std::atomic<std::uint64_t> shares_{0};
};

}  // namespace cloister::host
