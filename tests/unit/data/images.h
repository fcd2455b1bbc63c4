// PNG and JPEG files for tests.
#pragma once

#include <cstdint>

#include "temporary_folder.h"

namespace cloister::data {

struct PngOptions {
  std::uint32_t height = 1;
  std::uint32_t width = 1;
  int color_type = 0;  // of PNG: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha
  int bit_depth = 8;
  bool interlaced = false;
};

// `pixels` as PNG stores them: rows of packed samples, 16-bit ones big-endian. A palette image gets the palette
// red, green, blue, white, of which blue is half transparent when `transparent_blue`.
Bytes make_png(const PngOptions& options, const Bytes& pixels, bool transparent_blue = false);

// The image filled with one colour, or grey for `channels` 1.
Bytes make_flat_png(std::uint32_t height, std::uint32_t width, std::uint32_t channels, int value);

// Baseline or progressive, `channels` 1, 3 or 4 (CMYK).
Bytes make_jpeg(std::uint32_t height, std::uint32_t width, int channels, const Bytes& pixels, bool progressive = false);

// Bytes from numbers.
Bytes bytes_from(std::initializer_list<int> values);

}  // namespace cloister::data
