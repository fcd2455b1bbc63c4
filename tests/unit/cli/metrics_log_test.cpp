#include "cloister/cli/metrics_log.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scratch_folder.h"

namespace cloister::cli {
namespace {

TEST(MetricsLog, WritesOneObjectAPoint) {
  const ScratchFolder scratch;
  auto log = MetricsLog::create((scratch.path() / "m.jsonl").string());
  ASSERT_TRUE(log) << log.error().message;
  log->add("train/loss", 3, 0.1);
  log->add("odd\"name\n", 18446744073709551615U, -1e-300);
  log->add("loss", 4, std::numeric_limits<double>::quiet_NaN());
  log->add("loss", 5, -std::numeric_limits<double>::infinity());
  ASSERT_TRUE(log->flush());
  log->add("loss", 6, 2);
  ASSERT_TRUE(log->flush());
  std::istringstream lines(scratch.get("m.jsonl"));
  std::vector<nlohmann::json> points;
  for (std::string line; std::getline(lines, line);) points.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(points.size(), 5U);
  EXPECT_EQ(points[0], nlohmann::json({{"series", "train/loss"}, {"step", 3}, {"value", 0.1}}));
  EXPECT_EQ(points[1]["series"], "odd\"name\n");
  EXPECT_EQ(points[1]["step"], 18446744073709551615U);
  EXPECT_EQ(points[1]["value"], -1e-300);
  EXPECT_EQ(points[2]["value"], "nan");
  EXPECT_EQ(points[3]["value"], "-inf");
  EXPECT_EQ(points[4]["value"], 2);
}

TEST(MetricsLog, RefusesAFileThatExists) {
  const ScratchFolder scratch;
  const auto path = scratch.put("m.jsonl", "before");
  EXPECT_FALSE(MetricsLog::create(path.string()));
  EXPECT_EQ(scratch.get("m.jsonl"), "before");
}

}  // namespace
}  // namespace cloister::cli
