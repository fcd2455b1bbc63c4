// What `bench workload` reads of two programs, and what it makes of it.
#include <gtest/gtest.h>

#include <string>

#include "workload_report.h"

namespace cloister::bench {
namespace {

constexpr const char* native_output =
    R"({"phases": [{"name": "training", "seconds": 8.0, "cpu_seconds": 8.0}], "metrics": {"loss": {"last": 1.5}}})";
constexpr const char* isolated_output =
    R"({"phases": [{"name": "start", "seconds": 0.5}, {"name": "training", "seconds": 8.4}],
        "metrics": {"loss": {"points": 2, "last": 1.5}, "broken": {"points": 1, "last": null}},
        "calls": {"ops.add": 300, "tensors.tensor.drop": 100}, "egress": {"total": 64}})";

Finished finished(const char* output, double wall) {
  return {.wall_seconds = wall, .cpu_seconds = wall - 1, .output = output};
}

TwinSamples samples() {
  return {.native = {*parse_measured(finished(native_output, 10))},
          .isolated = {*parse_measured(finished(isolated_output, 11))}};
}

Crossings crossings() {
  return {.prices = {.call_seconds = 1e-3, .out_bytes_per_second = 640},
          .phases = {{"training", {.calls = 380, .guest_seconds = 0.02}}},
          .total = {.calls = 400, .guest_seconds = 0.1}};
}

TEST(Workload, RecordsOfBothProgramsAreRead) {
  const TwinSamples both = samples();
  EXPECT_EQ(both.native[0].phase_seconds.at("training"), 8.0);
  EXPECT_EQ(both.native[0].metrics.at("loss"), 1.5);
  EXPECT_EQ(both.native[0].wall, 10);
  EXPECT_EQ(both.native[0].cpu, 9);
  EXPECT_EQ(both.isolated[0].calls, 400);
  EXPECT_EQ(both.isolated[0].copied_bytes, 64);
  EXPECT_FALSE(both.isolated[0].metrics.contains("broken"));
}

TEST(Workload, OtherOutputsAreRefused) {
  for (const char* output : {"", "[]", "{}", R"({"phases": 3, "metrics": {}})", R"({"phases": [{}], "metrics": {}})",
                             R"({"phases": [], "metrics": {"loss": 1}})",
                             R"({"phases": [], "metrics": {}, "calls": {"ops.add": "many"}})"}) {
    const auto parsed = parse_measured(finished(output, 1));
    ASSERT_FALSE(parsed) << output;
    EXPECT_EQ(parsed.error().code, ErrorCode::bad_data);
  }
}

TEST(Workload, TheBoundaryIsPricedByCountsGuestTimeAndBytes) {
  EXPECT_NEAR(boundary_share(samples(), crossings()), (0.4 + 0.1 + 0.1) / 10, 1e-12);
}

TEST(Workload, FiguresHaveTheirStableNames) {
  const TwinRun run{.twins = *find_twins("tiny-lm"), .arguments = {}};
  Report report("workload");
  report.figure(figure_prefix(run) + "weights_equal", 1);
  report_workload(report, run, samples(), crossings(), InstructionCounts{.native = 1000, .isolated = 1020});
  EXPECT_NEAR(*report.figure("workload.tiny-lm.overhead"), 0.02, 1e-12);
  EXPECT_NEAR(*report.figure("workload.tiny-lm.overhead_boundary"), 0.06, 1e-12);
  EXPECT_NEAR(*report.figure("workload.tiny-lm.training.overhead_boundary"), 0.4 / 8, 1e-12);
  EXPECT_NEAR(*report.figure("workload.tiny-lm.training.overhead_wall"), 0.05, 1e-12);
  EXPECT_NEAR(*report.figure("workload.tiny-lm.overhead_wall"), 0.1, 1e-12);
  EXPECT_EQ(*report.figure("workload.tiny-lm.metric.loss"), 1.5);
  EXPECT_FALSE(report.figure("workload.tiny-lm.start.overhead_wall"));
  EXPECT_NE(report.text().find("instructions"), std::string::npos);
}

TEST(Workload, WithoutInstructionsTheShareIsClaimed) {
  const TwinRun run{.twins = *find_twins("photos"), .arguments = {}};
  Report report("workload");
  report.figure(figure_prefix(run) + "weights_equal", 1);
  report_workload(report, run, samples(), crossings(), std::nullopt);
  EXPECT_NEAR(*report.figure("workload.photos.overhead"), 0.06, 1e-12);
  EXPECT_FALSE(report.figure("workload.photos.overhead_instructions"));
}

TEST(Workload, NamesWithoutATwinAreRefused) {
  const auto found = find_twins("hello");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("'hello'"), std::string::npos);
}

}  // namespace
}  // namespace cloister::bench
