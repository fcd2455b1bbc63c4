// The host objects behind a guest's handles.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/sandbox/binding.h"

namespace cloister::sandbox {

// How many handles an instance may hold, over all its tables. Thread safety: none.
class HandleQuota {
 public:
  explicit HandleQuota(std::uint32_t limit) : limit_(limit) {}
  HandleQuota(const HandleQuota&) = delete;
  HandleQuota& operator=(const HandleQuota&) = delete;

  [[nodiscard]] std::uint32_t limit() const { return limit_; }
  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] std::uint32_t peak() const { return peak_; }

  [[nodiscard]] bool acquire() {
    if (used_ >= limit_) return false;
    if (++used_ > peak_) peak_ = used_;
    return true;
  }
  void release(std::uint32_t count = 1) { used_ -= count; }

 private:
  std::uint32_t limit_;
  std::uint32_t used_ = 0;
  std::uint32_t peak_ = 0;
};

// The sentence for a quota that is full.
[[nodiscard]] Unexpected<Error> fail_handles(std::uint32_t limit);

// Objects of one kind that belong to one instance and die with the table. Wasmtime already keeps a guest from forging
// a handle; the number behind it (rep) is checked again here: 20 bits of index, 12 of generation, which start at
// another value in each table, so a stale or foreign one is found out unless 4,095 reuses of its slot lie between.
// insert, find and take are O(1); pointers stay valid until their object is taken. Thread safety: none.
template <class R, class Object>
class ResourceTable {
 public:
  // `quota` must outlive the table.
  explicit ResourceTable(HandleQuota& quota) : quota_(quota), first_generation_(next_first_generation()) {}
  ResourceTable(const ResourceTable&) = delete;
  ResourceTable& operator=(const ResourceTable&) = delete;
  ~ResourceTable() { quota_.release(size_); }

  // A handle that owns the object. Errors: quota_exceeded; the object is destroyed then.
  Result<Own<R>> insert(Object object) {
    if (free_ == kNone && slots_ == kMaxSlots) return fail_handles(kMaxSlots);
    if (!quota_.acquire()) return fail_handles(quota_.limit());
    if (free_ == kNone) grow();
    const std::uint32_t index = free_;
    Slot& slot = at(index);
    slot.object.emplace(std::move(object));
    free_ = slot.next_free;
    slot.rep = slot.generation << kIndexBits | index;
    ++size_;
    return Own<R>(slot.rep);
  }

  // The object, or nullptr when the handle is not one of this table's.
  [[nodiscard]] Object* find(Borrow<R> handle) { return find_rep(handle.rep_); }
  [[nodiscard]] Object* find(const Own<R>& handle) { return find_rep(handle.rep_); }

  // The object, out of the table, or nothing when the handle is not one of this table's.
  std::optional<Object> take(Own<R> handle) {
    if (find_rep(handle.rep_) == nullptr) return std::nullopt;
    const std::uint32_t index = handle.rep_ & kIndexMask;
    Slot& slot = at(index);
    std::optional<Object> object = std::move(slot.object);
    slot.object.reset();
    slot.rep = 0;
    slot.generation = slot.generation == kMaxGeneration ? 1 : slot.generation + 1;
    slot.next_free = free_;
    free_ = index;
    --size_;
    quota_.release();
    return object;
  }

  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kIndexBits = 20;
  static constexpr std::uint32_t kIndexMask = (1U << kIndexBits) - 1;
  static constexpr std::uint32_t kMaxSlots = kIndexMask + 1;
  static constexpr std::uint32_t kMaxGeneration = (1U << (32 - kIndexBits)) - 1;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kChunk = 64;

  struct Slot {
    std::uint32_t rep = 0;  // 0: free; no handle has it, generations start at 1
    std::uint32_t generation = 1;
    std::uint32_t next_free = kNone;
    std::optional<Object> object;
  };

  Object* find_rep(std::uint32_t rep) {
    const std::uint32_t index = rep & kIndexMask;
    if (index >= slots_ || rep == 0) return nullptr;
    Slot& slot = at(index);
    return slot.rep == rep ? &*slot.object : nullptr;
  }
  Slot& at(std::uint32_t index) { return (*chunks_[index / kChunk])[index % kChunk]; }

  void grow() {
    auto& chunk = *chunks_.emplace_back(std::make_unique<std::array<Slot, kChunk>>());
    for (std::uint32_t i = kChunk; i-- > 0;) {
      chunk[i].generation = first_generation_;
      chunk[i].next_free = free_;
      free_ = slots_ + i;
    }
    slots_ += kChunk;
  }

  static std::uint32_t next_first_generation() {
    static std::atomic<std::uint32_t> count{0};
    return count.fetch_add(1, std::memory_order_relaxed) % kMaxGeneration + 1;
  }

  HandleQuota& quota_;
  std::uint32_t first_generation_;
  std::uint32_t slots_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t free_ = kNone;
  std::vector<std::unique_ptr<std::array<Slot, kChunk>>> chunks_;
};

}  // namespace cloister::sandbox
