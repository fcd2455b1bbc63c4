#include "image_data.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "cloister/data/idx.h"

namespace cloister::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t digits = 5;

class ImageData : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("cloister-image-data-" + std::to_string(getpid()));
    fs::create_directories(root_);
    std::vector<std::byte> pixels(digits * digit_side * digit_side);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::byte>(i % 251);
    write("train-images-idx3-ubyte", std::array<std::int64_t, 3>{digits, digit_side, digit_side}, pixels);
    write("train-labels-idx1-ubyte", std::array<std::int64_t, 1>{digits}, std::vector(digits, std::byte{7}));
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const char* name, std::span<const std::int64_t> shape, const std::vector<std::byte>& bytes) {
    auto writer = data::IdxWriter::create((root_ / name).string(), shape);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->write(bytes));
    ASSERT_TRUE(writer->commit());
  }

  fs::path root_;
};

TEST(EnlargeDigit, AFlatDigitStaysFlat) {
  const std::vector<std::byte> digit(digit_side * digit_side, std::byte{199});
  std::vector<std::byte> image(image_bytes);
  enlarge_digit(digit, image);
  for (const std::byte value : image) ASSERT_EQ(value, std::byte{199});
}

TEST(EnlargeDigit, InterpolatesBetweenCentres) {
  std::vector<std::byte> digit(digit_side * digit_side, std::byte{0});
  for (std::size_t row = 0; row < digit_side; ++row) digit[row * digit_side + 1] = std::byte{160};
  std::vector<std::byte> image(image_bytes);
  enlarge_digit(digit, image);
  // Columns 4 .. 11 lie 1/16, 3/16, ... 15/16 of the way from the centre of digit column 0 to that of column 1.
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_EQ(std::to_integer<int>(image[(100 * image_side + 4 + i) * 3]), 10 + 20 * static_cast<int>(i)) << i;
  EXPECT_EQ(image[0], std::byte{0});
}

TEST_F(ImageData, SizesAreTheReferences) {
  EXPECT_EQ(images_in(std::uint64_t{1} << 30), 7133u);
  EXPECT_EQ(images_in(std::uint64_t{3} << 30), 21399u);
}

TEST_F(ImageData, WritesImagesAndLabelsOnce) {
  std::uint64_t told = 0;
  const auto progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, 3u);
    told = done;
  };
  const auto path = prepare_images(root_, root_ / "bench", "train", 3, progress);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(told, 3u);
  const auto images = data::read_idx(path->string(), 1 << 20);
  ASSERT_TRUE(images) << images.error().message;
  EXPECT_EQ(images->shape, (std::vector<std::int64_t>{3, 224, 224, 3}));
  std::string labels = path->string();
  labels.replace(labels.find("images-idx4"), 11, "labels-idx1");
  const auto classes = data::read_idx(labels, 100);
  ASSERT_TRUE(classes) << classes.error().message;
  EXPECT_EQ(classes->shape, std::vector<std::int64_t>{3});

  told = 0;
  ASSERT_TRUE(prepare_images(root_, root_ / "bench", "train", 3, progress));
  EXPECT_EQ(told, 0u) << "the second time nothing is written";
}

TEST_F(ImageData, MoreThanThereAreIsAnErrorAndLeavesNothing) {
  const auto quiet = [](std::uint64_t, std::uint64_t) {};
  const auto path = prepare_images(root_, root_ / "bench", "train", digits + 1, quiet);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(fs::exists(root_ / "bench"));
  const auto absent = prepare_images(root_ / "absent", root_ / "bench", "train", 1, quiet);
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().message.find("make data"), std::string::npos);
}

}  // namespace
}  // namespace cloister::bench
