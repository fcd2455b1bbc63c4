// The memory of tensors: pooled, charged to the instance that asked for it, and never showing one instance the bytes
// of another.
//
// Blocks of up to 64 KiB come from slabs and are cached by each thread; larger ones are mappings, kept after they are
// freed (up to set_cache_limit) because giving memory back to the system and faulting it in again costs more than most
// operators. A block remembers its last owner: it is zeroed when it goes to another one, and handed back as it is to
// the same one. Memory fresh from the system holds zeros.
//
// Built with CLOISTER_GUARD_PAGES every block is a mapping between inaccessible pages, unmapped as soon as it is freed,
// so that a kernel that reads or writes outside of a tensor, or after it was freed, faults at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "allocator/memory_owner.h"
#include "cloister/base/result.h"

namespace cloister::engine {

// What of the machine's memory the allocator holds.
struct AllocatorUse {
  std::size_t mapped_bytes = 0;  // all mappings, in use and cached
  std::size_t cached_bytes = 0;  // large blocks kept for reuse
};

// One for each program or shared object that holds this code; it lives until the process ends, since tensors may be
// freed that late.
// Thread safety: any thread; a block may be freed by another thread than took it.
class TensorAllocator {
 public:
  static TensorAllocator& instance();

  // An owner with `limit_bytes`. close_owner when its instance is gone; blocks charged to it may outlive that.
  MemoryOwner* open_owner(std::int64_t limit_bytes);
  void close_owner(MemoryOwner* owner);

  // `bytes` of memory aligned to 64 bytes; null for 0 bytes. What is charged is `bytes` rounded up to 64. With
  // `owner` null nobody is charged and the memory holds zeros.
  // Errors: quota_exceeded when the owner's limit, deadline or CPU time would be passed, or the system has no memory
  // left.
  Result<void*> allocate(std::size_t bytes, MemoryOwner* owner);
  // REQUIRES: `data` came from allocate (or is null) and was not freed since.
  void free(void* data) noexcept;

  // Large blocks beyond this much memory go back to the system, the longest unused first. Initially 1 GiB.
  void set_cache_limit(std::size_t bytes);
  [[nodiscard]] AllocatorUse use() const;

  TensorAllocator(const TensorAllocator&) = delete;
  TensorAllocator& operator=(const TensorAllocator&) = delete;

 private:
  TensorAllocator();
  ~TensorAllocator() = default;

  struct Owners;
  Owners* owners_;
};

// Charges `bytes` for something of the owner's that is not in the allocator's memory, until discharge.
// Errors: quota_exceeded, as allocate.
Result<void> charge(std::uint64_t bytes, MemoryOwner& owner);
void discharge(std::uint64_t bytes, MemoryOwner& owner) noexcept;

// `deadline` and `left` for the account; of these the account's own fields may not be set otherwise.
void set_deadline(MemoryAccount& account, std::chrono::steady_clock::time_point deadline);
void set_cpu_left(MemoryAccount& account, std::chrono::nanoseconds left);

// Why `owner` may not take `bytes` more, or nothing: the check of allocate without taking memory, for what is known to
// be too large before anything is computed.
Result<void> may_allocate(std::uint64_t bytes, const MemoryOwner* owner);

// "1.5 GiB", "12 bytes".
std::string format_bytes(std::uint64_t bytes);

}  // namespace cloister::engine
