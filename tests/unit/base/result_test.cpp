#include "cloister/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace cloister {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::invalid_argument, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  CLOISTER_TRY(const int once, half(number));
  CLOISTER_TRY(const int twice, half(once));
  return twice;
}

Result<void> divisible_by_four(int number) {
  CLOISTER_CHECK(quarter(number));
  return {};
}

TEST(Result, CarriesValuesAndErrors) {
  EXPECT_EQ(*half(4), 2);
  const auto failed = half(3);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(failed.error().message, "odd");
}

TEST(Result, TryAndCheckPassErrorsOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(divisible_by_four(4));
  EXPECT_EQ(divisible_by_four(6).error().message, "odd");
}

TEST(Result, HoldsMoveOnlyValues) {
  const auto make = []() -> Result<std::unique_ptr<std::string>> { return std::make_unique<std::string>("held"); };
  auto result = make();
  ASSERT_TRUE(result);
  const std::unique_ptr<std::string> taken = *std::move(result);
  EXPECT_EQ(*taken, "held");
}

}  // namespace
}  // namespace cloister
