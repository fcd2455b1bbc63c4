// Counting what the reading of a dataset costs, for whoever set it a limit.
#pragma once

#include <cstdint>

#include "cloister/base/result.h"

namespace cloister::data {

// Thread safety: all functions may be called from any thread.
class ReadMeter {
 public:
  virtual ~ReadMeter() = default;

  // Before `bytes` are read from a file, or copied from one that is kept in memory. Each reading counts, also of what
  // was read before. Errors: quota_exceeded; the reading ends with it.
  virtual Result<void> charge(std::uint64_t bytes) = 0;

  // The calling thread works for the dataset's passes from now on, and no longer. Each thread of a pass calls these
  // first and last.
  virtual void thread_begins() = 0;
  virtual void thread_ends() = 0;
};

}  // namespace cloister::data
