// Whose memory a block is.
#pragma once

#include <cstdint>

#include "cloister/engine/instance_context.h"

namespace cloister::engine {

// The account of one instance together with a number that is never used again, by which a block remembers its last
// owner. Made and given back through TensorAllocator; freed once the last block charged to it is.
// Thread safety: as MemoryAccount.
struct MemoryOwner {
  MemoryAccount account;
  std::uint64_t id = 0;
};

// Numbers that no owner has.
inline constexpr std::uint64_t kNobody = 0;                 // allocated outside of any instance
inline constexpr std::uint64_t kFresh = ~std::uint64_t{0};  // never handed out: the system's zeros

}  // namespace cloister::engine
