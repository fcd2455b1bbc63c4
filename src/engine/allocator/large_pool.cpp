#include "allocator/large_pool.h"

#include <array>
#include <mutex>
#include <new>
#include <utility>

#include "allocator/pages.h"

namespace cloister::engine::large_pool {
namespace {

// A block of one of the next classes will do: up to 27 % slack in place of a new mapping.
constexpr std::uint32_t kClassesTried = 3;
// How far a list is searched for a block of the same owner, which need not be zeroed.
constexpr int kBlocksTried = 16;

std::size_t mapping_size(std::uint32_t index) { return round_up(sizeof(Block) + class_size(index), kPageSize); }

struct List {
  Block* first = nullptr;  // freed last
  Block* last = nullptr;
};

class Pool {
 public:
  Block* take(std::uint32_t index, std::uint64_t owner) {
    {
      const std::lock_guard lock(mutex_);
      if (Block* block = find(index, owner)) {
        unlink(block);
        cached_ -= mapping_size(block->index);
        return block;
      }
    }
    void* pages = map_pages(mapping_size(index));
    if (pages == nullptr) {
      release(evict(0));
      pages = map_pages(mapping_size(index));
      if (pages == nullptr) return nullptr;
    }
    const std::lock_guard lock(mutex_);
    mapped_ += mapping_size(index);
    auto* block = new (pages) Block;
    block->index = index;
    return block;
  }

  void give(Block* block) {
    Block* evicted = nullptr;
    {
      const std::lock_guard lock(mutex_);
      block->freed_at = ++clock_;
      link(block);
      cached_ += mapping_size(block->index);
      if (cached_ > limit_) evicted = evict_locked(limit_);
    }
    release(evicted);
  }

  void set_limit(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      limit_ = bytes;
    }
    release(evict(bytes));
  }

  std::pair<std::size_t, std::size_t> mapped_and_cached() {
    const std::lock_guard lock(mutex_);
    return {mapped_, cached_};
  }

 private:
  Block* find(std::uint32_t index, std::uint64_t owner) {
    Block* any = nullptr;
    for (std::uint32_t i = index; i < index + kClassesTried && i < kClasses; ++i) {
      int tried = 0;
      for (Block* block = lists_[i].first; block != nullptr && tried < kBlocksTried; block = block->next, ++tried) {
        if (block->last_owner == owner) return block;
        if (any == nullptr) any = block;
      }
    }
    return any;
  }

  void link(Block* block) {
    List& list = lists_[block->index];
    block->previous = nullptr;
    block->next = list.first;
    (list.first != nullptr ? list.first->previous : list.last) = block;
    list.first = block;
  }

  void unlink(Block* block) {
    List& list = lists_[block->index];
    (block->previous != nullptr ? block->previous->next : list.first) = block->next;
    (block->next != nullptr ? block->next->previous : list.last) = block->previous;
  }

  Block* evict(std::size_t keep) {
    const std::lock_guard lock(mutex_);
    return evict_locked(keep);
  }

  // Takes the longest unused blocks out until at most `keep` bytes are cached; a chain for release().
  Block* evict_locked(std::size_t keep) {
    Block* chain = nullptr;
    while (cached_ > keep) {
      Block* oldest = nullptr;
      for (const List& list : lists_) {
        if (list.last != nullptr && (oldest == nullptr || list.last->freed_at < oldest->freed_at)) oldest = list.last;
      }
      unlink(oldest);
      cached_ -= mapping_size(oldest->index);
      mapped_ -= mapping_size(oldest->index);
      oldest->next = chain;
      chain = oldest;
    }
    return chain;
  }

  // Outside of the lock: the system calls take long.
  static void release(Block* chain) {
    while (chain != nullptr) {
      Block* next = chain->next;
      const std::size_t size = mapping_size(chain->index);
      ASAN_UNPOISON_MEMORY_REGION(chain, size);
      unmap_pages(chain, size);
      chain = next;
    }
  }

  std::mutex mutex_;
  std::array<List, kClasses> lists_{};
  std::size_t mapped_ = 0;
  std::size_t cached_ = 0;
  std::size_t limit_ = std::size_t{1} << 30;
  std::uint64_t clock_ = 0;
};

Pool& pool() {
  static auto* const the = new Pool;  // tensors may be freed after static destructors ran
  return *the;
}

}  // namespace

Block* take(std::uint32_t index, std::uint64_t owner) { return pool().take(index, owner); }
void give(Block* block) noexcept { pool().give(block); }
void set_cache_limit(std::size_t bytes) { pool().set_limit(bytes); }
std::size_t mapped_bytes() { return pool().mapped_and_cached().first; }
std::size_t cached_bytes() { return pool().mapped_and_cached().second; }

}  // namespace cloister::engine::large_pool
