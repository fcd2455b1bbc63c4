#include "augmenter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "cloister/base/hash.h"
#include "images.h"
#include "passes.h"

namespace cloister::data {
namespace {

// An image in which all pixels differ where they can.
Bytes picture(const ImageShape& shape) {
  Bytes pixels(static_cast<std::size_t>(shape.bytes()));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::byte>((i * 37 + i / 7) & 255);
  return pixels;
}

Bytes augmented(const Augmentation& options, const ImageShape& shape, std::uint64_t place = 0) {
  Bytes pixels = picture(shape);
  Augmenter augmenter(options);
  augmenter.begin(place, shape);
  augmenter.finish(shape, pixels);
  return pixels;
}

constexpr ImageShape kColour{5, 4, 3};

TEST(Augmenter, ChangesNothingByItself) { EXPECT_EQ(augmented({.seed = 1}, kColour), picture(kColour)); }

TEST(Augmenter, FlipsAreMirrors) {
  const Bytes before = picture(kColour);
  const auto at = [](const Bytes& pixels, std::size_t y, std::size_t x, std::size_t c) {
    return pixels[(y * 4 + x) * 3 + c];
  };
  const Bytes across = augmented({.horizontal_flip = 1}, kColour);
  const Bytes over = augmented({.vertical_flip = 1}, kColour);
  for (std::size_t y = 0; y < 5; ++y) {
    for (std::size_t x = 0; x < 4; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_EQ(at(across, y, x, c), at(before, y, 3 - x, c));
        EXPECT_EQ(at(over, y, x, c), at(before, 4 - y, x, c));
      }
    }
  }
  int flipped = 0;
  for (std::uint64_t place = 0; place < 1000; ++place) {
    flipped += augmented({.seed = 3, .horizontal_flip = 0.3}, kColour, place) == across ? 1 : 0;
  }
  EXPECT_NEAR(flipped, 300, 60);
}

TEST(Augmenter, PaddedCropsShift) {
  const ImageShape shape{3, 3, 1};
  const Bytes before = picture(shape);
  std::set<std::pair<int, int>> shifts;
  for (std::uint64_t place = 0; place < 500; ++place) {
    const Bytes after = augmented({.seed = 9, .crop_padding = 1}, shape, place);
    int matches = 0;
    for (int down = -1; down <= 1; ++down) {
      for (int right = -1; right <= 1; ++right) {
        Bytes expected(9, std::byte{0});
        for (int y = 0; y < 3; ++y) {
          for (int x = 0; x < 3; ++x) {
            const int from_y = y + down, from_x = x + right;
            if (from_y < 0 || from_y > 2 || from_x < 0 || from_x > 2) continue;
            expected[static_cast<std::size_t>(3 * y + x)] = before[static_cast<std::size_t>(3 * from_y + from_x)];
          }
        }
        if (after != expected) continue;
        ++matches;
        shifts.insert({down, right});
      }
    }
    ASSERT_EQ(matches, 1) << place;
  }
  EXPECT_EQ(shifts.size(), 9u);
  // Beyond the image everything is padding.
  EXPECT_EQ(augmented({.seed = 5, .crop_padding = 32768}, shape), Bytes(9, std::byte{0}));
}

TEST(Augmenter, RotationTurnsAboutTheCentre) {
  // A flat disc stays, a flat square loses its corners.
  ImageShape shape{21, 21, 1};
  Bytes disc(441, std::byte{0});
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 21; ++x) {
      if ((y - 10) * (y - 10) + (x - 10) * (x - 10) <= 36) disc[static_cast<std::size_t>(21 * y + x)] = std::byte{200};
    }
  }
  for (std::uint64_t place = 0; place < 50; ++place) {
    Bytes turned = disc;
    Augmenter augmenter({.seed = 1, .rotation = 180});
    augmenter.begin(place, shape);
    augmenter.finish(shape, turned);
    EXPECT_EQ(turned[21 * 10 + 10], std::byte{200});
    EXPECT_EQ(turned[21 * 10 + 14], std::byte{200});
    EXPECT_EQ(turned[0], std::byte{0});
    EXPECT_EQ(turned[21 * 10 + 19], std::byte{0});
  }
  EXPECT_EQ(augmented({.rotation = 1e-9}, kColour), picture(kColour));
}

TEST(Augmenter, ColoursMoveByTheirFactors) {
  // All grey: contrast and saturation leave it, brightness scales it.
  const ImageShape shape{2, 2, 3};
  const auto changed = [&](const Augmentation& options, Bytes pixels) {
    Augmenter augmenter(options);
    augmenter.begin(4, shape);
    augmenter.finish(shape, pixels);
    return pixels;
  };
  const Bytes grey(12, std::byte{100});
  EXPECT_EQ(changed({.contrast = 1, .saturation = 1}, grey), grey);
  const Bytes bright = changed({.brightness = 0.5}, grey);
  EXPECT_EQ(bright, Bytes(12, bright[0]));
  EXPECT_NE(bright[0], std::byte{100});
  EXPECT_GE(bright[0], std::byte{50});
  EXPECT_LE(bright[0], std::byte{150});
  const Bytes white(12, std::byte{255});
  for (const std::byte pixel : changed({.brightness = 1}, white)) EXPECT_LE(pixel, std::byte{255});
}

TEST(Augmenter, CropsHaveTheAreaAndRatioAskedFor) {
  const ImageShape shape{100, 80, 3};
  Augmenter augmenter({.seed = 2, .random_resized_crop = std::pair{0.2, 0.6}});
  for (std::uint64_t place = 0; place < 2000; ++place) {
    const Crop crop = augmenter.begin(place, shape);
    ASSERT_LE(crop.top + crop.height, 100u);
    ASSERT_LE(crop.left + crop.width, 80u);
    const double area = crop.height * crop.width / 8000.0, ratio = static_cast<double>(crop.width) / crop.height;
    EXPECT_GT(area, 0.19);
    EXPECT_LT(area, 0.61);
    EXPECT_GT(ratio, 0.73);
    EXPECT_LT(ratio, 1.36);
  }
  // No such part fits: the largest in the middle that has a ratio in range.
  Augmenter whole({.random_resized_crop = std::pair{1.0, 1.0}});
  EXPECT_EQ(whole.begin(0, {10, 100, 1}), (Crop{0, 43, 10, 13}));
  EXPECT_EQ(whole.begin(0, {100, 10, 1}), (Crop{43, 0, 13, 10}));
  EXPECT_EQ(whole.begin(0, {1, 1, 1}), (Crop{0, 0, 1, 1}));
}

TEST(Augmenter, IsTheSameForEver) {
  const Augmentation options{.seed = 7,
                             .random_resized_crop = std::pair{0.1, 1.0},
                             .crop_padding = 2,
                             .rotation = 30,
                             .horizontal_flip = 0.5,
                             .vertical_flip = 0.5,
                             .brightness = 0.4,
                             .contrast = 0.4,
                             .saturation = 0.4};
  Sha256 hash;
  Augmenter augmenter(options);
  for (std::uint64_t place = 0; place < 200; ++place) {
    const ImageShape shape{33, 47, 3};
    const Crop crop = augmenter.begin(place, shape);
    hash.update_u64(crop.top).update_u64(crop.left).update_u64(crop.height).update_u64(crop.width);
    Bytes pixels = picture(shape);
    augmenter.finish(shape, pixels);
    hash.update(pixels);
  }
  EXPECT_EQ(hex(hash.finish()), "d75d6998ad8facb13619e51554b871f5a9ce1dde415fe169008631a63db79c56");
}

TEST(Augmenter, NumbersOutOfRangeAreRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<Augmentation, const char*> cases[] = {
      {{.random_resized_crop = std::pair{0.0, 1.0}}, "random_resized_crop"},
      {{.random_resized_crop = std::pair{0.5, 0.4}}, "random_resized_crop"},
      {{.random_resized_crop = std::pair{0.5, 1.1}}, "random_resized_crop"},
      {{.random_resized_crop = std::pair{nan, nan}}, "random_resized_crop"},
      {{.crop_padding = 40000}, "crop_padding"},
      {{.rotation = -1}, "rotation"},
      {{.rotation = 181}, "rotation"},
      {{.rotation = nan}, "rotation"},
      {{.horizontal_flip = 1.5}, "horizontal_flip"},
      {{.vertical_flip = -0.5}, "vertical_flip"},
      {{.brightness = 2}, "brightness"},
      {{.contrast = nan}, "contrast"},
      {{.saturation = -1}, "saturation"},
  };
  for (const auto& [options, name] : cases) {
    const auto checked = check_augmentation(options);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(checked.error().message.find(name), std::string::npos) << checked.error().message;
  }
  EXPECT_TRUE(check_augmentation({}));
}

class AugmentedPassTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 6; ++i) {
      const ImageShape shape{24, 20, 3};
      Bytes pixels = picture(shape);
      for (std::byte& pixel : pixels) pixel = static_cast<std::byte>(std::to_integer<int>(pixel) + i);
      folder_.put("d/a/" + std::to_string(i) + ".png", make_png({24, 20, 2}, pixels));
    }
    dataset_ = *open_dataset(folder_.path("d"));
  }
  const TemporaryFolder folder_;
  Dataset::Pointer dataset_;
};

TEST_F(AugmentedPassTest, DependsOnSeedAndPlaceAlone) {
  BatchOptions options{.size = 4,
                       .shuffle_seed = 1,
                       .resize = std::pair{16u, 16u},
                       .augment = Augmentation{.seed = 5, .random_resized_crop = std::pair{0.3, 1.0}, .rotation = 10}};
  const Bytes whole = run_pass(dataset_, options).pixels();
  ASSERT_EQ(whole.size(), 6u * 16 * 16 * 3);
  options.size = 1;
  EXPECT_EQ(run_pass(dataset_, options).pixels(), whole);
  options.start = 2;
  EXPECT_EQ(run_pass(dataset_, options).pixels(), Bytes(whole.begin() + 2 * 768, whole.end()));
  options.start = 0;
  options.augment->seed = 6;
  EXPECT_NE(run_pass(dataset_, options).pixels(), whole);
  options.augment.reset();
  EXPECT_NE(run_pass(dataset_, options).pixels(), whole);
}

TEST_F(AugmentedPassTest, WithoutResizingImagesAreChangedInPlace) {
  const Pass pass = run_pass(dataset_, {.size = 6, .augment = Augmentation{.horizontal_flip = 1}});
  ASSERT_EQ(pass.error, "");
  const Bytes plain = run_pass(dataset_, {.size = 6}).pixels();
  const Bytes flipped = pass.pixels();
  for (std::size_t row = 0; row < 6 * 24; ++row) {
    for (std::size_t x = 0; x < 20; ++x) ASSERT_EQ(flipped[(row * 20 + x) * 3], plain[(row * 20 + 19 - x) * 3]);
  }
}

TEST_F(AugmentedPassTest, ACropNeedsItsSize) {
  const auto stream = BatchStream::start(
      dataset_, {.augment = Augmentation{.random_resized_crop = std::pair{0.3, 1.0}}}, heap_buffers());
  ASSERT_FALSE(stream);
  EXPECT_NE(stream.error().message.find("resize"), std::string::npos);
  EXPECT_FALSE(BatchStream::start(dataset_, {.augment = Augmentation{.rotation = 200}}, heap_buffers()));
}

}  // namespace
}  // namespace cloister::data
