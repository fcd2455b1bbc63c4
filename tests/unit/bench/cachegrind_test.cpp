#include "cachegrind.h"

#include <gtest/gtest.h>

namespace cloister::bench {
namespace {

constexpr std::string_view output =
    "desc: I1 cache: ignored\ncmd: ./program 8\nevents: Ir\nfl=a.cpp\nfn=main\n3 17\n4 25\nsummary: 42\n";

TEST(Cachegrind, ReadsTheSumOfInstructions) {
  const auto instructions = parse_cachegrind(output);
  ASSERT_TRUE(instructions) << instructions.error().message;
  EXPECT_EQ(*instructions, 42u);
}

TEST(Cachegrind, FindsTheColumn) {
  const auto instructions = parse_cachegrind("events: Dr Ir Dw\nfn=main\n1 2 3 4\nsummary: 10 18446744073709551615 30");
  ASSERT_TRUE(instructions) << instructions.error().message;
  EXPECT_EQ(*instructions, 18446744073709551615u);
}

TEST(Cachegrind, ATextThatIsNoneIsAnError) {
  for (const std::string_view text :
       {"", "events: Ir\nfn=main\n1 2\n", "events: Dr\nsummary: 3\n", "events: Ir\nsummary:\n",
        "events: Ir\nsummary: many\n", "events: Ir\nsummary: 99999999999999999999\n"}) {
    const auto instructions = parse_cachegrind(text);
    ASSERT_FALSE(instructions) << text;
    EXPECT_EQ(instructions.error().code, ErrorCode::bad_data);
  }
}

}  // namespace
}  // namespace cloister::bench
