#include "process.h"

#include <gtest/gtest.h>

namespace cloister::bench {
namespace {

TEST(Process, GivesOutputAndTimes) {
  const auto finished =
      run_process({.arguments = {"sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done"}});
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->output, "done\n");
  EXPECT_GT(finished->wall_seconds, 0);
  EXPECT_GT(finished->cpu_seconds, 0);
  EXPECT_LT(finished->cpu_seconds, 10);
  EXPECT_GT(finished->peak_mib, 0.1);
}

TEST(Process, SetsEnvironmentBesideTheCallers) {
  const auto finished = run_process(
      {.arguments = {"sh", "-c", "echo $SHADE $HOME"}, .environment = {{"SHADE", "blue"}, {"HOME", "away"}}});
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->output, "blue away\n");
}

TEST(Process, LargeOutputDoesNotBlock) {
  const auto finished = run_process({.arguments = {"head", "-c", "1000000", "/dev/zero"}});
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->output.size(), 1'000'000u);
}

TEST(Process, FailureTellsTheStatusAndTheLastWords) {
  const auto failed = run_process({.arguments = {"sh", "-c", "echo first >&2; echo no such card >&2; exit 3"}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::bad_data);
  EXPECT_NE(failed.error().message.find("status 3"), std::string::npos) << failed.error().message;
  EXPECT_TRUE(failed.error().message.ends_with("no such card")) << failed.error().message;
}

TEST(Process, AbsentProgramAndSignalAreErrors) {
  const auto absent = run_process({.arguments = {"/absent/program"}});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::io);
  const auto killed = run_process({.arguments = {"sh", "-c", "kill -TERM $$"}});
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace cloister::bench
