#include "allocator/small_pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>

#include "allocator/pages.h"

namespace cloister::engine::small_pool {
namespace {

constexpr std::size_t kSlab = std::size_t{1} << 20;
// How many blocks a thread takes from or gives to the shared list at once, and half of what it keeps.
constexpr std::uint32_t batch_of(std::uint32_t index) {
  return static_cast<std::uint32_t>(std::clamp<std::size_t>((std::size_t{128} << 10) / class_size(index), 2, 64));
}

struct SharedList {
  std::mutex mutex;
  Block* head = nullptr;
};

struct Shared {
  std::array<SharedList, kSmallClasses> lists;
  std::mutex slab_mutex;
  std::uint8_t* slab = nullptr;
  std::size_t slab_left = 0;
  std::atomic<std::size_t> mapped{0};
};

Shared& shared() {
  static auto* const the = new Shared;  // tensors may be freed after static destructors ran
  return *the;
}

// A block that was never used. The rest of a slab that is too small for it is dropped: at most 6 % of the slab.
Block* carve(std::uint32_t index) {
  Shared& pool = shared();
  const std::size_t size = sizeof(Block) + class_size(index);
  const std::lock_guard lock(pool.slab_mutex);
  if (pool.slab_left < size) {
    void* pages = map_pages(kSlab);
    if (pages == nullptr) return nullptr;
    pool.slab = static_cast<std::uint8_t*>(pages);
    pool.slab_left = kSlab;
    pool.mapped.fetch_add(kSlab, std::memory_order_relaxed);
  }
  auto* block = new (pool.slab) Block;
  block->index = index;
  pool.slab += size;
  pool.slab_left -= size;
  return block;
}

struct ThreadCache {
  std::array<Block*, kSmallClasses> heads{};
  std::array<std::uint32_t, kSmallClasses> counts{};

  void flush(std::uint32_t index, std::uint32_t keep) {
    if (counts[index] <= keep) return;
    Block* first = heads[index];
    Block* last = first;
    while (--counts[index] > keep) last = last->next;
    heads[index] = last->next;
    SharedList& list = shared().lists[index];
    const std::lock_guard lock(list.mutex);
    last->next = list.head;
    list.head = first;
  }

  bool refill(std::uint32_t index) {
    SharedList& list = shared().lists[index];
    {
      const std::lock_guard lock(list.mutex);
      for (std::uint32_t n = batch_of(index); n > 0 && list.head != nullptr; --n) {
        Block* block = list.head;
        list.head = block->next;
        push(block);
      }
    }
    if (heads[index] == nullptr) {
      if (Block* block = carve(index)) push(block);
    }
    return heads[index] != nullptr;
  }

  void push(Block* block) {
    block->next = heads[block->index];
    heads[block->index] = block;
    ++counts[block->index];
  }
};

// The plain pointer is what every call reads: initial-exec, without the guard and the call that a thread_local object
// with a destructor costs. The guardian empties the cache when the thread ends.
#if defined(__GNUC__)
__attribute__((tls_model("initial-exec")))
#endif
thread_local ThreadCache* t_cache = nullptr;
thread_local bool t_ended = false;

struct Guardian {
  ThreadCache cache;
  Guardian() { t_cache = &cache; }
  ~Guardian() {
    t_cache = nullptr;
    t_ended = true;
    for (std::uint32_t index = 0; index < kSmallClasses; ++index) cache.flush(index, 0);
  }
};

ThreadCache* this_thread() {
  if (t_ended) return nullptr;
  thread_local Guardian guardian;
  return &guardian.cache;
}

Block* take_shared(std::uint32_t index) {
  SharedList& list = shared().lists[index];
  {
    const std::lock_guard lock(list.mutex);
    if (Block* block = list.head; block != nullptr) {
      list.head = block->next;
      return block;
    }
  }
  return carve(index);
}

}  // namespace

Block* take(std::uint32_t index) {
  ThreadCache* cache = t_cache;
  if (cache == nullptr) [[unlikely]] {
    cache = this_thread();
    if (cache == nullptr) return take_shared(index);
  }
  if (cache->heads[index] == nullptr && !cache->refill(index)) return nullptr;
  Block* block = cache->heads[index];
  cache->heads[index] = block->next;
  --cache->counts[index];
  return block;
}

void give(Block* block) noexcept {
  const std::uint32_t index = block->index;
  ThreadCache* cache = t_cache;
  if (cache == nullptr) [[unlikely]] {
    cache = this_thread();
    if (cache == nullptr) {
      SharedList& list = shared().lists[index];
      const std::lock_guard lock(list.mutex);
      block->next = list.head;
      list.head = block;
      return;
    }
  }
  cache->push(block);
  const std::uint32_t batch = batch_of(index);
  if (cache->counts[index] > 2 * batch) cache->flush(index, batch);
}

std::size_t mapped_bytes() { return shared().mapped.load(std::memory_order_relaxed); }

}  // namespace cloister::engine::small_pool
