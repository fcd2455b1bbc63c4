// The header that precedes every block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "allocator/memory_owner.h"
#include "allocator/size_class.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) (static_cast<void>(address), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) (static_cast<void>(address), static_cast<void>(size))
#endif

namespace cloister::engine {

struct alignas(kAlignment) Block {
  std::uint64_t last_owner = kFresh;
  MemoryOwner* owner = nullptr;  // charged while the block is in use; null: nobody
  std::uint64_t charge = 0;
  std::uint32_t index = 0;  // size class
  Block* next = nullptr;    // in a cache
  Block* previous = nullptr;
  std::uint64_t freed_at = 0;  // order of freeing, for eviction

  [[nodiscard]] void* data() { return this + 1; }
  [[nodiscard]] std::size_t capacity() const { return class_size(index); }
  static Block* of(void* data) { return static_cast<Block*>(data) - 1; }
};
static_assert(sizeof(Block) == kAlignment);

}  // namespace cloister::engine
