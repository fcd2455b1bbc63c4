// The decoders behind image.h, one a format; contracts as there.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/data/image.h"

namespace cloister::data {

bool looks_like_png(std::span<const std::byte> file);
Result<ImageShape> inspect_png(std::span<const std::byte> file, std::string_view name);
Result<void> decode_png(std::span<const std::byte> file, std::string_view name, const ImageShape& shape,
                        std::span<std::byte> pixels);

bool looks_like_jpeg(std::span<const std::byte> file);
Result<ImageShape> inspect_jpeg(std::span<const std::byte> file, std::string_view name);
Result<void> decode_jpeg(std::span<const std::byte> file, std::string_view name, const ImageShape& shape,
                         std::span<std::byte> pixels);

// Errors: bad_data when a side is 0 or the image is beyond kMaxSide or kMaxPixels.
Result<void> check_image_size(std::uint64_t height, std::uint64_t width, std::string_view name);

// "the image 'NAME' cannot be decoded: WHY".
[[nodiscard]] Unexpected<Error> fail_decoding(std::string_view name, std::string_view why);

}  // namespace cloister::data
