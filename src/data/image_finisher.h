// Brings stored images into the form that a pass asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "augmenter.h"
#include "cloister/data/image.h"
#include "stored_dataset.h"

namespace cloister::data {

// Thread safety: none.
class ImageFinisher {
 public:
  explicit ImageFinisher(const ImageForm& form);

  // Whether the form lets an image of this shape come into the batch. Errors: bad_data naming the image.
  Result<void> check(const ImageShape& stored, std::string_view name) const;

  // Whether a stored image of this shape can be put where the finished one goes, and changed there by finish_in_place.
  [[nodiscard]] bool fits(const ImageShape& stored) const { return stored == form_.shape && !crops_; }
  // Whether that changes nothing.
  [[nodiscard]] bool leaves_as_is(const ImageShape& stored) const { return fits(stored) && !augmenter_; }
  void finish_in_place(std::uint64_t place, std::span<std::byte> pixels);

  // REQUIRES: check(stored) succeeded; sizes of both spans as the shapes say.
  void finish(std::uint64_t place, const ImageShape& stored, std::span<const std::byte> from, std::span<std::byte> to);

 private:
  ImageForm form_;
  bool crops_ = false;
  ImageConverter converter_;
  std::optional<Augmenter> augmenter_;
  std::vector<std::byte> part_;
};

}  // namespace cloister::data
