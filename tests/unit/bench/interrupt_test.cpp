#include "interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

#include "process.h"

namespace cloister::bench {
namespace {

TEST(Interrupt, ASignalIsRememberedAndNothingMoreIsStarted) {
  const InterruptWatch watch;
  EXPECT_TRUE(check_interrupted());
  ASSERT_EQ(std::raise(SIGTERM), 0);
  ASSERT_FALSE(check_interrupted());
  EXPECT_EQ(check_interrupted().error().code, ErrorCode::interrupted);
  const auto refused = run_process({.arguments = {"true"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::interrupted);
}

TEST(Interrupt, WhatRunsIsFinished) {
  const InterruptWatch watch;
  const auto finished = run_process({.arguments = {"sh", "-c", "kill -INT $PPID; echo done"}});
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->output, "done\n");
  EXPECT_FALSE(check_interrupted());
}

TEST(Interrupt, AProgramThatTheSameSignalEndedIsNoFailureOfItsOwn) {
  const InterruptWatch watch;
  const auto ended = run_process({.arguments = {"sh", "-c", "kill -INT $PPID; exit 130"}});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::interrupted);
}

TEST(Interrupt, ANewWatchStartsAnew) {
  {
    const InterruptWatch watch;
    ASSERT_EQ(std::raise(SIGHUP), 0);
  }
  const InterruptWatch watch;
  EXPECT_TRUE(check_interrupted());
}

}  // namespace
}  // namespace cloister::bench
