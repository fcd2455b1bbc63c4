#include "cloister/cli/quantity.h"

#include <gtest/gtest.h>

namespace cloister::cli {
namespace {

using std::chrono::duration;

TEST(Quantity, ClockText) {
  EXPECT_EQ(clock_text(duration<double>(0)), "0:00");
  EXPECT_EQ(clock_text(duration<double>(7.9)), "0:07");
  EXPECT_EQ(clock_text(duration<double>(754)), "12:34");
  EXPECT_EQ(clock_text(duration<double>(3723)), "1:02:03");
  EXPECT_EQ(clock_text(duration<double>(-5)), "0:00");
}

TEST(Quantity, Grouped) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(Quantity, BytesText) {
  EXPECT_EQ(bytes_text(0), "0 bytes");
  EXPECT_EQ(bytes_text(1), "1 byte");
  EXPECT_EQ(bytes_text(1023), "1023 bytes");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(std::uint64_t{3} << 30), "3.0 GiB");
  EXPECT_EQ(bytes_text(std::uint64_t{1} << 60), "1048576.0 TiB");
}

TEST(Quantity, AgeText) {
  using std::chrono::seconds;
  EXPECT_EQ(age_text(seconds(-5)), "less than a minute");
  EXPECT_EQ(age_text(seconds(59)), "less than a minute");
  EXPECT_EQ(age_text(seconds(60)), "1 minute");
  EXPECT_EQ(age_text(seconds(7200)), "2 hours");
  EXPECT_EQ(age_text(std::chrono::days(91)), "91 days");
}

TEST(Quantity, ParseBytes) {
  EXPECT_EQ(parse_bytes("0").value(), 0U);
  EXPECT_EQ(parse_bytes("4096").value(), 4096U);
  EXPECT_EQ(parse_bytes("512KiB").value(), 512U << 10);
  EXPECT_EQ(parse_bytes("1TiB").value(), std::uint64_t{1} << 40);
  for (const std::string_view wrong : {"", "x", "MiB", "-1", "1MB", "1 MiB", "1.5GiB", "16777216TiB"}) {
    const auto refused = parse_bytes(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_NE(refused.error().message.find("512MiB"), std::string::npos);
  }
}

TEST(Quantity, ParseAge) {
  EXPECT_EQ(parse_age("0d").value(), std::chrono::seconds(0));
  EXPECT_EQ(parse_age("90s").value(), std::chrono::seconds(90));
  EXPECT_EQ(parse_age("45m").value(), std::chrono::minutes(45));
  EXPECT_EQ(parse_age("12h").value(), std::chrono::hours(12));
  EXPECT_EQ(parse_age("30d").value(), std::chrono::days(30));
  for (const std::string_view wrong : {"", "30", "d", "-1d", "1w", "1 d", "36526d", "18446744073709551615d"}) {
    const auto refused = parse_age(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_NE(refused.error().message.find("30d"), std::string::npos);
  }
}

}  // namespace
}  // namespace cloister::cli
