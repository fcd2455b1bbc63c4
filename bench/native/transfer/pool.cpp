#include "backbone.h"

namespace {
constexpr int64_t kPatch = 32, kSide = kImageSize / kPatch, kChannels = 3;
}

Backbone make_pool() {
  const torch::Tensor projection = torch::randn({kSide * kSide * kChannels, kFeatures});
  return [projection](const torch::Tensor& images) {
    const torch::Tensor rows = images.reshape({-1, kPatch, kImageSize * kChannels});
    // 16-bit sums of bytes are fast in libtorch; a reduction over bytes is twenty times slower.
    torch::Tensor sums = rows.select(1, 0).to(torch::kInt16);
    for (int64_t row = 1; row < kPatch; ++row) sums += rows.select(1, row);
    const torch::Tensor patches = sums.to(torch::kFloat32)
                                      .reshape({-1, kSide, kPatch, kChannels})
                                      .sum(2)
                                      .reshape({-1, kSide * kSide * kChannels});
    return (patches * (1.0 / (kPatch * kPatch * 255))).matmul(projection);
  };
}
