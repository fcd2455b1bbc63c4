#include "cloister/sandbox/resource_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace cloister::sandbox {
struct Tag;

namespace binding {
// Plays the guest's part: handles with any number.
template <>
struct Codec<Borrow<Tag>> {
  static Borrow<Tag> make(std::uint32_t rep) { return Borrow<Tag>(rep); }
};
template <>
struct Codec<Own<Tag>> {
  static Own<Tag> make(std::uint32_t rep) { return Own<Tag>(rep); }
  static std::uint32_t rep(const Own<Tag>& handle) { return handle.rep_; }
};
}  // namespace binding

namespace {

using Lend = binding::Codec<Borrow<Tag>>;
using Give = binding::Codec<Own<Tag>>;

TEST(ResourceTable, InsertFindTake) {
  HandleQuota quota(10);
  ResourceTable<Tag, std::string> table(quota);
  const std::uint32_t a = Give::rep(*table.insert("a"));
  const std::uint32_t b = Give::rep(*table.insert("b"));
  EXPECT_EQ(*table.find(Lend::make(a)), "a");
  EXPECT_EQ(*table.find(Lend::make(b)), "b");
  EXPECT_EQ(table.take(Give::make(a)), "a");
  EXPECT_EQ(table.find(Lend::make(a)), nullptr);
  EXPECT_EQ(table.size(), 1U);
}

TEST(ResourceTable, AStaleHandleIsFoundOut) {
  HandleQuota quota(10);
  ResourceTable<Tag, int> table(quota);
  const std::uint32_t first = Give::rep(*table.insert(1));
  ASSERT_TRUE(table.take(Give::make(first)));
  for (int i = 0; i < 100; ++i) {
    const std::uint32_t next = Give::rep(*table.insert(2));
    EXPECT_NE(next, first);
    EXPECT_EQ(next & 0xfffffU, first & 0xfffffU) << "the slot is used again";
    EXPECT_EQ(table.find(Lend::make(first)), nullptr);
    EXPECT_FALSE(table.take(Give::make(first)));
    ASSERT_TRUE(table.take(Give::make(next)));
  }
}

TEST(ResourceTable, GenerationsWrapWithoutBecomingZero) {
  HandleQuota quota(2);
  ResourceTable<Tag, int> table(quota);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint32_t rep = Give::rep(*table.insert(i));
    EXPECT_NE(rep, 0U);
    ASSERT_EQ(table.take(Give::make(rep)), i);
  }
}

TEST(ResourceTable, AForeignHandleIsFoundOut) {
  HandleQuota quota(10);
  ResourceTable<Tag, int> mine(quota);
  ResourceTable<Tag, int> other(quota);
  const std::uint32_t foreign = Give::rep(*other.insert(1));
  ASSERT_TRUE(mine.insert(2));
  EXPECT_EQ(mine.find(Lend::make(foreign)), nullptr);
  EXPECT_FALSE(mine.take(Give::make(foreign)));
  EXPECT_EQ(other.size(), 1U);
}

TEST(ResourceTable, ForgedNumbersAreNothing) {
  HandleQuota quota(10);
  ResourceTable<Tag, int> empty(quota);
  ResourceTable<Tag, int> table(quota);
  const std::uint32_t real = Give::rep(*table.insert(1));
  for (const std::uint32_t forged :
       {0U, 1U, 63U, 64U, 0xfffffU, 0x100000U, 0xffffffffU, real + 1, real ^ 0x80000000U}) {
    EXPECT_EQ(empty.find(Lend::make(forged)), nullptr);
    EXPECT_EQ(table.find(Lend::make(forged)), nullptr) << forged;
    EXPECT_FALSE(table.take(Give::make(forged)));
  }
}

TEST(ResourceTable, PointersStayValidWhileItGrows) {
  HandleQuota quota(100'000);
  ResourceTable<Tag, int> table(quota);
  int* const first = table.find(*table.insert(42));
  for (int i = 0; i < 50'000; ++i) ASSERT_TRUE(table.insert(i));
  EXPECT_EQ(*first, 42);
}

TEST(HandleQuota, IsSharedByTablesAndGivenBack) {
  HandleQuota quota(3);
  ResourceTable<Tag, int> a(quota);
  {
    ResourceTable<Tag, int> b(quota);
    ASSERT_TRUE(a.insert(1));
    ASSERT_TRUE(b.insert(1));
    ASSERT_TRUE(b.insert(1));
    const auto refused = a.insert(1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::quota_exceeded);
    EXPECT_NE(refused.error().message.find("--limit handles="), std::string::npos);
  }
  EXPECT_EQ(quota.used(), 1U);
  EXPECT_EQ(quota.peak(), 3U);
  EXPECT_TRUE(a.insert(1));
}

TEST(ResourceTable, DestroysWhatItHolds) {
  const auto object = std::make_shared<int>(1);
  HandleQuota quota(10);
  {
    ResourceTable<Tag, std::shared_ptr<int>> table(quota);
    const std::uint32_t rep = Give::rep(*table.insert(object));
    ASSERT_TRUE(table.insert(object));
    EXPECT_EQ(object.use_count(), 3);
    ASSERT_TRUE(table.take(Give::make(rep)));
    EXPECT_EQ(object.use_count(), 2);
  }
  EXPECT_EQ(object.use_count(), 1);
  EXPECT_EQ(quota.used(), 0U);
}

}  // namespace
}  // namespace cloister::sandbox
