#include "image_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <system_error>
#include <utility>
#include <vector>

#include "cloister/data/idx.h"

namespace cloister::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t scale = image_side / digit_side;
constexpr std::uint64_t largest_idx = 64u << 20;
constexpr std::size_t digit_bytes = digit_side * digit_side;

// Where a row or column of the image lies between two of the digit, in sixteenths (of 1 / (2 * scale)).
struct Tap {
  std::size_t below = 0, above = 0;
  unsigned weight_above = 0;  // of 2 * scale
};

constexpr std::array<Tap, image_side> make_taps() {
  std::array<Tap, image_side> taps{};
  for (std::size_t i = 0; i < image_side; ++i) {
    // (i + 1/2) / scale - 1/2, in units of 1 / (2 * scale), not below the first centre.
    const std::size_t numerator = 2 * i + 1 < scale ? 0 : 2 * i + 1 - scale;
    taps[i].below = numerator / (2 * scale);
    taps[i].above = std::min(taps[i].below + 1, digit_side - 1);
    taps[i].weight_above = static_cast<unsigned>(numerator % (2 * scale));
  }
  return taps;
}
constexpr std::array<Tap, image_side> taps = make_taps();

Result<data::IdxArray> read_part(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    return fail(ErrorCode::io, fmt::format("'{}' is not there: fetch MNIST by `make data`", path.string()));
  return data::read_idx(path.string(), largest_idx);
}

Result<void> write_images(const fs::path& path, std::span<const std::byte> digits, std::uint64_t count,
                          const Progress& progress) {
  constexpr std::uint64_t step = 64;
  const std::array<std::int64_t, 4> shape{static_cast<std::int64_t>(count), image_side, image_side, 3};
  CLOISTER_TRY(data::IdxWriter writer, data::IdxWriter::create(path.string(), shape));
  std::vector<std::byte> image(image_bytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    enlarge_digit(digits.subspan(i * digit_bytes, digit_bytes), image);
    CLOISTER_CHECK(writer.write(image));
    if ((i + 1) % step == 0 || i + 1 == count) progress(i + 1, count);
  }
  return writer.commit();
}

Result<void> write_labels(const fs::path& path, std::span<const std::byte> labels) {
  const std::array<std::int64_t, 1> shape{static_cast<std::int64_t>(labels.size())};
  CLOISTER_TRY(data::IdxWriter writer, data::IdxWriter::create(path.string(), shape));
  CLOISTER_CHECK(writer.write(labels));
  return writer.commit();
}

}  // namespace

void enlarge_digit(std::span<const std::byte> digit, std::span<std::byte> image) {
  assert(digit.size() == digit_bytes && image.size() == image_bytes);
  constexpr unsigned whole = 2 * scale;
  const auto pixel = [&](std::size_t row, std::size_t column) {
    return std::to_integer<unsigned>(digit[row * digit_side + column]);
  };
  std::byte* out = image.data();
  for (const Tap& y : taps) {
    for (const Tap& x : taps) {
      const unsigned upper =
          pixel(y.below, x.below) * (whole - x.weight_above) + pixel(y.below, x.above) * x.weight_above;
      const unsigned lower =
          pixel(y.above, x.below) * (whole - x.weight_above) + pixel(y.above, x.above) * x.weight_above;
      const unsigned sum = upper * (whole - y.weight_above) + lower * y.weight_above;
      const auto value = static_cast<std::byte>((sum + whole * whole / 2) / (whole * whole));
      for (int channel = 0; channel < 3; ++channel) *out++ = value;
    }
  }
}

fs::path images_path(const fs::path& folder, const std::string& part, std::uint64_t count) {
  return folder / fmt::format("mnist224-{}-{}-images-idx4-ubyte", part, count);
}

Result<fs::path> prepare_images(const fs::path& mnist, const fs::path& folder, const std::string& part,
                                std::uint64_t count, const Progress& progress) {
  fs::path images = images_path(folder, part, count);
  const fs::path labels = folder / fmt::format("mnist224-{}-{}-labels-idx1-ubyte", part, count);
  std::error_code error;
  // The images are written last: where they are, all is.
  if (fs::exists(images, error) && fs::exists(labels, error)) return images;

  CLOISTER_TRY(const data::IdxArray digits, read_part(mnist / (part + "-images-idx3-ubyte")));
  CLOISTER_TRY(const data::IdxArray classes, read_part(mnist / (part + "-labels-idx1-ubyte")));
  if (digits.dtype != Dtype::uint8 || digits.shape.size() != 3 || digits.shape[1] != digit_side ||
      digits.shape[2] != digit_side || classes.dtype != Dtype::uint8 || classes.shape != std::vector{digits.shape[0]})
    return fail(ErrorCode::bad_data, fmt::format("the files of '{}' in '{}' are not MNIST's: fetch them again by "
                                                 "`make data`",
                                                 part, mnist.string()));
  const auto available = static_cast<std::uint64_t>(digits.shape[0]);
  if (count == 0 || count > available)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} images were asked of MNIST's '{}', which has {}: choose a size from {} to {} bytes",
                            count, part, available, image_bytes, available * image_bytes));
  if (fs::create_directories(folder, error); error)
    return fail(ErrorCode::io, fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
  CLOISTER_CHECK(write_labels(labels, std::span(classes.bytes).first(count)));
  CLOISTER_CHECK(write_images(images, digits.bytes, count, progress));
  return images;
}

}  // namespace cloister::bench
