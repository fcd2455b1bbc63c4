// What lets an interrupted run be taken up: its job written down, its folder held, its metrics kept.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "cloister/cli/job.h"
#include "cloister/cli/metrics_log.h"
#include "cloister/cli/run_directory.h"
#include "cloister/cli/run_plan.h"
#include "scratch_folder.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

Job full_job() {
  Job job;
  job.component = "/some/where \"quoted\" é\n/a.wasm";
  job.component_sha256 = std::string(64, 'a');
  job.arguments = std::vector<std::string>{"--name", "", "it's", "tab\tand\x01", "'''", "\\"};
  job.device = "cpu";
  job.backend = "stub";
  job.seed = 9'223'372'036'854'775'807;
  job.threads = 3;
  job.deny_content_dependent = true;
  job.grants.datasets["train"] = "/data/it's";
  job.grants.models["m.1-x"] = "/m";
  job.grants.clock = true;
  job.grants.randomness = true;
  job.grants.outputs["here"] = "";
  job.grants.outputs["there"] = "/out/there";
  job.limits = {{"time", "2h"}, {"handles", "12"}};
  return job;
}

TEST(JobText, IsAJobFileThatSaysTheSame) {
  const Job job = full_job();
  const auto text = job_text(job);
  ASSERT_TRUE(text) << text.error().message;
  const auto again = parse_job(*text, "job.toml", "/elsewhere");
  ASSERT_TRUE(again) << again.error().message << "\n" << *text;
  EXPECT_EQ(again->component, job.component);
  EXPECT_EQ(again->component_sha256, job.component_sha256);
  EXPECT_EQ(again->arguments, job.arguments);
  EXPECT_EQ(again->device, job.device);
  EXPECT_EQ(again->backend, job.backend);
  EXPECT_EQ(again->seed, job.seed);
  EXPECT_EQ(again->threads, job.threads);
  EXPECT_EQ(again->deny_content_dependent, job.deny_content_dependent);
  EXPECT_EQ(again->grants.datasets, job.grants.datasets);
  EXPECT_EQ(again->grants.models, job.grants.models);
  EXPECT_EQ(again->grants.outputs, job.grants.outputs);
  EXPECT_TRUE(again->grants.clock && again->grants.randomness);
  EXPECT_EQ(again->limits, job.limits);
  EXPECT_EQ(*job_text(*again), *text);
  EXPECT_TRUE(parse_job(*job_text({}), "job.toml", ""));
}

TEST(JobText, RefusesWhatTomlCannotSay) {
  Job job;
  job.grants.datasets["train"] = "/data/\xff";
  const auto text = job_text(job);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("'train'"), std::string::npos) << text.error().message;
}

TEST(JobText, APlansJobLeavesNothingOpen) {
  Job job;
  job.component = "a.wasm";
  job.grants.datasets["train"] = "data/../train";
  job.grants.outputs["here"] = "";
  job.directory = "run";
  const auto plan = plan_run(job);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(*plan->job.component, (fs::current_path() / "a.wasm").string());
  EXPECT_EQ(plan->job.grants.datasets.at("train"), fs::current_path() / "train");
  EXPECT_EQ(plan->job.grants.outputs.at("here"), "");
  EXPECT_EQ(plan->job.threads, available_processors());
  EXPECT_FALSE(plan->job.directory);
}

TEST(JobFile, AComponentsDigestIsChecked) {
  EXPECT_TRUE(parse_job("component_sha256 = '" + std::string(64, '0') + "'", "j", ""));
  for (const char* bad :
       {"component_sha256 = 'abc'", "component_sha256 = 5", "[outputs]\na = false", "[outputs]\n\"../a\" = true"}) {
    const auto job = parse_job(bad, "j", "");
    ASSERT_FALSE(job) << bad;
    EXPECT_EQ(job.error().code, ErrorCode::invalid_argument);
  }
}

class ResumedDirectory : public testing::Test {
 protected:
  RunDirectory made() {
    auto directory = RunDirectory::create(folder_, "a");
    if (!directory) throw std::runtime_error(directory.error().message);
    if (auto held = directory->hold("seed = 1\n"); !held) throw std::runtime_error(held.error().message);
    return *std::move(directory);
  }
  std::string refusal(const std::string& folder) {
    const auto reopened = RunDirectory::reopen(folder);
    if (reopened) return ADD_FAILURE() << "it was reopened", "";
    EXPECT_EQ(reopened.error().code, ErrorCode::bad_data);
    return reopened.error().message;
  }

  ScratchFolder scratch_;
  std::string folder_ = (scratch_.path() / "run").string();
};

TEST_F(ResumedDirectory, IsHeldByOneAtATime) {
  {
    const RunDirectory first = made();
    EXPECT_EQ(scratch_.get("run/job.toml"), "seed = 1\n");
    EXPECT_FALSE(first.is_reopened());
    EXPECT_NE(refusal(folder_).find("at work"), std::string::npos);
  }
  const auto second = RunDirectory::reopen(folder_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(second->is_reopened());
  EXPECT_NE(refusal(folder_).find("at work"), std::string::npos);
}

TEST_F(ResumedDirectory, IsFreeWhenItsProcessWasKilled) {
  const pid_t child = fork();
  if (child == 0) {
    const RunDirectory directory = made();
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(RunDirectory::reopen(folder_));
}

TEST_F(ResumedDirectory, TwoRunsCannotStartInOneFolder) {
  fs::create_directory(folder_);
  auto first = RunDirectory::create(folder_, "a"), second = RunDirectory::create(folder_, "a");
  ASSERT_TRUE(first && second);  // it is empty for both
  ASSERT_TRUE(first->hold("first"));
  const auto held = second->hold("second");
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::invalid_argument);
  second->abandon();
  EXPECT_EQ(scratch_.get("run/job.toml"), "first");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(ResumedDirectory, MustBeOneOfARunThatDidNotEndWell) {
  EXPECT_NE(refusal(folder_).find("no folder"), std::string::npos);
  fs::create_directory(folder_);
  EXPECT_NE(refusal(folder_).find("job.toml"), std::string::npos);
  scratch_.put("run/job.toml", "");
  for (const char* record : {"{\"status\": \"failed\"}", "{\"status\": \"limit\", \"grants\": [{\"status\": \"ok\"}]}",
                             "{", "", "[\"ok\"]", "{\"other\": {\"status\": \"ok\"}}"}) {
    scratch_.put("run/run.json", record);
    EXPECT_TRUE(RunDirectory::reopen(folder_)) << record;
  }
  scratch_.put("run/run.json", "{\"grants\": [{\"deep\": [1]}], \"status\": \"ok\"}");
  EXPECT_NE(refusal(folder_).find("ended well"), std::string::npos);
}

TEST_F(ResumedDirectory, ForgetsWhatWasHalfWritten) {
  made();
  for (const char* file :
       {"run.json", "loss.svg", "metrics.svg", "checkpoints/s.safetensors", "checkpoints/s.safetensors.12-3.partial",
        "outputs/s", "outputs/s.12-3.partial", "outputs/s.txt.12-3.partial", "outputs/s.x.partial", "mine.partial"}) {
    scratch_.put((std::string("run/") + file).c_str(), "x");
  }
  const host::Grants::Named outputs{{"s", folder_ + "/outputs/s"}};
  const auto directory = RunDirectory::reopen(folder_);
  ASSERT_TRUE(directory);
  EXPECT_TRUE(directory->has_checkpoint(outputs));
  EXPECT_FALSE(directory->has_checkpoint({{"t", ""}}));
  directory->clear(outputs);
  directory->abandon();  // leaves it alone
  std::vector<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (entry.is_regular_file()) left.push_back(fs::relative(entry.path(), folder_).string());
  }
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (std::vector<std::string>{"checkpoints/s.safetensors", "job.toml", "mine.partial", "outputs/s",
                                            "outputs/s.txt.12-3.partial", "outputs/s.x.partial"}));
}

struct Point {
  std::string series;
  std::uint64_t step;
  double value;
};

Result<std::vector<Point>> points_of(std::string_view text) {
  std::vector<Point> points;
  CLOISTER_CHECK(
      all_metrics(text, {.point = [&](std::string_view series, std::uint64_t step,
                                      double value) { points.push_back({std::string(series), step, value}); },
                         .matrix = [](std::string_view, const Matrix&) {}}));
  return points;
}

TEST(ResumedMetrics, GoOnFromWhatWasKept) {
  const ScratchFolder scratch;
  const std::string path = (scratch.path() / "m.jsonl").string();
  auto log = MetricsLog::create(path);
  ASSERT_TRUE(log);
  log->add("a", UINT64_MAX, 0.1);
  log->add("b", 2, std::numeric_limits<double>::quiet_NaN());
  log->add("b", 3, -std::numeric_limits<double>::infinity());
  const auto kept = log->text();
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, scratch.get("m.jsonl"));
  log->add("a", 4, 7);
  ASSERT_TRUE(log->flush());

  const auto points = points_of(*kept);
  ASSERT_TRUE(points) << points.error().message;
  ASSERT_EQ(points->size(), 3U);
  EXPECT_EQ((*points)[0].series, "a");
  EXPECT_EQ((*points)[0].step, UINT64_MAX);
  EXPECT_EQ((*points)[0].value, 0.1);
  EXPECT_TRUE(std::isnan((*points)[1].value));
  EXPECT_EQ((*points)[2].value, -std::numeric_limits<double>::infinity());

  const std::string before = scratch.get("m.jsonl");
  auto again = MetricsLog::reopen(path);
  ASSERT_TRUE(again);
  ASSERT_TRUE(again->flush());
  EXPECT_EQ(scratch.get("m.jsonl"), before);
  again->add("lost", 1, 1);
  ASSERT_TRUE(again->start_over(*kept));
  again->add("a", 4, 7);
  ASSERT_TRUE(again->flush());
  EXPECT_EQ(scratch.get("m.jsonl"), before);
}

TEST(ResumedMetrics, WhatIsNoPointIsRefused) {
  for (const char* bad :
       {"x\n", "\n", "{}\n", "[]\n", "{\"series\":\"a\",\"step\":1,\"value\":1}",
        "{\"series\":\"a\",\"step\":-1,\"value\":1}\n", "{\"series\":1,\"step\":1,\"value\":1}\n",
        "{\"series\":\"a\",\"step\":1,\"value\":\"high\"}\n", "{\"series\":\"a\",\"step\":1.5,\"value\":1}\n",
        "{\"series\":{\"a\":[[[]]]},\"step\":1,\"value\":1}\n"}) {
    const auto points = points_of(bad);
    ASSERT_FALSE(points) << bad;
    EXPECT_EQ(points.error().code, ErrorCode::bad_data);
    EXPECT_NE(points.error().message.find("line 1"), std::string::npos);
  }
  EXPECT_TRUE(points_of(""));
}

}  // namespace
}  // namespace cloister::cli
