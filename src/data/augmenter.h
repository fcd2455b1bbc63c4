// Random changes to images that are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/data/batch_stream.h"
#include "cloister/data/dataset.h"
#include "random.h"

namespace cloister::data {

// Errors: invalid_argument for a number out of its range, naming it.
[[nodiscard]] Result<void> check_augmentation(const Augmentation& augmentation);

// A part of an image.
struct Crop {
  std::uint32_t top = 0;
  std::uint32_t left = 0;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  friend bool operator==(const Crop&, const Crop&) = default;
};

// Draws and makes the changes to one image after the other. What is drawn depends on the seed and the sample's place
// alone: each sample has a generator of its own, seeded by a hash of both, and each change draws from it in turn.
// Pixels are computed in integers; of float64 only + - * / and square roots are used, each rounded by itself as
// IEEE 754 has it, so results are the same everywhere.
// Thread safety: none.
class Augmenter {
 public:
  // REQUIRES: check_augmentation of the options succeeded.
  explicit Augmenter(const Augmentation& options) : options_(options) {}

  // Begins the sample at `place` of the pass, an image of this shape as stored: the part of it that
  // random_resized_crop takes, before it is resized; the whole image without that.
  Crop begin(std::uint64_t place, const ImageShape& stored);

  // Makes the other changes to the image that begin() was called for, in place; it has its final shape by now.
  // REQUIRES: pixels.size() == shape.bytes().
  void finish(const ImageShape& shape, std::span<std::byte> pixels);

 private:
  Crop draw_crop(const ImageShape& stored);
  std::int64_t draw_factor(double range);
  void shift(const ImageShape& shape, std::span<std::byte> pixels);
  void rotate(const ImageShape& shape, std::span<std::byte> pixels);

  Augmentation options_;
  SplitMix64 generator_{0};
  std::vector<std::byte> before_;  // the image before a change that cannot be made in place
};

}  // namespace cloister::data
