#include "deterministic.h"
#include "guest_clock.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

namespace cloister::host {
namespace {

TEST(VirtualClock, MovesByReadingsAndJumpsOnly) {
  VirtualClock clock;
  EXPECT_EQ(clock.now(), 0U);
  EXPECT_EQ(clock.read(), VirtualClock::kTickNs);
  EXPECT_EQ(clock.read(), 2 * VirtualClock::kTickNs);
  clock.advance_to(5'000'000);
  EXPECT_EQ(clock.now(), 5'000'000U);
  clock.advance_to(1);
  EXPECT_EQ(clock.now(), 5'000'000U);
}

TEST(VirtualClock, SaturatesInsteadOfWrapping) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  VirtualClock clock;
  clock.advance_to(kMost);
  const std::uint64_t end = clock.now();
  EXPECT_EQ(clock.read(), end);
  EXPECT_GT(end, std::uint64_t{1} << 62);
}

TEST(GuestClock, NoSleepEndsBeyondItsEnd) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  GuestClock of_run(false);
  EXPECT_EQ(of_run.after(5), 5U);
  EXPECT_EQ(of_run.after(kMost), VirtualClock::kEnd);
  const GuestClock of_machine(true);
  EXPECT_EQ(of_machine.after(kMost), VirtualClock::kEnd);
  EXPECT_GT(of_machine.wake(kMost), of_machine.wake(0) + std::chrono::hours(24));
}

// Numbers from a transcription of the published algorithms in another language: recorded runs must stay what they are.
TEST(RandomStream, StaysWhatItIs) {
  RandomStream stream(42, 1);
  const std::vector<std::uint64_t> first{stream.next(), stream.next(), stream.next()};
  RandomStream again(42, 1);
  EXPECT_EQ(first, (std::vector<std::uint64_t>{again.next(), again.next(), again.next()}));
  EXPECT_EQ(first, (std::vector<std::uint64_t>{0x584870a53e6ddcdf, 0x24862b58ab088c44, 0xb77af7ea4c59709e}));
}

TEST(RandomStream, SeedsAndStreamsAreApart) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint64_t number = 1; number <= 3; ++number) seen.insert(RandomStream(seed, number).next());
  }
  EXPECT_EQ(seen.size(), 300U);
}

TEST(RandomStream, FillsAnyLengthLittleEndian) {
  RandomStream numbers(7, 1);
  const std::uint64_t first = numbers.next();
  const std::uint64_t second = numbers.next();
  std::vector<std::uint8_t> bytes(11);
  RandomStream(7, 1).fill(bytes);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(bytes[i], static_cast<std::uint8_t>(first >> (8 * i)));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(bytes[8 + i], static_cast<std::uint8_t>(second >> (8 * i)));
}

}  // namespace
}  // namespace cloister::host
