#include "transfer.h"

#include <gtest/gtest.h>

#include "transfer_report.h"

namespace cloister::bench {
namespace {

Finished finished(std::string output) {
  return {.wall_seconds = 10, .cpu_seconds = 12, .peak_mib = 300, .output = std::move(output)};
}

constexpr const char* native_output =
    R"({"pre_computation_s": 3, "training_s": 5, "evaluation_s": 1, "other_s": 0.5, "pre_computation_cpu_s": 4,
        "training_cpu_s": 5, "test_accuracy": 0.9})";
constexpr const char* isolated_output =
    R"({"phases": [{"name": "start", "seconds": 0.1, "cpu_seconds": 0.1},
                   {"name": "pre-computation", "seconds": 3.5, "cpu_seconds": 3},
                   {"name": "training", "seconds": 5.5, "cpu_seconds": 5}],
        "metrics": {"test-accuracy": {"points": 1, "last": 0.9}},
        "calls": {"ops.add": 40, "ops.linear": 2}, "egress": {"total": 96}})";

TEST(Transfer, SizesAreWrittenWithUnits) {
  EXPECT_EQ(*parse_size("1GiB"), std::uint64_t{1} << 30);
  EXPECT_EQ(*parse_size("64MiB"), std::uint64_t{64} << 20);
  for (const char* wrong : {"", "64", "GiB", "1GB", "1 GiB", "-1GiB", "9999999999GiB", "1GiBs"})
    EXPECT_FALSE(parse_size(wrong)) << wrong;
}

TEST(Transfer, CountsStepsAndBatches) {
  Experiment experiment{.train_images = 7133, .test_images = 256, .epochs = 1000};
  EXPECT_EQ(experiment.steps(), 1000u);
  EXPECT_EQ(experiment.batches(), 223u + 8u);
  experiment.train_batch = 32;
  EXPECT_EQ(experiment.steps(), 223'000u);
}

TEST(Transfer, ReadsWhatTheProgramsSayOfThemselves) {
  const auto native = parse_native(finished(native_output));
  ASSERT_TRUE(native) << native.error().message;
  EXPECT_DOUBLE_EQ(native->precompute.wall, 3);
  EXPECT_DOUBLE_EQ(native->other.wall, 2);
  EXPECT_DOUBLE_EQ(native->other.cpu, 3);
  const auto isolated = parse_isolated(finished(isolated_output));
  ASSERT_TRUE(isolated) << isolated.error().message;
  EXPECT_DOUBLE_EQ(isolated->training.wall, 5.5);
  EXPECT_EQ(isolated->calls, 42u);
  EXPECT_EQ(isolated->copied_bytes, 96u);
}

TEST(Transfer, OtherOutputIsAnError) {
  for (const char* output : {"", "{}", "[1]", "{\"phases\": 3}"}) {
    EXPECT_FALSE(parse_native(finished(output))) << output;
    EXPECT_FALSE(parse_isolated(finished(output))) << output;
  }
}

TransferSamples samples() {
  return {.native = {*parse_native(finished(native_output))},
          .isolated = {*parse_isolated(finished(isolated_output))},
          .native_default = {},
          .python = {}};
}

TEST(Transfer, TheBoundaryIsPricedByCountsAndGuestTime) {
  const Crossings boundary{.prices = {.call_seconds = 1e-3, .out_bytes_per_second = 96},
                           .phases = {{"pre-computation", {.calls = 20, .guest_seconds = 0.01}},
                                      {"training", {.calls = 400, .guest_seconds = 0.1}}},
                           .total = {.calls = 450, .guest_seconds = 0.115}};
  const Overheads overheads = boundary_overheads(samples(), boundary);
  EXPECT_NEAR(overheads.training, 0.5 / 5, 1e-12);
  EXPECT_NEAR(overheads.precompute, 0.03 / 3, 1e-12);
  EXPECT_NEAR(overheads.total, (0.45 + 0.115 + 1) / 10, 1e-12);
}

TEST(Transfer, InstructionOverheadsWeighThePhases) {
  const TransferInstructions instructions{.image = {100, 102}, .step = {1000, 1001}, .runs = {}};
  const Overheads overheads = instruction_overheads(samples(), instructions);
  EXPECT_NEAR(overheads.precompute, 0.02, 1e-12);
  EXPECT_NEAR(overheads.training, 0.001, 1e-12);
  EXPECT_NEAR(overheads.total, 0.5 * 0.001 + 0.5 * 0.02, 1e-12);
}

TEST(Transfer, FiguresHaveTheirStableNames) {
  Report report("transfer", {});
  const Experiment experiment{
      .backbone = Backbone::pool, .train_images = 64, .test_images = 32, .train_batch = 32, .epochs = 100};
  report.figure(figure_prefix(experiment) + "weights_equal", 1);
  report_transfer(report, experiment, samples(),
                  {.prices = {.call_seconds = 1e-9, .out_bytes_per_second = 1e9}, .phases = {}, .total = {}},
                  std::nullopt);
  for (const char* name :
       {"weights_equal", "total_overhead", "training_overhead", "precompute_overhead", "boundary_share",
        "total_overhead_wall", "total_overhead_cpu", "precompute_overhead_boundary", "native_total_s"})
    EXPECT_TRUE(report.figure(std::string("transfer.pool.batch32.") + name)) << name;
}

}  // namespace
}  // namespace cloister::bench
