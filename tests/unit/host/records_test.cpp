#include <gtest/gtest.h>

#include "call_count.h"
#include "egress.h"
#include "import_log.h"
#include "memory_ceiling.h"
#include "phases.h"

namespace cloister::host {
namespace {

Limits egress_limit(std::uint64_t bytes) {
  Limits limits;
  limits.egress_bytes = bytes;
  return limits;
}

TEST(EgressMeter, CountsByKindUpToTheLimit) {
  EgressMeter meter(egress_limit(10));
  EXPECT_TRUE(meter.charge(EgressKind::read, 4));
  EXPECT_TRUE(meter.charge(EgressKind::output, 6));
  EXPECT_FALSE(meter.charge(EgressKind::outcome, 1));
  EXPECT_TRUE(meter.charge(EgressKind::read, 0));
  EXPECT_EQ(meter.total(), 10U);
  EXPECT_EQ(meter.by_kind()[static_cast<std::size_t>(EgressKind::read)], 4U);
  EXPECT_EQ(meter.by_kind()[static_cast<std::size_t>(EgressKind::outcome)], 0U);
}

TEST(EgressMeter, HugeChargesDoNotWrap) {
  EgressMeter meter(egress_limit(10));
  EXPECT_FALSE(meter.charge(EgressKind::read, UINT64_MAX));
  EXPECT_TRUE(meter.charge(EgressKind::read, 1));
  EXPECT_FALSE(meter.charge(EgressKind::read, UINT64_MAX));
}

TEST(EgressMeter, WhatCannotBeHeldBackIsCountedBeyondTheLimit) {
  EgressMeter meter(egress_limit(1));
  meter.count(EgressKind::exit, 3);
  EXPECT_EQ(meter.total(), 3U);
  EXPECT_EQ(meter.left(), 0U);
  EXPECT_FALSE(meter.charge(EgressKind::read, 1));
}

TEST(EgressMeter, RefusalNamesTheFlag) {
  const Limits limits = egress_limit(10);
  EXPECT_EQ(EgressMeter(limits).refusal("tensor.read", 16, limits),
            "tensor.read would let out 16 bytes where 10 of the egress limit are left; raise it with --limit "
            "egress=SIZE (now 10)");
}

TEST(EgressMeter, PrintsAndMetricsHaveLimitsOfTheirOwn) {
  Limits limits;
  limits.print_bytes = 4;
  limits.metrics_bytes = 8;
  EgressMeter meter(limits);
  EXPECT_TRUE(meter.charge(EgressKind::stdout_, 4));
  EXPECT_FALSE(meter.charge(EgressKind::stdout_, 1));
  EXPECT_EQ(meter.refusal("printing this", 1, limits),
            "printing this would pass the print limit; raise it with --limit print=SIZE (now 4)");
  EXPECT_TRUE(meter.charge(EgressKind::metrics, 8));
  EXPECT_FALSE(meter.charge(EgressKind::metrics, UINT64_MAX));
  EXPECT_FALSE(meter.charge(EgressKind::metrics, 1));
  EXPECT_EQ(meter.refusal("outputs.scalar", limits),
            "outputs.scalar would pass the metrics limit; raise it with --limit metrics=SIZE (now 8)");
  EXPECT_TRUE(meter.charge(EgressKind::read, 1000));
  EXPECT_EQ(meter.total(), 1012U);
}

TEST(ImportLog, DigestDependsOnEachPartAndItsPlace) {
  const auto digest = [](const std::vector<ImportFact>& facts) {
    ImportLog log;
    for (const ImportFact& fact : facts) log.add(fact);
    return log.finish();
  };
  const Digest plain = digest({{"argument", "1", "ab"}});
  EXPECT_EQ(plain, digest({{"argument", "1", "ab"}}));
  EXPECT_NE(plain, digest({{"argument", "1a", "b"}}));
  EXPECT_NE(plain, digest({{"argument", "2", "ab"}}));
  EXPECT_NE(digest({{"a", "", ""}, {"b", "", ""}}), digest({{"b", "", ""}, {"a", "", ""}}));
}

TEST(ImportLog, KeepsABoundedNumberOfFacts) {
  ImportLog all;
  ImportLog most;
  for (int i = 0; i < 5000; ++i) {
    all.add({"pass", "", std::to_string(i)});
    if (i < 4999) most.add({"pass", "", std::to_string(i)});
  }
  EXPECT_EQ(all.facts().size(), 1024U);
  EXPECT_NE(all.finish(), most.finish());
}

TEST(CallCounts, ListsWhatWasCalledByName) {
  CallCounts counts(false);
  for (int i = 0; i < 3; ++i) const CallCounts::Scope scope(counts, kFunctionIndex<"test.b">);
  const CallCounts::Scope scope(counts, kFunctionIndex<"test.a">);
  const auto list = counts.list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].function, "test.a");
  EXPECT_EQ(list[1].calls, 3U);
  EXPECT_EQ(list[1].time.count(), 0);
}

TEST(CallCounts, MeasuresTimeWhenAsked) {
  CallCounts counts(true);
  {
    const CallCounts::Scope scope(counts, kFunctionIndex<"test.a">);
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < end) {
    }
  }
  EXPECT_GE(counts.list()[0].time, std::chrono::milliseconds(2));
}

TEST(MemoryCeiling, AllowsWhatTheLimitsOfItsRunsDo) {
  MemoryCeiling ceiling;
  const std::uint64_t now = resident_bytes();
  ASSERT_GT(now, std::uint64_t{1} << 20);
  constexpr std::uint64_t kMore = MemoryCeiling::kSlack + (std::uint64_t{1} << 30);
  EXPECT_FALSE(ceiling.passed_by(now, 0));
  EXPECT_TRUE(ceiling.passed_by(now + kMore, 0));
  EXPECT_FALSE(ceiling.passed_by(now + kMore, std::uint64_t{2} << 30));
  {
    const MemoryCeiling::Share share(ceiling, std::uint64_t{2} << 30);
    EXPECT_FALSE(ceiling.passed_by(now + kMore, 0));
    const MemoryCeiling::Share endless(ceiling, UINT64_MAX);
    EXPECT_FALSE(ceiling.passed_by(std::uint64_t{1} << 47, 0));
  }
  EXPECT_TRUE(ceiling.passed_by(now + kMore, 0));
}

TEST(PhaseClock, DividesTheRun) {
  CallCounts counts(false);
  PhaseClock clock(counts);
  clock.start();
  {
    const CallCounts::Scope call(counts, 0);
  }
  ASSERT_TRUE(clock.enter("train", 100));
  {
    const CallCounts::Scope call(counts, 0);
  }
  {
    const CallCounts::Scope call(counts, 1);
  }
  clock.progress(7, 32);
  clock.progress(8, 32);
  const auto phases = clock.finish();
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases[0].name, "start");
  EXPECT_EQ(phases[1].total, 100U);
  EXPECT_EQ(phases[1].done, 8U);
  EXPECT_EQ(phases[1].items, 32U);
  EXPECT_GT(phases[0].wall.count(), 0);
  EXPECT_EQ(phases[0].calls, 1U);
  EXPECT_EQ(phases[1].calls, 2U);
}

TEST(PhaseClock, RefusesPhasesWithoutEnd) {
  CallCounts counts(false);
  PhaseClock clock(counts);
  std::size_t entered = 0;
  while (clock.enter("x", std::nullopt)) ++entered;
  EXPECT_EQ(entered, PhaseClock::kMaxPhases);
}

}  // namespace
}  // namespace cloister::host
