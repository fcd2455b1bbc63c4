#include "allocator/pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace cloister::engine {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kHugeFrom = std::size_t{4} << 20;

std::uint8_t* map(std::size_t size, int protection) {
  void* address = ::mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return address == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(address);
}

void unmap(std::uint8_t* address, std::size_t size) {
  if (size != 0) ::munmap(address, size);
}

}  // namespace

void* map_pages(std::size_t size) {
  size = round_up(size, kPageSize);
  if (size < kHugeFrom) return map(size, PROT_READ | PROT_WRITE);
  std::uint8_t* reserved = map(size + kHugePage, PROT_READ | PROT_WRITE);
  if (reserved == nullptr) return nullptr;
  const std::size_t skip =
      round_up(reinterpret_cast<std::uintptr_t>(reserved), kHugePage) - reinterpret_cast<std::uintptr_t>(reserved);
  unmap(reserved, skip);
  unmap(reserved + skip + size, kHugePage - skip);
  ::madvise(reserved + skip, size, MADV_HUGEPAGE);  // advice: a kernel without huge pages may refuse it
  return reserved + skip;
}

void unmap_pages(void* address, std::size_t size) {
  unmap(static_cast<std::uint8_t*>(address), round_up(size, kPageSize));
}

void* map_guarded(std::size_t size) {
  size = round_up(size, kPageSize);
  std::uint8_t* reserved = map(size + 2 * kPageSize, PROT_NONE);
  if (reserved == nullptr) return nullptr;
  if (::mprotect(reserved + kPageSize, size, PROT_READ | PROT_WRITE) != 0) {
    unmap(reserved, size + 2 * kPageSize);
    return nullptr;
  }
  return reserved + kPageSize;
}

void unmap_guarded(void* address, std::size_t size) {
  unmap(static_cast<std::uint8_t*>(address) - kPageSize, round_up(size, kPageSize) + 2 * kPageSize);
}

}  // namespace cloister::engine
