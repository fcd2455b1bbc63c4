#include "cloister/base/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

namespace cloister {
namespace {

using Shape = std::vector<std::int64_t>;
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(CheckedProduct, CountsElements) {
  EXPECT_EQ(*checked_product(Shape{}), 1);
  EXPECT_EQ(*checked_product(Shape{2, 3, 4}), 24);
  EXPECT_EQ(*checked_product(Shape{2, 0, 4}), 0);
  EXPECT_EQ(*checked_product(Shape{kMax}), kMax);
}

TEST(CheckedProduct, RefusesWhatDoesNotFit) {
  for (const Shape& shape :
       {Shape{-1}, Shape{kMax, 2}, Shape{1LL << 32, 1LL << 31}, Shape{0, kMax, kMax}, Shape{0, -1}}) {
    const auto product = checked_product(shape);
    ASSERT_FALSE(product) << shape_text(shape);
    EXPECT_EQ(product.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(product.error().message.find(shape_text(shape)), std::string::npos);
  }
}

TEST(CheckedByteSize, MultipliesByTheElementSize) {
  EXPECT_EQ(*checked_byte_size(Shape{3, 5}, 8), 120u);
  EXPECT_FALSE(checked_byte_size(Shape{kMax / 2}, 4));
}

TEST(CheckedArithmetic, ReportsOverflow) {
  EXPECT_EQ(checked_add<std::uint8_t>(200, 55), 255);
  EXPECT_FALSE(checked_add<std::uint8_t>(200, 56).has_value());
  EXPECT_EQ(checked_multiply<std::int64_t>(kMax, 1), kMax);
  EXPECT_FALSE(checked_multiply<std::int64_t>(kMax, 2).has_value());
}

TEST(ShapeText, StaysShort) {
  EXPECT_EQ(shape_text(Shape{}), "[]");
  EXPECT_EQ(shape_text(Shape{2, 3}), "[2, 3]");
  EXPECT_LT(shape_text(Shape(100000, 7)).size(), 100u);
}

TEST(ByteReader, ReadsBothByteOrders) {
  const std::array<std::byte, 7> bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                                       std::byte{5}, std::byte{6}, std::byte{7}};
  ByteReader reader(bytes, "the test");
  EXPECT_EQ(*reader.little<std::uint16_t>(), 0x0201);
  EXPECT_EQ(*reader.big<std::uint32_t>(), 0x03040506u);
  EXPECT_EQ(reader.offset(), 6u);
  EXPECT_EQ(reader.remaining(), 1u);
}

TEST(ByteReader, TakesNothingWhenTooLittleIsLeft) {
  const std::array<std::byte, 3> bytes{};
  ByteReader reader(bytes, "the test");
  const auto missing = reader.little<std::uint64_t>();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::bad_data);
  EXPECT_NE(missing.error().message.find("the test ends after 3 bytes"), std::string::npos) << missing.error().message;
  EXPECT_FALSE(reader.take(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(reader.take(3)->size(), 3u);
}

TEST(Utf8, AcceptsWellFormedTextOnly) {
  for (const char* good : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
                          "\xf0\x9f\x98", "a\xc3z"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(Utf8, ClippedCutsBetweenCharacters) {
  EXPECT_EQ(clipped("short", 10), "short");
  EXPECT_EQ(clipped("a\xc3\xa9z", 2), "a");
  EXPECT_EQ(clipped("a\xc3\xa9z", 3), "a\xc3\xa9");
  EXPECT_EQ(clipped("\x80\x80\x80", 2), "");
}

}  // namespace
}  // namespace cloister
