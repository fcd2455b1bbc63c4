// Blocks of up to kLargestSmall bytes: slabs, lists shared by all threads, and a cache in each thread.
#pragma once

#include "allocator/block.h"

namespace cloister::engine::small_pool {

// A block of this class, or null when the system has no memory left. REQUIRES: index < kSmallClasses.
Block* take(std::uint32_t index);
void give(Block* block) noexcept;
[[nodiscard]] std::size_t mapped_bytes();

}  // namespace cloister::engine::small_pool
