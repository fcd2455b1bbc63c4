#include <gtest/gtest.h>

#include "cloister/data/image.h"
#include "images.h"

namespace cloister::data {
namespace {

Bytes convert(const ImageShape& from_shape, const Bytes& from, const ImageShape& to_shape) {
  Bytes to(to_shape.bytes());
  ImageConverter converter;
  converter.convert(from_shape, from, to_shape, to);
  return to;
}

TEST(ImageConverter, SameShapeCopies) {
  const Bytes pixels = bytes_from({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(convert({1, 2, 3}, pixels, {1, 2, 3}), pixels);
}

TEST(ImageConverter, GrowsByLinearInterpolationBetweenCentres) {
  // Centres of 4 pixels over 2: -0.25, 0.25, 0.75, 1.25.
  EXPECT_EQ(convert({1, 2, 1}, bytes_from({0, 100}), {1, 4, 1}), bytes_from({0, 25, 75, 100}));
  EXPECT_EQ(convert({2, 1, 1}, bytes_from({0, 100}), {4, 1, 1}), bytes_from({0, 25, 75, 100}));
  // Centres of 3 over 2: -1/6, 1/2, 7/6.
  EXPECT_EQ(convert({1, 2, 1}, bytes_from({10, 20}), {1, 3, 1}), bytes_from({10, 15, 20}));
}

TEST(ImageConverter, ShrinksByTheMeanOverTheArea) {
  EXPECT_EQ(convert({2, 2, 1}, bytes_from({10, 20, 30, 40}), {1, 1, 1}), bytes_from({25}));
  // 3 pixels over 2: each takes one and a half.
  EXPECT_EQ(convert({1, 3, 1}, bytes_from({0, 90, 240}), {1, 2, 1}), bytes_from({30, 190}));
  EXPECT_EQ(convert({1, 4, 1}, bytes_from({1, 3, 5, 7}), {1, 2, 1}), bytes_from({2, 6}));
}

TEST(ImageConverter, EachDirectionByItself) {
  EXPECT_EQ(convert({2, 2, 1}, bytes_from({0, 100, 0, 100}), {1, 4, 1}), bytes_from({0, 25, 75, 100}));
}

TEST(ImageConverter, ChannelsDoNotMix) {
  EXPECT_EQ(convert({1, 2, 3}, bytes_from({0, 50, 100, 100, 150, 200}), {1, 1, 3}), bytes_from({50, 100, 150}));
}

TEST(ImageConverter, GreyIsRepeated) {
  EXPECT_EQ(convert({1, 2, 1}, bytes_from({7, 9}), {1, 2, 3}), bytes_from({7, 7, 7, 9, 9, 9}));
  EXPECT_EQ(convert({1, 2, 1}, bytes_from({10, 20}), {1, 1, 3}), bytes_from({15, 15, 15}));
}

TEST(ImageConverter, FlatAreasStayFlatAtEverySize) {
  ImageConverter converter;
  for (const int value : {0, 1, 127, 254, 255}) {
    for (std::uint32_t from = 1; from < 12; ++from) {
      for (std::uint32_t to = 1; to < 40; to += 3) {
        const ImageShape from_shape{from, 2 * from, 1};
        const ImageShape to_shape{to, to, 1};
        Bytes out(to_shape.bytes());
        converter.convert(from_shape, Bytes(from_shape.bytes(), static_cast<std::byte>(value)), to_shape, out);
        ASSERT_EQ(out, Bytes(out.size(), static_cast<std::byte>(value))) << from << " to " << to;
      }
    }
  }
}

TEST(ImageConverter, ExtremeSizesAreRight) {
  // A mean over 32768 pixels, half of them black.
  Bytes wide(kMaxSide);
  for (std::size_t i = wide.size() / 2; i < wide.size(); ++i) wide[i] = std::byte{200};
  EXPECT_EQ(convert({1, kMaxSide, 1}, wide, {1, 1, 1}), bytes_from({100}));
  const Bytes grown = convert({1, 2, 1}, bytes_from({0, 255}), {1, kMaxSide, 1});
  EXPECT_EQ(grown.front(), std::byte{0});
  EXPECT_EQ(grown.back(), std::byte{255});
  EXPECT_TRUE(std::is_sorted(grown.begin(), grown.end()));
}

}  // namespace
}  // namespace cloister::data
