// The tensor allocator: charging, limits, hand-over between owners, threads.
#include "allocator/tensor_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "allocator/size_class.h"

namespace cloister::engine {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

TensorAllocator& allocator() { return TensorAllocator::instance(); }

struct CloseOwner {
  void operator()(MemoryOwner* owner) const { allocator().close_owner(owner); }
};
using Owner = std::unique_ptr<MemoryOwner, CloseOwner>;
Owner open_owner(std::int64_t limit = kNoLimit) { return Owner(allocator().open_owner(limit)); }

std::uint8_t* take(std::size_t bytes, const Owner& owner) {
  Result<void*> data = allocator().allocate(bytes, owner.get());
  EXPECT_TRUE(data.has_value());
  return static_cast<std::uint8_t*>(*data);
}

bool all_zero(const std::uint8_t* data, std::size_t size) {
  return std::all_of(data, data + size, [](std::uint8_t byte) { return byte == 0; });
}

TEST(SizeClass, HoldsEverySizeWithAtMostAnEighthOfSlack) {
  for (std::size_t size = kAlignment; size <= (std::size_t{1} << 22); size += kAlignment) {
    const std::uint32_t index = size_class(size);
    ASSERT_GE(class_size(index), size);
    ASSERT_LE(class_size(index), std::max(size + size / 8, size + kAlignment)) << size;
    ASSERT_TRUE(index == 0 || class_size(index - 1) < size) << size;
    ASSERT_EQ(size_class(class_size(index)), index);
  }
  EXPECT_EQ(class_size(size_class(kLargestBlock)), kLargestBlock);
}

TEST(Allocator, ChargesWhatIsTakenUntilItIsFreed) {
  const Owner owner = open_owner();
  std::uint8_t* small = take(100, owner);
  EXPECT_EQ(owner->account.bytes, 128);
  std::uint8_t* large = take(kMiB, owner);
  EXPECT_EQ(owner->account.bytes, 128 + kMiB);
  allocator().free(small);
  allocator().free(large);
  EXPECT_EQ(owner->account.bytes, 0);
  EXPECT_EQ(owner->account.peak_bytes, 128 + kMiB);
}

TEST(Allocator, AlignsEverySize) {
  const Owner owner = open_owner();
  for (const std::size_t size : {1U, 64U, 65U, 4096U, 65536U, 65537U, 5000000U}) {
    std::uint8_t* data = take(size, owner);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data) % kAlignment, 0U);
    std::memset(data, 1, size);
    allocator().free(data);
  }
}

TEST(Allocator, NothingIsTakenForNoBytes) {
  const Owner owner = open_owner();
  EXPECT_EQ(take(0, owner), nullptr);
  allocator().free(nullptr);
}

TEST(Allocator, RefusesBeyondTheLimitWithASentenceThatNamesTheFlag) {
  const Owner owner = open_owner(kMiB);
  std::uint8_t* half = take(kMiB / 2, owner);
  const Result<void*> more = allocator().allocate(kMiB, owner.get());
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().code, ErrorCode::quota_exceeded);
  EXPECT_EQ(more.error().message,
            "1 MiB of tensor memory were asked for while 512 KiB of at most 1 MiB are in use; raise the limit with "
            "--limit tensors=SIZE");
  EXPECT_EQ(owner->account.bytes, kMiB / 2);
  std::uint8_t* rest = take(kMiB / 2, owner);
  allocator().free(half);
  allocator().free(rest);
}

TEST(Allocator, RefusesSizesThatNoMachineHas) {
  const Owner owner = open_owner();
  for (const std::size_t size : {kLargestBlock + 1, std::size_t{1} << 63, ~std::size_t{0}}) {
    const Result<void*> data = allocator().allocate(size, owner.get());
    ASSERT_FALSE(data.has_value());
    EXPECT_EQ(data.error().code, ErrorCode::quota_exceeded);
  }
  EXPECT_EQ(owner->account.bytes, 0);
}

TEST(Allocator, RefusesAfterTheDeadline) {
  const Owner owner = open_owner();
  owner->account.deadline = std::chrono::steady_clock::now().time_since_epoch().count() - 1'000'000'000;
  const Result<void*> data = allocator().allocate(64, owner.get());
  ASSERT_FALSE(data.has_value());
  EXPECT_EQ(data.error().code, ErrorCode::quota_exceeded);
  EXPECT_NE(data.error().message.find("--limit time="), std::string::npos);
  owner->account.deadline = std::chrono::steady_clock::now().time_since_epoch().count() + 60'000'000'000;
  allocator().free(take(64, owner));
}

// Whatever the size, an owner never sees what another one left behind.
TEST(Allocator, ZeroesWhatPassesFromOneOwnerToAnother) {
  for (const std::size_t size : {64U, 1000U, 60000U, 100000U, 3000000U}) {
    const Owner first = open_owner();
    const Owner second = open_owner();
    for (int round = 0; round < 20; ++round) {
      std::vector<std::uint8_t*> blocks;
      for (int i = 0; i < 4; ++i) blocks.push_back(take(size, first));
      for (std::uint8_t* block : blocks) std::memset(block, 0xAB, size);
      for (std::uint8_t* block : blocks) allocator().free(block);
      blocks.clear();
      for (int i = 0; i < 6; ++i) blocks.push_back(take(size, second));
      for (std::uint8_t* block : blocks) ASSERT_TRUE(all_zero(block, size)) << size;
      for (std::uint8_t* block : blocks) allocator().free(block);
    }
  }
}

TEST(Allocator, MemoryOfNobodyIsZeroEachTime) {
  for (int round = 0; round < 3; ++round) {
    Result<void*> data = allocator().allocate(1000, nullptr);
    ASSERT_TRUE(data.has_value());
    EXPECT_TRUE(all_zero(static_cast<std::uint8_t*>(*data), 1000));
    std::memset(*data, 0xCD, 1000);
    allocator().free(*data);
  }
}

TEST(Allocator, BlocksOutliveTheirOwner) {
  Owner owner = open_owner();
  std::uint8_t* data = take(5000, owner);
  owner.reset();
  std::memset(data, 1, 5000);
  allocator().free(data);
  const Owner next = open_owner();  // sweeps the closed one
  EXPECT_EQ(next->account.bytes, 0);
}

#if !defined(CLOISTER_GUARD_PAGES)
TEST(Allocator, KeepsLargeBlocksUpToItsCacheLimit) {
  allocator().set_cache_limit(0);
  EXPECT_EQ(allocator().use().cached_bytes, 0U);
  allocator().set_cache_limit(static_cast<std::size_t>(64 * kMiB));
  const Owner owner = open_owner();
  const std::size_t before = allocator().use().mapped_bytes;
  std::vector<std::uint8_t*> blocks;
  for (int i = 0; i < 16; ++i) blocks.push_back(take(static_cast<std::size_t>(8 * kMiB), owner));
  for (std::uint8_t* block : blocks) allocator().free(block);
  const AllocatorUse use = allocator().use();
  EXPECT_LE(use.cached_bytes, static_cast<std::size_t>(64 * kMiB));
  EXPECT_GT(use.cached_bytes, static_cast<std::size_t>(48 * kMiB));
  EXPECT_EQ(use.mapped_bytes - before, use.cached_bytes);
  // What is cached serves again without new mappings.
  std::uint8_t* again = take(static_cast<std::size_t>(8 * kMiB), owner);
  EXPECT_EQ(allocator().use().mapped_bytes, use.mapped_bytes);
  allocator().free(again);
  allocator().set_cache_limit(std::size_t{1} << 30);
}
#endif

TEST(Allocator, BlocksMayBeFreedByAnotherThread) {
  const Owner owner = open_owner();
  for (int round = 0; round < 20; ++round) {
    std::vector<std::uint8_t*> blocks;
    for (int i = 0; i < 200; ++i) blocks.push_back(take(static_cast<std::size_t>(64 + 997 * i), owner));
    std::thread([&] {
      for (std::uint8_t* block : blocks) allocator().free(block);
    }).join();
  }
  EXPECT_EQ(owner->account.bytes, 0);
}

// Threads that take, fill, hand to each other and free: no block is given out twice, none shows foreign bytes.
TEST(Allocator, SurvivesManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 3000;
  const Owner shared = open_owner();
  std::array<std::atomic<std::uint8_t*>, 64> exchange{};
  std::atomic<int> failures{0};
  const auto work = [&](unsigned seed) {
    const Owner own = open_owner();
    std::minstd_rand random(seed);
    std::vector<std::pair<std::uint8_t*, std::size_t>> held;
    for (int i = 0; i < kRounds; ++i) {
      const std::size_t size = std::size_t{64} << (random() % 12);
      std::uint8_t* data = take(size, own);
      std::memset(data, static_cast<int>(seed), size);
      held.emplace_back(data, size);
      if (held.size() > 16) {
        const auto [block, length] = held.front();
        held.erase(held.begin());
        if (std::any_of(block, block + length, [&](std::uint8_t byte) { return byte != seed; })) ++failures;
        allocator().free(block);
      }
      std::uint8_t* fresh = take(256, shared);
      if (std::uint8_t* other = exchange[random() % exchange.size()].exchange(fresh)) allocator().free(other);
    }
    for (const auto& [block, length] : held) allocator().free(block);
    if (own->account.bytes != 0) ++failures;
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i <= kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  for (auto& slot : exchange) allocator().free(slot.load());
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(shared->account.bytes, 0);
}

TEST(Allocator, PeakIsTheMostThatWasInUse) {
  const Owner owner = open_owner();
  for (int i = 0; i < 3; ++i) allocator().free(take(1024, owner));
  EXPECT_EQ(owner->account.peak_bytes, 1024);
}

TEST(FormatBytes, ChoosesTheUnit) {
  EXPECT_EQ(format_bytes(0), "0 bytes");
  EXPECT_EQ(format_bytes(1023), "1023 bytes");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(std::uint64_t{3} << 30), "3 GiB");
}

#if defined(CLOISTER_GUARD_PAGES) && !defined(__SANITIZE_THREAD__)
TEST(GuardPagesDeathTest, FaultOnWhatLiesOutside) {
  const Owner owner = open_owner();
  std::uint8_t* data = take(4096, owner);
  EXPECT_DEATH(static_cast<volatile std::uint8_t*>(data)[4096] = 1, "");
  EXPECT_DEATH(static_cast<volatile std::uint8_t*>(data)[-4096 - 64] = 1, "");
  allocator().free(data);
  EXPECT_DEATH(static_cast<volatile std::uint8_t*>(data)[0] = 1, "");
}
#endif

}  // namespace
}  // namespace cloister::engine
