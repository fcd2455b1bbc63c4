#include "cloister/data/image.h"

#include <fmt/format.h>

#include "image_codecs.h"

namespace cloister::data {

Unexpected<Error> fail_decoding(std::string_view name, std::string_view why) {
  return fail(ErrorCode::bad_data, fmt::format("the image '{}' cannot be decoded: {}", name, why));
}

Result<void> check_image_size(std::uint64_t height, std::uint64_t width, std::string_view name) {
  if (height == 0 || width == 0) return fail_decoding(name, "it says that it has no pixels");
  if (height > kMaxSide || width > kMaxSide || height * width > kMaxPixels) {
    return fail_decoding(name, fmt::format("it says that it has {} x {} pixels; {} a side and {} in all are decoded",
                                           height, width, kMaxSide, kMaxPixels));
  }
  return {};
}

Result<ImageShape> inspect_image(std::span<const std::byte> file, std::string_view name) {
  if (looks_like_png(file)) return inspect_png(file, name);
  if (looks_like_jpeg(file)) return inspect_jpeg(file, name);
  return fail_decoding(name, "it is neither PNG nor JPEG");
}

Result<void> decode_image(std::span<const std::byte> file, std::string_view name, const ImageShape& shape,
                          std::span<std::byte> pixels) {
  return looks_like_png(file) ? decode_png(file, name, shape, pixels) : decode_jpeg(file, name, shape, pixels);
}

}  // namespace cloister::data
