#include "cloister/cli/metrics_log.h"

#include <gtest/gtest.h>

#include <filesystem>
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

TEST(MetricsLog, FollowsNoLink) {
  const ScratchFolder scratch;
  scratch.put("theirs", "kept");
  std::filesystem::create_symlink(scratch.path() / "theirs", scratch.path() / "m.jsonl");
  auto log = MetricsLog::reopen((scratch.path() / "m.jsonl").string());
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::bad_data);
  EXPECT_NE(log.error().message.find("m.jsonl' is a symbolic link"), std::string::npos) << log.error().message;
  EXPECT_EQ(scratch.get("theirs"), "kept");
}

TEST(MetricsLog, WhatItWroteOfMatricesAndPointsCanBeTakenUp) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Matrix matrix;
  matrix.rows = {"a\"b", "d\u00f6g"};
  matrix.columns = {"x", "", "z"};
  matrix.values = {0.1, -0.0, 3, kInfinity, -kInfinity, 5e-324};
  const ScratchFolder scratch;
  auto log = MetricsLog::create((scratch.path() / "m.jsonl").string());
  ASSERT_TRUE(log) << log.error().message;
  log->add("loss", 3, 0.5);
  log->add("confusion", matrix);
  log->add("none", Matrix{});
  const auto text = log->text();
  ASSERT_TRUE(text) << text.error().message;
  const auto line =
      nlohmann::json::parse(text->substr(text->find('\n') + 1, text->find("}\n{\"matrix\":\"none") - text->find('\n')));
  EXPECT_EQ(line["matrix"], "confusion");
  EXPECT_EQ(line["rows"], matrix.rows);
  EXPECT_EQ(line["values"][3], "inf");

  std::vector<std::string> points;
  std::vector<Matrix> matrices;
  const auto taken =
      all_metrics(*text, {.point = [&](std::string_view name, std::uint64_t, double) { points.emplace_back(name); },
                          .matrix = [&](std::string_view, Matrix each) { matrices.push_back(std::move(each)); }});
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(points, std::vector<std::string>{"loss"});
  EXPECT_EQ(matrices, (std::vector<Matrix>{matrix, Matrix{}}));
}

TEST(MetricsLog, LinesThatAreNeitherPointNorMatrixAreRefused) {
  for (const std::string_view line :
       {R"({"matrix":"m","rows":["a"],"columns":["b"],"values":[]})", R"({"matrix":"m","rows":["a"],"columns":["b"]})",
        R"({"matrix":"m","rows":[1],"columns":["b"],"values":[1]})",
        R"({"matrix":1,"rows":[],"columns":[],"values":[]})",
        R"({"matrix":"m","rows":["a"],"columns":["b"],"values":["x"]})", R"({"series":"s","step":1})", "[]", ""}) {
    const auto taken = all_metrics(std::string(line) + "\n",
                                   {.point = [](std::string_view, std::uint64_t, double) { FAIL() << "a point"; },
                                    .matrix = [](std::string_view, const Matrix&) { FAIL() << "a matrix"; }});
    ASSERT_FALSE(taken) << line;
    EXPECT_EQ(taken.error().code, ErrorCode::bad_data);
  }
}

TEST(MetricsLog, RefusesAFileThatExists) {
  const ScratchFolder scratch;
  const auto path = scratch.put("m.jsonl", "before");
  EXPECT_FALSE(MetricsLog::create(path.string()));
  EXPECT_EQ(scratch.get("m.jsonl"), "before");
}

}  // namespace
}  // namespace cloister::cli
