#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "cloister/data/dataset.h"

namespace cloister::data {
namespace {

using Order = std::vector<std::uint32_t>;

TEST(Permutation, IsTheSameForEver) {
  // The values that an independent implementation of the documented algorithm gives (see docs/data.md).
  EXPECT_EQ(permutation(10, 0), (Order{4, 9, 2, 5, 1, 7, 6, 0, 3, 8}));
  EXPECT_EQ(permutation(10, 1), (Order{9, 0, 1, 4, 8, 2, 3, 7, 6, 5}));
  EXPECT_EQ(permutation(5, 0xffffffffffffffff), (Order{1, 2, 0, 3, 4}));
}

TEST(Permutation, HoldsEveryNumberOnce) {
  for (const std::uint64_t count : {0, 1, 2, 1000}) {
    Order order = permutation(count, 7);
    std::sort(order.begin(), order.end());
    Order expected(count);
    std::iota(expected.begin(), expected.end(), 0u);
    EXPECT_EQ(order, expected);
  }
}

TEST(Permutation, AllOrdersAreAboutEquallyLikely) {
  std::map<Order, int> seen;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) ++seen[permutation(3, seed)];
  ASSERT_EQ(seen.size(), 6u);
  for (const auto& [order, times] : seen) EXPECT_NEAR(times, 1000, 150);
}

}  // namespace
}  // namespace cloister::data
