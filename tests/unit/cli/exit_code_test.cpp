#include "cloister/cli/exit_code.h"

#include <gtest/gtest.h>

namespace cloister::cli {
namespace {

TEST(ExitCode, FollowsTheDocumentedTable) {
  EXPECT_EQ(exit_code_of(ErrorCode::bad_data), ExitCode::bad_input);
  EXPECT_EQ(exit_code_of(ErrorCode::not_granted), ExitCode::bad_input);
  EXPECT_EQ(exit_code_of(ErrorCode::invalid_argument), ExitCode::bad_input);
  EXPECT_EQ(exit_code_of(ErrorCode::quota_exceeded), ExitCode::limit);
  EXPECT_EQ(exit_code_of(ErrorCode::trap), ExitCode::trap);
  EXPECT_EQ(exit_code_of(ErrorCode::io), ExitCode::environment);
  EXPECT_EQ(exit_code_of(ErrorCode::unsupported), ExitCode::environment);
  EXPECT_EQ(exit_code_of(ErrorCode::internal), ExitCode::internal);
  EXPECT_EQ(exit_code_of(ErrorCode::interrupted), ExitCode::interrupted);
}

TEST(ExitCode, NumbersAreStable) {
  EXPECT_EQ(static_cast<int>(ExitCode::ok), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::workload_failed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::usage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::bad_input), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::limit), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::trap), 5);
  EXPECT_EQ(static_cast<int>(ExitCode::environment), 6);
  EXPECT_EQ(static_cast<int>(ExitCode::internal), 70);
  EXPECT_EQ(static_cast<int>(ExitCode::interrupted), 130);
}

}  // namespace
}  // namespace cloister::cli
