// PNG and JPEG decoding, and resizing of what came out.
#include "cloister/data/image.h"

#include "fuzz.h"

using cloister::data::ImageShape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const auto shape = cloister::data::inspect_image(file, "fuzz");
  if (!shape) {
    FUZZ_REQUIRE(!shape.error().message.empty());
    return 0;
  }
  FUZZ_REQUIRE(shape->height >= 1 && shape->width >= 1 && (shape->channels == 1 || shape->channels == 3));
  // Large images are sound but slow: a fuzzer learns nothing from them.
  if (shape->bytes() > 1 << 20) return 0;
  std::vector<std::byte> pixels(static_cast<std::size_t>(shape->bytes()));
  if (!cloister::data::decode_image(file, "fuzz", *shape, pixels)) return 0;
  const ImageShape target{7, 9, 3};
  std::vector<std::byte> resized(static_cast<std::size_t>(target.bytes()));
  cloister::data::ImageConverter().convert(*shape, pixels, target, resized);
  return 0;
}
