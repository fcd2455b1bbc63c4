#include "cloister/data/image.h"

#include "images.h"

namespace cloister::data {
namespace {

struct Decoded {
  ImageShape shape;
  Bytes pixels;
};

Result<Decoded> decode(const Bytes& file) {
  CLOISTER_TRY(const ImageShape shape, inspect_image(file, "x"));
  Bytes pixels(shape.bytes());
  CLOISTER_CHECK(decode_image(file, "x", shape, pixels));
  return Decoded{shape, std::move(pixels)};
}

void expect_pixels(const Bytes& file, const ImageShape& shape, const Bytes& pixels) {
  const auto decoded = decode(file);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->shape, shape);
  EXPECT_EQ(decoded->pixels, pixels);
}

TEST(Png, DecodesEveryKindOfPixel) {
  const Bytes grey = bytes_from({0, 100, 200, 255});
  expect_pixels(make_png({2, 2}, grey), {2, 2, 1}, grey);
  const Bytes rgb = bytes_from({1, 2, 3, 4, 5, 6});
  expect_pixels(make_png({1, 2, 2}, rgb), {1, 2, 3}, rgb);
  // 1 bit a pixel: 10100000.
  expect_pixels(make_png({1, 4, 0, 1}, bytes_from({0xa0})), {1, 4, 1}, bytes_from({255, 0, 255, 0}));
  // 16 bits a pixel are scaled: 0x8080 is 128 * 257.
  expect_pixels(make_png({1, 2, 0, 16}, bytes_from({0x80, 0x80, 0xff, 0xff})), {1, 2, 1}, bytes_from({128, 255}));
  // 2 bits a pixel, palette places 0 1 2 3.
  expect_pixels(make_png({1, 4, 3, 2}, bytes_from({0x1b})), {1, 4, 3},
                bytes_from({255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}));
}

TEST(Png, CompositesAlphaOnWhite) {
  expect_pixels(make_png({1, 3, 4}, bytes_from({100, 255, 100, 0, 0, 128})), {1, 3, 1}, bytes_from({100, 255, 127}));
  expect_pixels(make_png({1, 2, 6}, bytes_from({10, 20, 30, 255, 0, 0, 0, 51})), {1, 2, 3},
                bytes_from({10, 20, 30, 204, 204, 204}));
  expect_pixels(make_png({1, 4, 3, 2}, bytes_from({0x1b}), true), {1, 4, 3},
                bytes_from({255, 0, 0, 0, 255, 0, 127, 127, 255, 255, 255, 255}));
  // Opaque 16-bit pixels pass through unchanged.
  expect_pixels(make_png({1, 1, 4, 16}, bytes_from({0x40, 0x40, 0xff, 0xff})), {1, 1, 1}, bytes_from({64}));
}

TEST(Png, InterlacedImagesComeWhole) {
  Bytes pixels;
  for (int i = 0; i < 17 * 13 * 3; ++i) pixels.push_back(static_cast<std::byte>(i * 7));
  expect_pixels(make_png({13, 17, 2, 8, true}, pixels), {13, 17, 3}, pixels);
}

TEST(Jpeg, DecodesGreyAndColour) {
  for (const bool progressive : {false, true}) {
    const auto grey = decode(make_jpeg(9, 10, 1, Bytes(90, std::byte{77}), progressive));
    ASSERT_TRUE(grey) << grey.error().message;
    EXPECT_EQ(grey->shape, (ImageShape{9, 10, 1}));
    EXPECT_EQ(grey->pixels, Bytes(90, std::byte{77}));
    const auto colour = decode(make_jpeg(8, 8, 3, Bytes(192, std::byte{200}), progressive));
    ASSERT_TRUE(colour) << colour.error().message;
    EXPECT_EQ(colour->shape, (ImageShape{8, 8, 3}));
    EXPECT_EQ(colour->pixels, Bytes(192, std::byte{200}));
  }
}

TEST(Jpeg, RefusesCmyk) {
  const auto decoded = decode(make_jpeg(8, 8, 4, Bytes(256, std::byte{1})));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
}

// Every prefix of a file: no crash, and an error that names the image.
void expect_prefixes_fail(const Bytes& file, std::size_t harmless_tail) {
  for (std::size_t size = 0; size + harmless_tail < file.size(); ++size) {
    const auto decoded = decode(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_FALSE(decoded) << size << " of " << file.size();
    EXPECT_EQ(decoded.error().code, ErrorCode::bad_data);
    EXPECT_NE(decoded.error().message.find("the image 'x' cannot be decoded: "), std::string::npos);
    EXPECT_GT(decoded.error().message.size(), std::string("the image 'x' cannot be decoded: ").size());
  }
}

TEST(Image, TruncatedFilesAreErrors) {
  Bytes noise;
  for (int i = 0; i < 32 * 32 * 3; ++i) noise.push_back(static_cast<std::byte>(i * i * 31));
  expect_prefixes_fail(make_png({32, 32, 2}, noise), 0);
  expect_prefixes_fail(make_png({32, 32, 2, 8, true}, noise), 0);
  expect_prefixes_fail(make_jpeg(32, 32, 3, noise), 0);
  expect_prefixes_fail(make_jpeg(32, 32, 3, noise, true), 0);
}

TEST(Image, DamagedFilesNeverCrash) {
  Bytes noise;
  for (int i = 0; i < 16 * 16 * 3; ++i) noise.push_back(static_cast<std::byte>(i * i * 31));
  for (const Bytes& file : {make_png({16, 16, 2}, noise), make_jpeg(16, 16, 3, noise, true)}) {
    for (std::size_t at = 0; at < file.size(); ++at) {
      Bytes damaged = file;
      damaged[at] ^= std::byte{0x5a};
      const auto decoded = decode(damaged);
      if (!decoded) {
        EXPECT_NE(decoded.error().message.find("'x'"), std::string::npos);
      }
    }
  }
}

TEST(Image, SizesAreBoundedBeforeAnythingIsAllocated) {
  Bytes png = make_flat_png(1, 1, 1, 0);
  // The width and height of IHDR, bytes 16 to 23; its CRC is then wrong, so these come from libpng or from us.
  for (const auto& [at, value] : {std::pair{16, 0x7f}, std::pair{17, 0xff}, std::pair{20, 0x7f}}) {
    Bytes huge = png;
    huge[static_cast<std::size_t>(at)] = static_cast<std::byte>(value);
    EXPECT_EQ(decode(huge).error().code, ErrorCode::bad_data);
  }
  // 65500 x 65500 pixels in a JPEG header: SOF0 holds them after FF C0 00 0B 08.
  Bytes jpeg = make_jpeg(8, 8, 1, Bytes(64));
  for (std::size_t i = 0; i + 8 < jpeg.size(); ++i) {
    if (jpeg[i] == std::byte{0xff} && jpeg[i + 1] == std::byte{0xc0}) {
      for (const std::size_t offset : {5, 7}) {
        jpeg[i + offset] = std::byte{0xff};
        jpeg[i + offset + 1] = std::byte{0xdc};
      }
    }
  }
  const auto huge = decode(jpeg);
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find("65500 x 65500"), std::string::npos) << huge.error().message;
}

TEST(Image, OtherFormatsAreRefused) {
  for (const char* text : {"", "GIF89a", "BM", "\xff\xd8", "\x89PNG"}) {
    const auto decoded = decode(bytes_of(text));
    ASSERT_FALSE(decoded);
    EXPECT_NE(decoded.error().message.find("neither PNG nor JPEG"), std::string::npos);
  }
}

}  // namespace
}  // namespace cloister::data
