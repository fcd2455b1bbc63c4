// Blocks of more than kLargestSmall bytes: a mapping each, kept for reuse when freed.
#pragma once

#include "allocator/block.h"

namespace cloister::engine::large_pool {

// A block of this class or a slightly larger one, of `owner` if one is cached; null when the system has no memory left.
Block* take(std::uint32_t index, std::uint64_t owner);
void give(Block* block) noexcept;
void set_cache_limit(std::size_t bytes);
[[nodiscard]] std::size_t mapped_bytes();
[[nodiscard]] std::size_t cached_bytes();

}  // namespace cloister::engine::large_pool
