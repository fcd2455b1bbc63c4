#include "backbone.h"

namespace {
constexpr int64_t kPatch = 32, kSide = kImageSize / kPatch, kChannels = 3;
}

Backbone make_pool() {
  const at::Tensor projection = at::randn({kSide * kSide * kChannels, kFeatures});
  return [projection](const at::Tensor& images) {
    const at::Tensor rows = images.reshape({-1, kPatch, kImageSize * kChannels});
    // 16-bit sums of bytes are fast in libtorch; a reduction over bytes is twenty times slower.
    at::Tensor sums = rows.select(1, 0).to(at::kShort);
    for (int64_t row = 1; row < kPatch; ++row) sums += rows.select(1, row);
    const at::Tensor patches =
        sums.to(at::kFloat).reshape({-1, kSide, kPatch, kChannels}).sum(2).reshape({-1, kSide * kSide * kChannels});
    return (patches * (1.0 / (kPatch * kPatch * 255))).matmul(projection);
  };
}
