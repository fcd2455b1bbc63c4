// A backbone that does next to nothing: what it costs is reading the images.
#pragma once

#include <cloister/cloister.h>

#include <cstdint>

// Means of 32 x 32 patches, each channel by itself, projected at random to as many features as EfficientNet-Lite0 has.
// Rows are summed as 16-bit integers (32 * 255 fits), which libtorch does at several GB/s on one thread; a sum over a
// dimension of bytes is twenty times slower.
class PooledPatches {
 public:
  static constexpr std::int64_t kImageSize = 224;
  static constexpr std::int64_t kFeatures = 1280;

  // Draws the projection from the run's generator.
  PooledPatches() : projection_(cloister::randn({kSide * kSide * kChannels, kFeatures})) {}

  // uint8 images [n, 224, 224, 3] -> features [n, 1280]. Call it in inference mode.
  [[nodiscard]] cloister::Tensor operator()(const cloister::Tensor& images) const {
    const cloister::Tensor rows = images.reshape({-1, kPatch, kImageSize * kChannels});
    cloister::Tensor sums = rows.select(1, 0).to(cloister::kInt16);
    for (std::int64_t row = 1; row < kPatch; ++row) sums += rows.select(1, row);
    const cloister::Tensor patches = sums.to(cloister::kFloat32)
                                         .reshape({-1, kSide, kPatch, kChannels})
                                         .sum(2)
                                         .reshape({-1, kSide * kSide * kChannels});
    return (patches * (1.0 / (kPatch * kPatch * 255))).matmul(projection_);
  }

 private:
  static constexpr std::int64_t kPatch = 32, kSide = kImageSize / kPatch, kChannels = 3;
  cloister::Tensor projection_;
};
