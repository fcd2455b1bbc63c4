// Decoding of PNG and JPEG, and resizing; for images that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/data/dataset.h"

namespace cloister::data {

// Bounds on what a header may claim, checked before anything is allocated for it. Decoding takes at most
// 12 bytes a pixel beside the result.
inline constexpr std::uint32_t kMaxSide = 1 << 15;
inline constexpr std::uint64_t kMaxPixels = 1 << 26;
// Larger files are refused before they are read.
inline constexpr std::uint64_t kMaxImageFileBytes = 1 << 28;

// The size of a PNG or JPEG as its header gives it, and the channels that decode_image will give: 1 for grey, with
// alpha or not, 3 otherwise. `name` is for messages. Errors: bad_data for other formats, damage, or sizes beyond the
// bounds; unsupported for CMYK.
Result<ImageShape> inspect_image(std::span<const std::byte> file, std::string_view name);

// Decodes into `pixels`, row-major [height, width, channels], 8 bits a sample: 16-bit samples are scaled, palettes
// expanded, alpha is composited on white, interlaced and progressive images come whole. Colour profiles, gamma and
// orientation tags are not applied, as in torchvision.
// REQUIRES: `shape` from inspect_image of the same bytes and pixels.size() == shape.bytes().
// Errors: bad_data, also for an image that ends early.
Result<void> decode_image(std::span<const std::byte> file, std::string_view name, const ImageShape& shape,
                          std::span<std::byte> pixels);

// Resizes and brings grey to three channels; one converter serves any number of images of any size, and keeps its
// tables and scratch memory between them. Each direction by itself: to more pixels by linear interpolation between
// pixel centres, the border repeated; to fewer by the mean over the area of the source that a pixel covers.
// Arithmetic is in integers (weights of 14 bits that sum to exactly 1, 8 fractional bits between the directions), so
// results are the same everywhere and flat areas stay exactly flat.
// Thread safety: none.
class ImageConverter {
 public:
  // REQUIRES: sizes of both spans as their shapes say, all sides at least 1 and at most kMaxSide, and equal channels or
  // from 1 to 3.
  void convert(const ImageShape& from_shape, std::span<const std::byte> from, const ImageShape& to_shape,
               std::span<std::byte> to);

 private:
  // Output pixel i is the sum of weights[k] * input[first + k].
  struct Taps {
    std::uint32_t first = 0;
    std::uint32_t offset = 0;  // of its weights
    std::uint32_t count = 0;
  };
  struct Axis {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::vector<Taps> taps;
    std::vector<std::uint16_t> weights;
    void prepare(std::uint32_t from_size, std::uint32_t to_size);
  };
  void widen_row(const std::byte* row, std::size_t channels, std::uint16_t* out) const;
  void resize(const ImageShape& from_shape, const std::byte* from, const ImageShape& to_shape, std::byte* to);

  Axis horizontal_;
  Axis vertical_;
  std::vector<std::uint16_t> rows_;
  std::vector<std::uint32_t> sums_;
  std::vector<std::byte> grey_;
};

}  // namespace cloister::data
