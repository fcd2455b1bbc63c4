#include "cloister/cli/run_record.h"

#include <gtest/gtest.h>

#include <limits>

namespace cloister::cli {
namespace {

TEST(RunRecord, HoldsTheFactsOfTheReport) {
  RunPlan plan;
  plan.component = "transfer.wasm";
  host::RunReport report;
  report.component = sha256(std::string_view("component"));
  report.seed = 7;
  report.arguments = {"--epochs", "2"};
  const auto grant = [&report](host::GrantKind kind, const char* name, const char* path) -> host::GrantUse& {
    host::GrantUse& use = report.grants.emplace_back();
    use.kind = kind;
    use.name = name;
    use.path = path;
    return use;
  };
  host::GrantUse& train = grant(host::GrantKind::dataset, "train", "/data");
  train.used = true;
  train.digest = sha256(std::string_view("data"));
  host::GrantUse& weights = grant(host::GrantKind::output, "weights", "/w");
  weights.used = true;
  weights.digest = sha256(std::string_view("w"));
  weights.bytes = 12;
  grant(host::GrantKind::output, "unused", "/u");
  report.used[static_cast<std::size_t>(host::LimitKind::handles)] = 5;
  report.egress[static_cast<std::size_t>(host::EgressKind::read)] = 8;
  report.calls = {{"ops.add", 3, {}}};
  report.phases = {{"training", 10, 10, 320, std::chrono::seconds(2), std::chrono::seconds(1), 12, {}}};
  SeriesSet series;
  series.add("loss", 1, 0.5);
  series.add("bad", 1, std::numeric_limits<double>::quiet_NaN());
  Matrix confusion;
  confusion.rows = {"cat"};
  confusion.columns = {"cat", "dog"};
  confusion.values = {5, std::numeric_limits<double>::infinity()};
  MatrixSet matrices;
  matrices.add("test/confusion", confusion);
  const auto record = run_record({.plan = plan,
                                  .report = report,
                                  .series = series,
                                  .matrices = matrices,
                                  .status = "ok",
                                  .directory = "runs/a-1",
                                  .started = "2026-01-01T00:00:00Z",
                                  .error = ""});
  EXPECT_EQ(record["status"], "ok");
  EXPECT_TRUE(record["denied"].empty());
  EXPECT_GE(record["build"]["sources"].get<std::string>().size(), 12U);
  EXPECT_FALSE(record["build"]["rust_profile"].get<std::string>().empty());
  EXPECT_TRUE(record["error"].is_null());
  EXPECT_EQ(record["component"]["sha256"], hex(report.component));
  EXPECT_EQ(record["seed"], 7);
  EXPECT_EQ(record["grants"].size(), 1U);
  EXPECT_EQ(record["grants"][0]["kind"], "dataset");
  EXPECT_EQ(record["outputs"].size(), 2U);
  EXPECT_EQ(record["outputs"][0]["bytes"], 12);
  EXPECT_EQ(record["outputs"][1]["written"], false);
  EXPECT_TRUE(record["outputs"][1]["sha256"].is_null());
  EXPECT_EQ(record["limits"]["handles"]["used"], 5);
  EXPECT_EQ(record["egress"]["read"], 8);
  EXPECT_EQ(record["egress"]["total"], 8);
  EXPECT_EQ(record["calls"]["ops.add"], 3);
  EXPECT_EQ(record["phases"][0]["seconds"], 2.0);
  EXPECT_EQ(record["metrics"]["loss"]["last"], 0.5);
  EXPECT_TRUE(record["metrics"]["bad"]["last"].is_null());
  EXPECT_EQ(record["matrices"]["test/confusion"]["plot"], "matrices/test_confusion.svg");
  EXPECT_EQ(record["matrices"]["test/confusion"]["columns"], confusion.columns);
  EXPECT_EQ(record["matrices"]["test/confusion"]["values"][0][0], 5);
  EXPECT_TRUE(record["matrices"]["test/confusion"]["values"][0][1].is_null());
}

TEST(RunRecord, TextIsJsonWhateverTheBytes) {
  const std::string text = json_text({{"path", "bad \xff byte"}});
  EXPECT_TRUE(nlohmann::json::accept(text));
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace cloister::cli
