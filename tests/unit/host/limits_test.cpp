#include "cloister/host/limits.h"

#include <gtest/gtest.h>

namespace cloister::host {
namespace {

std::uint64_t set(LimitKind kind, std::string_view value) {
  Limits limits;
  const auto done = set_limit(limits, std::string(limit_name(kind)) + "=" + std::string(value));
  if (!done) ADD_FAILURE() << done.error().message;
  return limits.of(kind);
}

TEST(SetLimit, ReadsSizes) {
  EXPECT_EQ(set(LimitKind::memory, "4096"), 4096U);
  EXPECT_EQ(set(LimitKind::memory, "512KiB"), 512U << 10);
  EXPECT_EQ(set(LimitKind::tensors, "512MiB"), 512U << 20);
  EXPECT_EQ(set(LimitKind::egress, "4GiB"), std::uint64_t{4} << 30);
  EXPECT_EQ(set(LimitKind::tensors, "1TiB"), std::uint64_t{1} << 40);
  EXPECT_EQ(set(LimitKind::egress, "0"), 0U);
  for (const LimitKind kind : {LimitKind::output, LimitKind::print, LimitKind::metrics, LimitKind::dataset}) {
    EXPECT_EQ(set(kind, "3MiB"), 3U << 20);
    EXPECT_EQ(set(kind, "0"), 0U);
  }
}

TEST(SetLimit, ReadsTimesAndNumbers) {
  EXPECT_EQ(set(LimitKind::time, "250ms"), 250'000'000U);
  EXPECT_EQ(set(LimitKind::time, "30s"), 30'000'000'000U);
  EXPECT_EQ(set(LimitKind::time, "5m"), 300'000'000'000U);
  EXPECT_EQ(set(LimitKind::time, "2h"), 7'200'000'000'000U);
  EXPECT_EQ(set(LimitKind::cpu, "90s"), 90'000'000'000U);
  EXPECT_EQ(set(LimitKind::handles, "12"), 12U);
}

TEST(SetLimit, RefusesOtherForms) {
  Limits limits;
  for (const char* text : {"",
                           "memory",
                           "=1",
                           "memory=",
                           "memory=MiB",
                           "memory=-1",
                           "memory=1MB",
                           "memory=1.5GiB",
                           "memory= 1",
                           "memory=1 MiB",
                           "memory=0",
                           "memory=99999999999999999999",
                           "memory=20000000TiB",
                           "time=5",
                           "time=0s",
                           "cpu=5",
                           "cpu=0",
                           "cpu=1GiB",
                           "time=5d",
                           "handles=1KiB",
                           "disk=1GiB",
                           "MEMORY=1"}) {
    const auto done = set_limit(limits, text);
    ASSERT_FALSE(done) << text;
    EXPECT_EQ(done.error().code, ErrorCode::invalid_argument) << text;
  }
  for (const LimitKind kind : kLimitKinds) EXPECT_EQ(limits.of(kind), Limits{}.of(kind));
}

TEST(SetLimit, SaysWhatIsWrong) {
  const auto why = [](std::string_view text) {
    Limits limits;
    const auto done = set_limit(limits, text);
    return done ? std::string() : done.error().message;
  };
  EXPECT_EQ(why("tensors=16777216TiB"), "the limit 'tensors=16777216TiB' is too large; the most is 16777215TiB");
  EXPECT_EQ(why("time=9999999999h"), "the limit 'time=9999999999h' is too large; the most is 5124095h");
  EXPECT_EQ(why("handles=99999999999999999999"),
            "the limit 'handles=99999999999999999999' is too large; the most is 18446744073709551615");
  EXPECT_EQ(why("time=0"), "the limit 'time=0' must be more than 0");
  EXPECT_EQ(why("time=0s"), "the limit 'time=0s' must be more than 0");
  EXPECT_EQ(why("time=5"), "the limit 'time=5' needs a time such as 30s, 5m or 2h");
  EXPECT_EQ(
      why("bogus=1"),
      "there is no limit 'bogus'; the kinds are memory, tensors, handles, time, cpu, egress, output, print, metrics "
      "and dataset");
  EXPECT_EQ(why("egress=0"), "");
}

TEST(LimitText, IsReadBack) {
  for (const LimitKind kind : kLimitKinds) {
    for (const std::uint64_t value :
         {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 20, Limits{}.of(kind)}) {
      EXPECT_EQ(set(kind, limit_text(kind, value)), value);
    }
  }
  EXPECT_EQ(limit_text(LimitKind::memory, 1 << 20), "1MiB");
  EXPECT_EQ(limit_text(LimitKind::memory, (1 << 20) + 1), "1048577");
  EXPECT_EQ(limit_text(LimitKind::time, 90'000'000'000), "90s");
}

TEST(LimitHint, NamesTheFlag) {
  EXPECT_EQ(limit_hint(LimitKind::egress, {}), "raise it with --limit egress=SIZE (now 64MiB)");
  EXPECT_EQ(limit_hint(LimitKind::time, {}), "raise it with --limit time=TIME (now 1h)");
  EXPECT_EQ(limit_hint(LimitKind::cpu, {}), "raise it with --limit cpu=TIME (now 24h)");
  EXPECT_EQ(limit_hint(LimitKind::handles, {}), "raise it with --limit handles=NUMBER (now 100000)");
}

}  // namespace
}  // namespace cloister::host
