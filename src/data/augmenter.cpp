#include "augmenter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cloister/data/image.h"

// Compiled without fused multiplication and addition (CMakeLists.txt), which would round differently.

namespace cloister::data {
namespace {

constexpr double kLog43 = 0.28768207245178090;     // of 4/3
constexpr double kRadians = 0.017453292519943295;  // in a degree
constexpr unsigned kTurnBits = 30;                 // fractional bits of sines
constexpr unsigned kFactorBits = 16;

double rounded(double x) { return std::floor(x + 0.5); }

// e^x for small x, to the last bits. The C library's functions differ between machines; these do not.
double small_exp(double x) {
  double sum = 1;
  for (int k = 14; k >= 1; --k) sum = 1 + x * sum / k;
  return sum;
}

struct Turn {
  std::int64_t sine = 0;  // in units of 2^-kTurnBits
  std::int64_t cosine = 0;
};

Turn turn_by(double degrees) {
  const double quarters = rounded(degrees / 90);
  const double x = (degrees - 90 * quarters) * kRadians;  // within an eighth of a turn
  double sine = 1, cosine = 1;
  for (int k = 9; k >= 1; --k) {
    sine = 1 - x * x * sine / (2 * k * (2 * k + 1));
    cosine = 1 - x * x * cosine / (2 * k * (2 * k - 1));
  }
  const double scale = static_cast<double>(1 << kTurnBits);
  const auto s = static_cast<std::int64_t>(rounded(x * sine * scale));
  const auto c = static_cast<std::int64_t>(rounded(cosine * scale));
  switch (static_cast<int>(quarters) & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

std::int64_t value(std::byte pixel) { return std::to_integer<std::int64_t>(pixel); }
std::byte clamped(std::int64_t pixel) { return static_cast<std::byte>(std::clamp<std::int64_t>(pixel, 0, 255)); }

// The luma of a pixel as ITU-R BT.601 has it, with the weights of Pillow.
std::int64_t grey_of(const std::byte* pixel, std::uint32_t channels) {
  if (channels == 1) return value(*pixel);
  return (value(pixel[0]) * 19595 + value(pixel[1]) * 38470 + value(pixel[2]) * 7471 + 32768) >> 16;
}

// `pixel` moved away from `from`, or towards it, by a factor.
std::byte scaled_from(std::int64_t from, std::byte pixel, std::int64_t factor) {
  return clamped(from + (((value(pixel) - from) * factor + (1 << (kFactorBits - 1))) >> kFactorBits));
}

void change_contrast(const ImageShape& shape, std::span<std::byte> pixels, std::int64_t factor) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < pixels.size(); i += shape.channels) sum += grey_of(&pixels[i], shape.channels);
  const auto count = static_cast<std::int64_t>(std::uint64_t{shape.height} * shape.width);
  const std::int64_t mean = (2 * sum + count) / (2 * count);
  for (std::byte& pixel : pixels) pixel = scaled_from(mean, pixel, factor);
}

void change_saturation(const ImageShape& shape, std::span<std::byte> pixels, std::int64_t factor) {
  for (std::size_t i = 0; i < pixels.size(); i += shape.channels) {
    const std::int64_t grey = grey_of(&pixels[i], shape.channels);
    for (std::size_t c = i; c < i + shape.channels; ++c) pixels[c] = scaled_from(grey, pixels[c], factor);
  }
}

void flip_horizontally(const ImageShape& shape, std::span<std::byte> pixels) {
  const std::size_t channels = shape.channels;
  const std::size_t stride = shape.width * channels;
  for (std::size_t begin = 0; begin < pixels.size(); begin += stride) {
    for (std::size_t left = begin, right = begin + stride - channels; left < right;
         left += channels, right -= channels) {
      std::swap_ranges(&pixels[left], &pixels[left] + channels, &pixels[right]);
    }
  }
}

void flip_vertically(const ImageShape& shape, std::span<std::byte> pixels) {
  const std::size_t stride = std::size_t{shape.width} * shape.channels;
  std::byte* top = pixels.data();
  std::byte* bottom = pixels.data() + pixels.size() - stride;
  for (; top < bottom; top += stride, bottom -= stride) std::swap_ranges(top, top + stride, bottom);
}

}  // namespace

Result<void> check_augmentation(const Augmentation& augmentation) {
  const auto out_of_range = [](std::string_view what, double number, std::string_view range) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the augmentation's {} is {}; it must be {}", what, number, range));
  };
  if (augmentation.random_resized_crop) {
    const auto [least, most] = *augmentation.random_resized_crop;
    if (!(least > 0 && least <= most && most <= 1)) {
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("the augmentation's random_resized_crop is {} to {}; it must be a range in (0, 1]", least, most));
    }
  }
  if (augmentation.crop_padding > kMaxSide) {
    return out_of_range("crop_padding", augmentation.crop_padding, fmt::format("at most {}", kMaxSide));
  }
  if (!(augmentation.rotation >= 0 && augmentation.rotation <= 180)) {
    return out_of_range("rotation", augmentation.rotation, "in [0, 180]");
  }
  const std::pair<std::string_view, double> shares[] = {{"horizontal_flip", augmentation.horizontal_flip},
                                                        {"vertical_flip", augmentation.vertical_flip},
                                                        {"brightness", augmentation.brightness},
                                                        {"contrast", augmentation.contrast},
                                                        {"saturation", augmentation.saturation}};
  for (const auto& [name, share] : shares) {
    if (!(share >= 0 && share <= 1)) return out_of_range(name, share, "in [0, 1]");
  }
  return {};
}

Crop Augmenter::begin(std::uint64_t place, const ImageShape& stored) {
  generator_ = SplitMix64(SplitMix64(SplitMix64(options_.seed).next() + place).next());
  if (!options_.random_resized_crop) return {0, 0, stored.height, stored.width};
  return draw_crop(stored);
}

// As torchvision.transforms.RandomResizedCrop.get_params.
Crop Augmenter::draw_crop(const ImageShape& stored) {
  constexpr int kAttempts = 10;
  const auto [least, most] = *options_.random_resized_crop;
  const double area = static_cast<double>(stored.height) * stored.width;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const double target = area * (least + (most - least) * generator_.uniform());
    const double ratio = small_exp(kLog43 * (2 * generator_.uniform() - 1));
    const double width = rounded(std::sqrt(target * ratio));
    const double height = rounded(std::sqrt(target / ratio));
    if (width < 1 || height < 1 || width > stored.width || height > stored.height) continue;
    Crop crop{0, 0, static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width)};
    crop.top = generator_.below(std::uint64_t{stored.height} - crop.height + 1);
    crop.left = generator_.below(std::uint64_t{stored.width} - crop.width + 1);
    return crop;
  }
  // The largest part in the middle that has a ratio in range.
  Crop crop{0, 0, stored.height, stored.width};
  if (std::uint64_t{stored.width} * 4 < std::uint64_t{stored.height} * 3) {
    crop.height = static_cast<std::uint32_t>((std::uint64_t{stored.width} * 8 + 3) / 6);
  } else if (std::uint64_t{stored.width} * 3 > std::uint64_t{stored.height} * 4) {
    crop.width = static_cast<std::uint32_t>((std::uint64_t{stored.height} * 8 + 3) / 6);
  }
  crop.top = (stored.height - crop.height) / 2;
  crop.left = (stored.width - crop.width) / 2;
  return crop;
}

// Drawn from [1 - range, 1 + range], in units of 2^-kFactorBits.
std::int64_t Augmenter::draw_factor(double range) {
  const double factor = 1 - range + 2 * range * generator_.uniform();
  return static_cast<std::int64_t>(rounded(factor * (1 << kFactorBits)));
}

void Augmenter::finish(const ImageShape& shape, std::span<std::byte> pixels) {
  if (options_.crop_padding > 0) shift(shape, pixels);
  if (options_.rotation > 0) rotate(shape, pixels);
  if (options_.horizontal_flip > 0 && generator_.uniform() < options_.horizontal_flip) {
    flip_horizontally(shape, pixels);
  }
  if (options_.vertical_flip > 0 && generator_.uniform() < options_.vertical_flip) flip_vertically(shape, pixels);
  if (options_.brightness > 0) {
    const std::int64_t factor = draw_factor(options_.brightness);
    for (std::byte& pixel : pixels) pixel = scaled_from(0, pixel, factor);
  }
  if (options_.contrast > 0) change_contrast(shape, pixels, draw_factor(options_.contrast));
  if (options_.saturation > 0) change_saturation(shape, pixels, draw_factor(options_.saturation));
}

// Cuts an image of the same size out of the padded one.
void Augmenter::shift(const ImageShape& shape, std::span<std::byte> pixels) {
  const std::int64_t padding = options_.crop_padding;
  const std::int64_t down = static_cast<std::int64_t>(generator_.below(2 * options_.crop_padding + 1)) - padding;
  const std::int64_t right = static_cast<std::int64_t>(generator_.below(2 * options_.crop_padding + 1)) - padding;
  before_.assign(pixels.begin(), pixels.end());
  std::fill(pixels.begin(), pixels.end(), std::byte{0});
  const std::int64_t height = shape.height, width = shape.width, channels = shape.channels;
  const std::int64_t first = std::max<std::int64_t>(0, -right);  // column that comes from the image
  const std::int64_t last = std::min(width, width - right);
  if (first >= last) return;
  for (std::int64_t y = std::max<std::int64_t>(0, -down); y < std::min(height, height - down); ++y) {
    const std::byte* from = before_.data() + ((y + down) * width + first + right) * channels;
    std::copy_n(from, (last - first) * channels, pixels.data() + (y * width + first) * channels);
  }
}

// Each pixel is a mean of the four that its centre comes from, weighted in 256ths.
void Augmenter::rotate(const ImageShape& shape, std::span<std::byte> pixels) {
  const auto [sine, cosine] = turn_by(options_.rotation * (2 * generator_.uniform() - 1));
  before_.assign(pixels.begin(), pixels.end());
  const std::int64_t height = shape.height, width = shape.width, channels = shape.channels;
  const auto at = [&](std::int64_t y, std::int64_t x, std::int64_t c) {
    if (y < 0 || x < 0 || y >= height || x >= width) return std::int64_t{0};
    return value(before_[static_cast<std::size_t>((y * width + x) * channels + c)]);
  };
  std::byte* out = pixels.data();
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      // From the centre in half pixels; the result in units of 2^-(kTurnBits + 1) pixels, below 2^49.
      const std::int64_t dx = 2 * x + 1 - width, dy = 2 * y + 1 - height;
      const std::int64_t from_x = cosine * dx - sine * dy + ((width - 1) << kTurnBits);
      const std::int64_t from_y = sine * dx + cosine * dy + ((height - 1) << kTurnBits);
      const std::int64_t left = from_x >> (kTurnBits + 1), top = from_y >> (kTurnBits + 1);
      const std::int64_t right_part = from_x >> (kTurnBits - 7) & 255, low_part = from_y >> (kTurnBits - 7) & 255;
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t upper = at(top, left, c) * (256 - right_part) + at(top, left + 1, c) * right_part;
        const std::int64_t lower = at(top + 1, left, c) * (256 - right_part) + at(top + 1, left + 1, c) * right_part;
        *out++ = static_cast<std::byte>((upper * (256 - low_part) + lower * low_part + 32768) >> 16);
      }
    }
  }
}

}  // namespace cloister::data
