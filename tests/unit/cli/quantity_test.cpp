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

}  // namespace
}  // namespace cloister::cli
