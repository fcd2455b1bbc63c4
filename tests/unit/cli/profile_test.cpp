#include "cloister/cli/profile.h"

#include <gtest/gtest.h>

#include <chrono>

#include "occurrences.h"

namespace cloister::cli {
namespace {

using std::chrono::milliseconds;

host::Profile profile() {
  return {milliseconds(1),
          {{0, 0, false, "run", ""},
           {1, 10, false, "train(int)", "train.cpp:41"},
           {2, 5, false, "train(int)", "train.cpp:50"},  // it calls itself
           {3, 20, true, "ops.conv2d", ""},
           {2, 60, true, "ops.conv2d", ""},
           {1, 5, false, "load", "load.cpp:7"}}};
}

host::RunReport report() {
  host::RunReport report;
  report.wall = milliseconds(200);
  report.calls = {{"ops.add", 3, milliseconds(1)}, {"ops.conv2d", 40, milliseconds(80)}};
  report.profile = profile();
  return report;
}

const FunctionTime& find(const std::vector<FunctionTime>& times, std::string_view function) {
  for (const FunctionTime& time : times) {
    if (time.function == function) return time;
  }
  ADD_FAILURE() << function;
  return times.front();
}

TEST(FunctionTimes, AreOfAllStacksTogether) {
  const auto times = function_times(profile());
  ASSERT_EQ(times.size(), 4U);
  EXPECT_EQ(times.front().function, "ops.conv2d") << "most time of its own";
  EXPECT_TRUE(times.front().host);
  EXPECT_EQ(times.front().self, 80U);
  EXPECT_EQ(find(times, "run").self, 0U);
  EXPECT_EQ(find(times, "run").total, 100U);
  const FunctionTime& train = find(times, "train(int)");
  EXPECT_EQ(train.self, 15U);
  EXPECT_EQ(train.total, 95U) << "calls of itself count once";
  EXPECT_EQ(train.line, "train.cpp:41") << "where most of its own time went";
}

TEST(ProfileTable, HasOperatorsAndGuestFunctions) {
  const std::string table = profile_table(report());
  EXPECT_NE(table.find("40    80.0 ms    2.00 ms  40.0%  ops.conv2d"), std::string::npos) << table;
  EXPECT_LT(table.find("ops.conv2d"), table.find("ops.add"));
  EXPECT_NE(table.find("15.0 ms  15.0%    95.0 ms  95.0%  train(int) at train.cpp:41"), std::string::npos) << table;
  EXPECT_EQ(occurrences(table, "ops.conv2d"), 1U) << "no guest function";
  EXPECT_NE(profile_table(report(), 1).find("and 1 more, in profile.json"), std::string::npos);
}

TEST(ProfileTable, OfARunThatWasTooShortHasNoRows) {
  host::RunReport empty;
  empty.profile.emplace().every = milliseconds(1);
  EXPECT_EQ(occurrences(profile_table(empty), "\n"), 4U) << profile_table(empty);
  EXPECT_EQ(profile_json(empty)["ticks"], 0);
  EXPECT_EQ(profile_json(empty)["stacks"].size(), 0U);
}

TEST(ProfileJson, HasAll) {
  const auto json = profile_json(report());
  EXPECT_EQ(json["ticks"], 100);
  EXPECT_EQ(json["operators"][0]["function"], "ops.conv2d");
  EXPECT_DOUBLE_EQ(json["operators"][0]["mean_seconds"], 0.002);
  EXPECT_DOUBLE_EQ(json["operators"][0]["share"], 0.4);
  EXPECT_EQ(json["functions"].size(), 4U);
  EXPECT_EQ(json["stacks"].size(), 6U);
  EXPECT_EQ(json["stacks"][1]["line"], "train.cpp:41");
  EXPECT_TRUE(json["stacks"][0]["line"].is_null());
}

// Left edge, top and width of the box of the first function whose title starts with `name`.
std::array<double, 3> box(const std::string& svg, const std::string& name) {
  const auto at = svg.find("<title>" + name);
  EXPECT_NE(at, std::string::npos) << name;
  const auto number = [&](std::string_view attribute) {
    const auto from = svg.find(std::string(attribute) + "=\"", svg.find("<rect", at)) + attribute.size() + 2;
    return std::stod(svg.substr(from));
  };
  return {number(" x"), number(" y"), number(" width")};
}

TEST(FlameGraph, DrawsABoxBelowItsCaller) {
  const std::string svg = flame_graph(profile(), "job");
  EXPECT_EQ(svg.rfind("<svg xmlns=", 0), 0U);
  EXPECT_EQ(occurrences(svg, "<g>"), 6U);
  const auto run = box(svg, "run"), train = box(svg, "train"), conv = box(svg, "ops.conv2d"), load = box(svg, "load");
  EXPECT_GT(train[1], run[1]);
  EXPECT_GT(conv[1], train[1]);
  EXPECT_NEAR(train[2] / run[2], 0.95, 1e-3);
  EXPECT_NEAR(load[0], train[0] + train[2], 0.02) << "beside each other";
  EXPECT_NEAR(load[0] + load[2], run[0] + run[2], 0.02);
  EXPECT_GE(conv[0], train[0]);
  EXPECT_NE(svg.find("0.095 s, 95.0 %"), std::string::npos);
  EXPECT_EQ(svg, flame_graph(profile(), "job"));
}

TEST(FlameGraph, NamesCannotBreakOut) {
  host::Profile hostile{milliseconds(1), {{0, 1, false, "</title><script>\"&\x1b[2J\n\xff", "a<b>:1"}}};
  const std::string svg = flame_graph(hostile, "<&>");
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_EQ(svg.find('\xff'), std::string::npos);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos);
  EXPECT_EQ(occurrences(svg, "<title"), 2U);
}

TEST(FlameGraph, HoldsForAnyTree) {
  EXPECT_NE(flame_graph({milliseconds(1), {}}, "job").find("</svg>"), std::string::npos);
  // Depths that jump, as no sandbox tells them, and stacks deeper than what is drawn.
  host::Profile deep{milliseconds(1), {{7, 1, false, "a", ""}, {3, 1, false, "b", ""}}};
  for (std::uint32_t depth = 0; depth < 3000; ++depth) deep.entries.push_back({depth, 1, false, "f", ""});
  const std::string svg = flame_graph(deep, "job");
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
  EXPECT_LT(occurrences(svg, "<g>"), 300U);
}

TEST(FlameGraph, LeavesOutWhatCannotBeSeen) {
  host::Profile profile{milliseconds(1), {{0, 1'000'000, false, "big", ""}}};
  for (int i = 0; i < 1000; ++i) profile.entries.push_back({1, 1, false, "small", ""});
  EXPECT_EQ(occurrences(flame_graph(profile, "job"), "<g>"), 1U);
}

}  // namespace
}  // namespace cloister::cli
