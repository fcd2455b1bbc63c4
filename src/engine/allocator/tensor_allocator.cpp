#include "allocator/tensor_allocator.h"

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#include "allocator/block.h"
#include "allocator/large_pool.h"
#include "allocator/pages.h"
#include "allocator/small_pool.h"

namespace cloister::engine {
namespace {

using Rep = std::chrono::steady_clock::rep;
static_assert(std::is_same_v<std::chrono::steady_clock::period, std::nano>);

// No memory is written faster than a byte in 2^-kWriteShift nanoseconds: what is asked for late and is large could not
// be used before the deadline.
constexpr int kWriteShift = 10;

// Whether `bytes` cannot be taken and filled before the deadline. The kernel's tick (1 to 4 ms) is fine enough for it
// and five times cheaper to read than the exact clock, with which it shares its origin.
bool deadline_passed(const MemoryAccount& account, std::uint64_t bytes) {
  const Rep deadline = account.deadline.load(std::memory_order_relaxed);
  if (deadline == std::numeric_limits<Rep>::max()) return false;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<Rep>(now.tv_sec) * 1'000'000'000 + now.tv_nsec + static_cast<Rep>(bytes >> kWriteShift) >=
         deadline;
}

Error time_is_over(const MemoryAccount& account) {
  if (account.cpu_left.load(std::memory_order_relaxed) <= 0) {
    return {ErrorCode::quota_exceeded, "the run's CPU time is over; allow it more with --limit cpu=TIME"};
  }
  return {ErrorCode::quota_exceeded, "the run's time is over; allow it more with --limit time=TIME"};
}

Error limit_reached(std::uint64_t bytes, std::int64_t in_use, std::int64_t limit) {
  return {ErrorCode::quota_exceeded,
          fmt::format("{} of tensor memory were asked for while {} of at most {} are in use; raise the limit with "
                      "--limit tensors=SIZE",
                      format_bytes(bytes), format_bytes(static_cast<std::uint64_t>(in_use)),
                      format_bytes(static_cast<std::uint64_t>(limit)))};
}

Error machine_is_full(std::uint64_t bytes) {
  return {ErrorCode::quota_exceeded,
          fmt::format("the machine has no memory left for a tensor of {}; use smaller batches", format_bytes(bytes))};
}

// Adds `bytes` to what the account has in use, unless that would pass its limit or deadline.
Result<void> charge(MemoryAccount& account, std::uint64_t bytes) {
  if (deadline_passed(account, bytes)) [[unlikely]]
    return Unexpected(time_is_over(account));
  const auto more = static_cast<std::int64_t>(bytes);
  const std::int64_t before = account.bytes.fetch_add(more, std::memory_order_relaxed);
  if (before > account.limit_bytes - more) [[unlikely]] {
    account.bytes.fetch_sub(more, std::memory_order_relaxed);
    return Unexpected(limit_reached(bytes, before, account.limit_bytes));
  }
  std::int64_t peak = account.peak_bytes.load(std::memory_order_relaxed);
  while (before + more > peak && !account.peak_bytes.compare_exchange_weak(peak, before + more)) {
  }
  return {};
}

#if defined(CLOISTER_GUARD_PAGES)

// The data ends where the inaccessible page begins, up to alignment.
std::size_t guarded_size(const Block& block) { return round_up(sizeof(Block) + block.charge, kPageSize); }

Block* take_block(std::uint64_t bytes, std::uint64_t) {
  const std::size_t size = round_up(sizeof(Block) + bytes, kPageSize);
  void* pages = map_guarded(size);
  if (pages == nullptr) return nullptr;
  return new (static_cast<std::uint8_t*>(pages) + size - bytes - sizeof(Block)) Block;
}

void give_block(Block* block) noexcept {
  const std::size_t size = guarded_size(*block);
  unmap_guarded(static_cast<std::uint8_t*>(block->data()) + block->charge - size, size);
}

#else

Block* take_block(std::uint64_t bytes, std::uint64_t owner) {
  const std::uint32_t index = size_class(bytes);
  Block* block = index < kSmallClasses ? small_pool::take(index) : large_pool::take(index, owner);
  if (block == nullptr) return nullptr;
  ASAN_UNPOISON_MEMORY_REGION(block->data(), block->capacity());
  if (block->last_owner != kFresh && (block->last_owner != owner || owner == kNobody)) {
    std::memset(block->data(), 0, block->capacity());
  }
  block->last_owner = owner;
  ASAN_POISON_MEMORY_REGION(static_cast<std::uint8_t*>(block->data()) + bytes, block->capacity() - bytes);
  return block;
}

void give_block(Block* block) noexcept {
  ASAN_POISON_MEMORY_REGION(block->data(), block->capacity());
  if (block->index < kSmallClasses) {
    small_pool::give(block);
  } else {
    large_pool::give(block);
  }
}

#endif

}  // namespace

struct TensorAllocator::Owners {
  std::mutex mutex;
  std::uint64_t next_id = kNobody + 1;
  std::vector<MemoryOwner*> closed;
};

TensorAllocator::TensorAllocator() : owners_(new Owners) {}

TensorAllocator& TensorAllocator::instance() {
  static auto* const the = new TensorAllocator;
  return *the;
}

MemoryOwner* TensorAllocator::open_owner(std::int64_t limit_bytes) {
  auto* owner = new MemoryOwner;
  owner->account.limit_bytes = limit_bytes;
  const std::lock_guard lock(owners_->mutex);
  owner->id = owners_->next_id++;
  // The last thing that freeing does to an owner is to lower `bytes`, and a closed owner takes no more: at zero nobody
  // looks at it again.
  std::erase_if(owners_->closed, [](MemoryOwner* closed) {
    if (closed->account.bytes.load(std::memory_order_acquire) != 0) return false;
    delete closed;
    return true;
  });
  return owner;
}

void TensorAllocator::close_owner(MemoryOwner* owner) {
  const std::lock_guard lock(owners_->mutex);
  if (owner->account.bytes.load(std::memory_order_acquire) == 0) {
    delete owner;
  } else {
    owners_->closed.push_back(owner);
  }
}

Result<void*> TensorAllocator::allocate(std::size_t bytes, MemoryOwner* owner) {
  if (bytes == 0) return nullptr;
  if (bytes > kLargestBlock) return Unexpected(machine_is_full(bytes));
  const std::uint64_t size = round_up(bytes, kAlignment);
  if (owner != nullptr) CLOISTER_CHECK(charge(owner->account, size));
  Block* block = take_block(size, owner != nullptr ? owner->id : kNobody);
  if (block == nullptr) [[unlikely]] {
    if (owner != nullptr) owner->account.bytes.fetch_sub(static_cast<std::int64_t>(size), std::memory_order_release);
    return Unexpected(machine_is_full(bytes));
  }
  block->owner = owner;
  block->charge = size;
  return block->data();
}

void TensorAllocator::free(void* data) noexcept {
  if (data == nullptr) return;
  Block* block = Block::of(data);
  if (MemoryOwner* owner = block->owner; owner != nullptr) {
    owner->account.bytes.fetch_sub(static_cast<std::int64_t>(block->charge), std::memory_order_release);
  }
  give_block(block);
}

void TensorAllocator::set_cache_limit(std::size_t bytes) { large_pool::set_cache_limit(bytes); }

AllocatorUse TensorAllocator::use() const {
  return {large_pool::mapped_bytes() + small_pool::mapped_bytes(), large_pool::cached_bytes()};
}

Result<void> charge(std::uint64_t bytes, MemoryOwner& owner) { return charge(owner.account, bytes); }

void discharge(std::uint64_t bytes, MemoryOwner& owner) noexcept {
  owner.account.bytes.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_release);
}

void set_deadline(MemoryAccount& account, std::chrono::steady_clock::time_point deadline) {
  // One number says whether the owner's time is over, so that allocations look at no other.
  if (account.cpu_left.load(std::memory_order_relaxed) <= 0) return;
  account.deadline.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
}

void set_cpu_left(MemoryAccount& account, std::chrono::nanoseconds left) {
  account.cpu_left.store(left.count(), std::memory_order_relaxed);
  if (left.count() <= 0) account.deadline.store(std::numeric_limits<Rep>::min(), std::memory_order_relaxed);
}

Result<void> may_allocate(std::uint64_t bytes, const MemoryOwner* owner) {
  if (bytes > kLargestBlock) return Unexpected(machine_is_full(bytes));
  if (owner == nullptr) return {};
  const MemoryAccount& account = owner->account;
  if (deadline_passed(account, bytes)) return Unexpected(time_is_over(account));
  const std::int64_t in_use = account.bytes.load(std::memory_order_relaxed);
  if (in_use > account.limit_bytes - static_cast<std::int64_t>(bytes)) {
    return Unexpected(limit_reached(bytes, in_use, account.limit_bytes));
  }
  return {};
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return fmt::format("{:.4g} {}", value, units[unit]);
}

}  // namespace cloister::engine
