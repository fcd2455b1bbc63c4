// What the datasets of one run cost it: bytes read, against the limit, and the time of the threads that read ahead.
#pragma once

#include <atomic>
#include <cstdint>

#include "cloister/data/read_meter.h"
#include "cloister/host/limits.h"
#include "cpu_meter.h"

namespace cloister::host {

// Thread safety: as data::ReadMeter.
class DatasetMeter final : public data::ReadMeter {
 public:
  // REQUIRES: both outlive it.
  DatasetMeter(const Limits& limits, CpuMeter& cpu) : limits_(limits), cpu_(cpu) {}

  // Counts nothing when it fails. Once it has failed it always does: otherwise what still fits would tell a guest how
  // large files are.
  Result<void> charge(std::uint64_t bytes) override;
  void thread_begins() override { cpu_.begin(); }
  void thread_ends() override { cpu_.end(); }

  // Whether charge has failed.
  [[nodiscard]] bool is_spent() const { return is_spent_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const Limits& limits_;
  CpuMeter& cpu_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<bool> is_spent_{false};
};

}  // namespace cloister::host
