#include "report.h"

#include <gtest/gtest.h>

#include <array>

namespace cloister::bench {
namespace {

TEST(Report, TableLinesUpCharactersNotBytes) {
  Table table({"phase", "native", "isolated"});
  table.add({"training", "7 µs", "12.5 µs"});
  table.add({"all", "1 s", ""});
  EXPECT_EQ(table.text(),
            "phase     native  isolated\n"
            "training    7 µs   12.5 µs\n"
            "all          1 s\n");
}

TEST(Report, NumbersForPeople) {
  EXPECT_EQ(percent(0.00084), "+0.084 %");
  EXPECT_EQ(percent(-0.02), "-2.000 %");
  EXPECT_EQ(percent(Interval{-0.001, 0.001}), "-0.100 .. +0.100 %");
  EXPECT_EQ(duration(65.2), "65.2 s");
  EXPECT_EQ(duration(0.0125), "12.5 ms");
  EXPECT_EQ(duration(3.5e-6), "3.5 µs");
  EXPECT_EQ(duration(17e-9), "17 ns");
}

TEST(Report, JsonHoldsFlatFiguresSamplesAndClaims) {
  Report report("boundary", {{"rounds", 3}});
  report.figure("boundary.call_ns", 41);
  report.figure("boundary.bulk_in_vs_memcpy", 0.9);
  report.samples("boundary.call_ns", std::array{40.0, 41.0, 45.0});
  report.claim({.figure = "boundary.call_ns", .bound = Claim::Bound::at_most, .bar = 40, .basis = "wall time"});
  report.claim(
      {.figure = "boundary.bulk_in_vs_memcpy", .bound = Claim::Bound::at_least, .bar = 0.7, .basis = "wall time"});
  const auto parsed = nlohmann::json::parse(report.json());
  EXPECT_EQ(parsed["bench"], "boundary");
  EXPECT_EQ(parsed["options"]["rounds"], 3);
  EXPECT_EQ(parsed["figures"]["boundary.call_ns"], 41.0);
  EXPECT_EQ(parsed["samples"]["boundary.call_ns"].size(), 3u);
  EXPECT_EQ(parsed["claims"][0]["met"], false);
  EXPECT_EQ(parsed["claims"][1]["met"], true);
  EXPECT_GE(parsed["machine"]["processors"], 1);
  EXPECT_NE(report.text().find("MISSED"), std::string::npos);
}

}  // namespace
}  // namespace cloister::bench
