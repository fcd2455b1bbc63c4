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
}

TEST(SetLimit, ReadsTimesAndNumbers) {
  EXPECT_EQ(set(LimitKind::time, "250ms"), 250'000'000U);
  EXPECT_EQ(set(LimitKind::time, "30s"), 30'000'000'000U);
  EXPECT_EQ(set(LimitKind::time, "5m"), 300'000'000'000U);
  EXPECT_EQ(set(LimitKind::time, "2h"), 7'200'000'000'000U);
  EXPECT_EQ(set(LimitKind::handles, "12"), 12U);
}

TEST(SetLimit, RefusesOtherForms) {
  Limits limits;
  for (const char* text : {"", "memory", "=1", "memory=", "memory=MiB", "memory=-1", "memory=1MB", "memory=1.5GiB",
                           "memory= 1", "memory=1 MiB", "memory=0", "memory=99999999999999999999", "memory=20000000TiB",
                           "time=5", "time=0s", "time=5d", "handles=1KiB", "disk=1GiB", "MEMORY=1"}) {
    const auto done = set_limit(limits, text);
    ASSERT_FALSE(done) << text;
    EXPECT_EQ(done.error().code, ErrorCode::invalid_argument) << text;
  }
  for (const LimitKind kind : kLimitKinds) EXPECT_EQ(limits.of(kind), Limits{}.of(kind));
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
  EXPECT_EQ(limit_hint(LimitKind::handles, {}), "raise it with --limit handles=NUMBER (now 100000)");
}

}  // namespace
}  // namespace cloister::host
