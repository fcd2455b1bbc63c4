// Settings of sliding windows (convolutions, pooling), checked.
#pragma once

#include <array>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/engine/tensor.h"

namespace cloister::engine {

// A number for each direction of a window, in the order of the dimensions; at most depth, height and width.
class Directions {
 public:
  Directions(std::size_t count, std::int64_t value) : count_(count) { values_.fill(value); }

  [[nodiscard]] std::size_t size() const { return count_; }
  std::int64_t& operator[](std::size_t i) { return values_[i]; }
  std::int64_t operator[](std::size_t i) const { return values_[i]; }
  operator Shape() const { return {values_.data(), count_}; }  // NOLINT(google-explicit-constructor)

 private:
  std::array<std::int64_t, 3> values_{};
  std::size_t count_;
};

// One number for all `count` directions, or one a direction; each at least `least` and below 2^31.
// Errors: invalid_argument, naming the setting.
Result<Directions> window_setting(std::string_view op, std::string_view name, Shape values, std::size_t count,
                                  std::int64_t least);

// How many windows fit a side: floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1, at least 0.
// REQUIRES: settings from window_setting, kernel and stride at least 1.
std::int64_t windows(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                     std::int64_t dilation);

// The shape of a batch of images: what comes before the sides, then the sides.
class ImageShape {
 public:
  // The shape `like` with its last dimensions replaced by `sides`. REQUIRES: sides.size() <= like.size() <= 5.
  ImageShape(Shape like, Shape sides);

  std::int64_t& operator[](std::size_t i) { return sizes_[i]; }
  operator Shape() const { return {sizes_.data(), rank_}; }  // NOLINT(google-explicit-constructor)

 private:
  std::array<std::int64_t, 5> sizes_{};
  std::size_t rank_;
};

// That `input` is [n, channels, ...sides] or, if `batch` is false, perhaps [channels, ...sides].
// Errors: shape_mismatch.
Result<void> check_images(std::string_view op, Shape input, std::size_t sides, bool batch);

}  // namespace cloister::engine
