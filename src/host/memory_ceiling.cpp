#include "memory_ceiling.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace cloister::host {
namespace {

// More than any machine has, so that sums of shares cannot wrap.
constexpr std::uint64_t kLargestShare = std::uint64_t{1} << 48;

}  // namespace

std::uint64_t resident_bytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"), std::fclose);
  unsigned long total = 0;
  unsigned long resident = 0;
  // NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion,cert-err34-c): the kernel's numbers fit.
  if (!file || std::fscanf(file.get(), "%lu %lu", &total, &resident) != 2) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

MemoryCeiling::Share::Share(MemoryCeiling& ceiling, std::uint64_t bytes)
    : ceiling_(ceiling), bytes_(std::min(bytes, kLargestShare)) {
  ceiling_.shares_.fetch_add(bytes_, std::memory_order_relaxed);
}

MemoryCeiling::Share::~Share() { ceiling_.shares_.fetch_sub(bytes_, std::memory_order_relaxed); }

}  // namespace cloister::host
