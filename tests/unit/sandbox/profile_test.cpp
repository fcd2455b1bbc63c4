// A profile tells which functions of the guest the time went to.
#include <algorithm>
#include <numeric>

#include "support.h"

namespace cloister::sandbox::test {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kSpin = "(func $outer (call $spin)) (func $spin (loop $l (br $l)))";

std::uint64_t ticks(const std::vector<ProfileEntry>& entries) {
  return std::accumulate(entries.begin(), entries.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const ProfileEntry& entry) { return sum + entry.ticks; });
}

TEST(Profile, CountsTheFunctionThatRunsUnderItsCallers) {
  // The guest never returns, so that it is seen however late the clock ticks.
  auto instance =
      Instance::create(program(guest("(call $outer)", kSpin)), nullptr, {.wall = milliseconds(500)}, milliseconds(1));
  ASSERT_TRUE(instance);
  const auto outcome = instance->run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, End::deadline);
  const auto profile = instance->profile();
  ASSERT_TRUE(profile) << profile.error().message;
  // The export that calls $outer has no name.
  ASSERT_EQ(profile->size(), 2U);
  EXPECT_EQ((*profile)[0].function, "outer");
  EXPECT_EQ((*profile)[1].function, "spin");
  for (std::uint32_t depth = 0; depth < 2; ++depth) {
    EXPECT_EQ((*profile)[depth].depth, depth);
    EXPECT_FALSE((*profile)[depth].host);
    EXPECT_EQ((*profile)[depth].line, "") << "a component without debug information";
  }
  EXPECT_GT((*profile)[1].ticks, 0U);
  EXPECT_EQ((*profile)[1].ticks, ticks(*profile)) << "nothing but the loop takes time";
}

TEST(Profile, OfSeveralRunsIsOfAllOfThem) {
  constexpr std::string_view kBusy =
      "(loop $l (local.set $p (i32.add (local.get $p) (i32.const 1)))"
      " (br_if $l (i32.lt_u (local.get $p) (i32.const 30000000))))";
  auto instance = Instance::create(program(guest(kBusy)), nullptr, {}, milliseconds(1));
  ASSERT_TRUE(instance);
  std::uint64_t before = 0;
  // However fast this machine is, time passes.
  while (before == 0) {
    ASSERT_EQ(instance->run()->end, End::ok);
    before = ticks(*instance->profile());
  }
  std::uint64_t after = before;
  while (after == before) {
    ASSERT_EQ(instance->run()->end, End::ok);
    after = ticks(*instance->profile());
  }
  EXPECT_GT(after, before);
}

TEST(Profile, IsEmptyUnlessItWasAskedFor) {
  auto instance = Instance::create(program(guest("(call $outer)", kSpin)), nullptr, {.wall = milliseconds(20)});
  ASSERT_TRUE(instance && instance->run());
  const auto profile = instance->profile();
  ASSERT_TRUE(profile);
  EXPECT_TRUE(profile->empty());
}

TEST(Profile, OfADeepStackHasItsInnerEnd) {
  auto instance = Instance::create(program(guest("(call $down (i32.const 1000))",
                                                 "(func $down (param i32) (if (local.get 0) (then"
                                                 " (call $down (i32.sub (local.get 0) (i32.const 1)))) (else"
                                                 " (loop $l (br $l)))))")),
                                   nullptr, {.wall = milliseconds(100)}, milliseconds(1));
  ASSERT_TRUE(instance && instance->run());
  const auto profile = instance->profile();
  ASSERT_TRUE(profile);
  ASSERT_GT(profile->size(), 100U);
  EXPECT_EQ(profile->front().function, "(callers further out)");
  EXPECT_GT(profile->back().ticks, 0U);
}

TEST(Profile, NeedsAPeriodAboveZero) {
  const auto instance = Instance::create(program(guest("")), nullptr, {}, milliseconds(0));
  ASSERT_FALSE(instance);
  EXPECT_EQ(instance.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace cloister::sandbox::test
