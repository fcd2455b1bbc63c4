#include "image_finisher.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloister::data {

ImageFinisher::ImageFinisher(const ImageForm& form) : form_(form) {
  if (!form_.augment) return;
  augmenter_.emplace(*form_.augment);
  crops_ = form_.augment->random_resized_crop.has_value();
}

Result<void> ImageFinisher::check(const ImageShape& stored, std::string_view name) const {
  const ImageShape& shape = form_.shape;
  if (!form_.resize && (stored.height != shape.height || stored.width != shape.width)) {
    return fail(ErrorCode::bad_data,
                fmt::format("the image '{}' has {} x {} pixels, but the first one {} x {}; ask for a size to resize to",
                            name, stored.height, stored.width, shape.height, shape.width));
  }
  if (!form_.rgb && stored.channels != shape.channels) {
    return fail(ErrorCode::bad_data, fmt::format("the image '{}' is {}, unlike the first one; ask for rgb", name,
                                                 stored.channels == 1 ? "grey" : "coloured"));
  }
  return {};
}

void ImageFinisher::finish_in_place(std::uint64_t place, std::span<std::byte> pixels) {
  if (!augmenter_) return;
  augmenter_->begin(place, form_.shape);
  augmenter_->finish(form_.shape, pixels);
}

void ImageFinisher::finish(std::uint64_t place, const ImageShape& stored, std::span<const std::byte> from,
                           std::span<std::byte> to) {
  ImageShape shape = stored;
  if (augmenter_) {
    const Crop crop = augmenter_->begin(place, stored);
    if (crop != Crop{0, 0, stored.height, stored.width}) {
      shape.height = crop.height;
      shape.width = crop.width;
      part_.resize(static_cast<std::size_t>(shape.bytes()));
      const std::size_t stride = std::size_t{shape.width} * shape.channels;
      for (std::size_t y = 0; y < shape.height; ++y) {
        const std::size_t begin = ((crop.top + y) * stored.width + crop.left) * shape.channels;
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(begin), stride,
                    part_.begin() + static_cast<std::ptrdiff_t>(y * stride));
      }
      from = part_;
    }
  }
  converter_.convert(shape, from, form_.shape, to);
  if (augmenter_) augmenter_->finish(form_.shape, to);
}

}  // namespace cloister::data
