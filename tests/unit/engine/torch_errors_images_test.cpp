// Misuse of what works on images is answered with an error of the right kind: nothing throws, crashes or hangs.
#include "torch_errors.h"

namespace cloister::engine {
namespace {

TEST_F(TorchErrors, Convolutions) {
  const Tensor image = make({1, 4, 8, 8});
  const Tensor weight = make({6, 4, 3, 3});
  const S one{1};
  const S zero{0};
  const auto conv = [&](const Tensor& x, const Tensor& w, const S& stride, const S& padding, const S& dilation,
                        std::int64_t groups) {
    return backend_->conv2d(x, w, nullptr, {stride, padding, dilation, groups});
  };
  ok(conv(image, weight, one, zero, one, 1).has_value() ? Result<void>() : fail(ErrorCode::internal, "conv2d"));
  for (const S& bad : {zero, S{-1}, S{kTiny}, S{kHuge}, S{}, S{1, 1, 1}}) {
    invalid(conv(image, weight, bad, zero, one, 1), "conv2d");
    invalid(conv(image, weight, one, zero, bad, 1), "conv2d");
  }
  for (const S& bad : {S{-1}, S{kHuge}, S{std::int64_t{1} << 40, 0}, S{}}) {
    invalid(conv(image, weight, one, bad, one, 1), "conv2d");
  }
  for (const std::int64_t groups : {std::int64_t{0}, std::int64_t{-1}, kTiny}) {
    invalid(conv(image, weight, one, zero, one, groups), "conv2d");
  }
  for (const std::int64_t groups : {std::int64_t{2}, std::int64_t{4}, kHuge}) {
    shapes(conv(image, weight, one, zero, one, groups), "conv2d");
  }
  shapes(conv(image, make({6, 4, 9, 9}), one, zero, one, 1), "conv2d");
  shapes(conv(image, make({6, 4, 0, 3}), one, zero, one, 1), "conv2d");
  shapes(conv(image, make({0, 4, 3, 3}), one, zero, one, 1), "conv2d");
  shapes(conv(image, weight, one, zero, S{1000000}, 1), "conv2d");
  shapes(conv(make({4, 8}), weight, one, zero, one, 1), "conv2d");
  shapes(conv(image, make({6, 4, 3}), one, zero, one, 1), "conv2d");
  dtypes(conv(image, make({6, 4, 3, 3}, Dtype::float64), one, zero, one, 1), "conv2d");
  invalid(conv(image, weight, one, S{2000000000}, one, 1), "conv2d");
  quota(conv(image, weight, one, S{2000000}, one, 1), "conv2d");
  const Tensor bias = make({7});
  shapes(backend_->conv2d(image, weight, &bias, {one, zero, one, 1}), "conv2d");
}

TEST_F(TorchErrors, Pooling) {
  const Tensor image = make({1, 4, 8, 8});
  const S one{1};
  const S two{2};
  const S zero{0};
  for (const S& bad : {zero, S{-1}, S{kHuge}, S{}, S{1, 2, 3}}) {
    invalid(backend_->avg_pool2d(image, {bad, two, zero, false}), "avg_pool2d");
    invalid(backend_->max_pool2d(image, {bad, two, zero, one, false}), "max_pool2d");
    if (bad.empty()) continue;
    invalid(backend_->avg_pool2d(image, {two, bad, zero, false}), "avg_pool2d");
    invalid(backend_->max_pool2d(image, {two, bad, zero, one, false}), "max_pool2d");
  }
  invalid(backend_->avg_pool2d(image, {two, two, S{2}, false}), "avg_pool2d");
  invalid(backend_->max_pool2d(image, {two, two, S{-1}, one, true}), "max_pool2d");
  EXPECT_FALSE(backend_->max_pool2d(image, {S{100}, two, zero, one, false}).has_value());
  shapes(backend_->avg_pool2d(make({8, 8}), {two, two, zero, false}), "avg_pool2d");
  invalid(backend_->adaptive_avg_pool2d(image, S{-1, 2}), "adaptive_avg_pool2d");
  invalid(backend_->adaptive_avg_pool2d(image, S{}), "adaptive_avg_pool2d");
  invalid(backend_->adaptive_avg_pool2d(image, S{2000000000, 2000000000}), "adaptive_avg_pool2d");
  quota(backend_->adaptive_avg_pool2d(image, S{8000000, 8000000}), "adaptive_avg_pool2d");
  shapes(backend_->adaptive_avg_pool2d(make({8, 8}), S{1, 1}), "adaptive_avg_pool2d");
}

TEST_F(TorchErrors, GeneralConvolutions) {
  const S one{1};
  const S zero{0};
  const Tensor line = make({1, 4, 8});
  const Tensor weight = make({4, 2, 3});
  const auto conv = [&](const Tensor& x, const Tensor& w, const S& stride, const S& padding, const S& dilation,
                        bool transposed, const S& more, std::int64_t groups) {
    return backend_->convolution(x, w, nullptr, {stride, padding, dilation, transposed, more, groups});
  };
  EXPECT_TRUE(conv(line, weight, one, zero, one, false, zero, 2).has_value());
  EXPECT_TRUE(conv(line, weight, one, zero, one, true, zero, 2).has_value());
  for (const bool transposed : {false, true}) {
    for (const S& bad : {zero, S{-1}, S{kTiny}, S{kHuge}, S{}, S{1, 1}}) {
      invalid(conv(line, weight, bad, zero, one, transposed, zero, 2), "convolution");
      invalid(conv(line, weight, one, zero, bad, transposed, zero, 2), "convolution");
    }
    for (const S& bad : {S{-1}, S{kHuge}, S{}}) {
      invalid(conv(line, weight, one, bad, one, transposed, zero, 2), "convolution");
      invalid(conv(line, weight, one, zero, one, transposed, bad, 2), "convolution");
    }
    for (const std::int64_t groups : {std::int64_t{0}, std::int64_t{-1}, kTiny}) {
      invalid(conv(line, weight, one, zero, one, transposed, zero, groups), "convolution");
    }
    shapes(conv(line, weight, one, zero, one, transposed, zero, kHuge), "convolution");
    shapes(conv(line, make({4, 4}), one, zero, one, transposed, zero, 1), "convolution");
    shapes(conv(line, make(S(7, 1)), one, zero, one, transposed, zero, 1), "convolution");
    shapes(conv(make({4, 8}), weight, one, zero, one, transposed, zero, 2), "convolution");
    shapes(conv(line, make({4, 2, 0}), one, zero, one, transposed, zero, 2), "convolution");
    dtypes(conv(line, make({4, 2, 3}, Dtype::float64), one, zero, one, transposed, zero, 2), "convolution");
    const Tensor bias = make({3});
    shapes(backend_->convolution(line, weight, &bias, {one, zero, one, transposed, zero, 2}), "convolution");
  }
  invalid(conv(line, weight, one, zero, one, false, one, 2), "convolution");
  invalid(conv(line, weight, one, zero, one, true, one, 2), "convolution");
  shapes(conv(line, weight, one, S{20}, one, true, zero, 2), "convolution");
  const Tensor image = make({1, 1, 2, 2});
  quota(conv(image, make({1, 1, 2, 2}), S{20000000}, zero, one, true, zero, 1), "convolution");
  const S wide{2000000000};
  invalid(conv(image, make({1, 1, 2, 2}), wide, zero, wide, true, zero, 1), "convolution");
}

TEST_F(TorchErrors, Columns) {
  const S one{1};
  const S two{2};
  const S zero{0};
  const Tensor image = make({1, 3, 6, 5});
  for (const S& bad : {zero, S{-1}, S{kHuge}, S{}, S{1, 2, 3}}) {
    invalid(backend_->im2col(image, {bad, one, zero, one}), "im2col");
    invalid(backend_->im2col(image, {two, bad, zero, one}), "im2col");
    invalid(backend_->im2col(image, {two, one, zero, bad}), "im2col");
  }
  shapes(backend_->im2col(make({6, 5}), {two, one, zero, one}), "im2col");
  shapes(backend_->im2col(image, {S{9}, one, zero, one}), "im2col");
  quota(backend_->im2col(image, {two, one, S{2000000}, one}), "im2col");
  invalid(backend_->im2col(image, {two, one, S{2000000000}, one}), "im2col");
  const Tensor columns = make({1, 12, 20});
  EXPECT_TRUE(backend_->col2im(columns, S{6, 5}, {two, one, zero, one}).has_value());
  invalid(backend_->col2im(columns, S{0, 5}, {two, one, zero, one}), "col2im");
  shapes(backend_->col2im(columns, S{6, 6}, {two, one, zero, one}), "col2im");
  shapes(backend_->col2im(columns, S{6, 5}, {S{5, 1}, one, zero, one}), "col2im");
  shapes(backend_->col2im(columns, S{6, 5}, {S{2147483647}, one, zero, one}), "col2im");
  shapes(backend_->col2im(make({20}), S{6, 5}, {two, one, zero, one}), "col2im");
  // Few windows of a large image.
  const S far{2000000000};
  invalid(backend_->col2im(make({1, 1, 1}), far, {one, one, zero, far}), "col2im");
}

TEST_F(TorchErrors, PoolingOfOtherRanks) {
  const S one{1};
  const S two{2};
  const S zero{0};
  const S none{};
  const Tensor line = make({1, 4, 8});
  const Tensor image = make({1, 4, 8, 8});
  const Tensor volume = make({1, 2, 4, 4, 4});
  invalid(backend_->avg_pool1d(line, {two, none, zero, false, true, 3}), "avg_pool1d");
  invalid(backend_->avg_pool2d(image, {two, none, zero, false, true, 0}), "avg_pool2d");
  invalid(backend_->avg_pool3d(volume, {two, none, zero, false, true, 0}), "avg_pool3d");
  for (const S& bad : {zero, S{-1}, S{kHuge}, none, S{1, 2, 3, 4}}) {
    invalid(backend_->avg_pool1d(line, {bad, none, zero, false}), "avg_pool1d");
    invalid(backend_->avg_pool3d(volume, {bad, none, zero, false}), "avg_pool3d");
    invalid(backend_->max_pool1d(line, {bad, none, zero, one, false}), "max_pool1d");
    invalid(backend_->max_pool3d(volume, {bad, none, zero, one, false}), "max_pool3d");
    invalid(backend_->max_pool1d(line, {two, none, zero, bad, false}), "max_pool1d");
    invalid(backend_->max_pool2d(image, {two, none, zero, bad, false}), "max_pool2d");
    invalid(backend_->max_pool3d(volume, {two, none, zero, bad, false}), "max_pool3d");
    invalid(backend_->max_pool2d_with_indices(image, {two, none, zero, bad, false}), "max_pool2d_with_indices");
    invalid(backend_->max_pool3d_with_indices(volume, {two, none, zero, bad, false}), "max_pool3d_with_indices");
  }
  shapes(backend_->avg_pool1d(image, {two, none, zero, false}), "avg_pool1d");
  shapes(backend_->avg_pool3d(line, {two, none, zero, false}), "avg_pool3d");
  shapes(backend_->max_pool1d(make({8}), {two, none, zero, one, false}), "max_pool1d");
  shapes(backend_->max_pool3d(line, {two, none, zero, one, false}), "max_pool3d");
  // Windows that see nothing: their maximum would lie beside the image.
  const Tensor narrow = make({1, 1, 1, 1});
  shapes(backend_->max_pool2d(narrow, {two, one, one, S{3}, false}), "max_pool2d");
  shapes(backend_->max_pool1d(make({1, 1, 1}), {two, one, one, S{3}, false}), "max_pool1d");
  shapes(backend_->max_pool3d(make({1, 1, 1, 1, 1}), {two, one, one, S{3}, false}), "max_pool3d");
  // A window that is almost all padding.
  allow_seconds();
  const Tensor pixels = ok(backend_->expand(make({1, 1, 1, 1}), S{1000, 1000, 1, 1}));
  quota(backend_->max_pool2d(pixels, {S{2147483646}, one, S{1073741823}, one, false}), "max_pool2d");
  const Tensor tall = ok(backend_->expand(make({1, 1, 1, 1}), S{1, 1, 1 << 30, 1}));
  EXPECT_FALSE(backend_->adaptive_avg_pool2d(tall, S{1, 1 << 30}).has_value());
}

TEST_F(TorchErrors, AdaptivePooling) {
  const Tensor line = make({1, 4, 8});
  const Tensor image = make({1, 4, 8, 8});
  const Tensor volume = make({1, 2, 4, 4, 4});
  for (const S& bad : {S{-1}, S{kHuge}, S{}, S{1, 1, 1, 1}}) {
    invalid(backend_->adaptive_avg_pool1d(line, bad), "adaptive_avg_pool1d");
    invalid(backend_->adaptive_avg_pool3d(volume, bad), "adaptive_avg_pool3d");
    invalid(backend_->adaptive_max_pool2d(image, bad), "adaptive_max_pool2d");
  }
  shapes(backend_->adaptive_avg_pool1d(image, S{2}), "adaptive_avg_pool1d");
  shapes(backend_->adaptive_avg_pool3d(line, S{2}), "adaptive_avg_pool3d");
  shapes(backend_->adaptive_max_pool2d(volume, S{2}), "adaptive_max_pool2d");
  quota(backend_->adaptive_max_pool2d(image, S{8000000, 8000000}), "adaptive_max_pool2d");
  EXPECT_FALSE(backend_->adaptive_max_pool2d(make({1, 4, 0, 8}), S{2, 2}).has_value());
  EXPECT_FALSE(backend_->adaptive_avg_pool2d(make({1, 4, 0, 8}), S{2, 2}).has_value());
}

TEST_F(TorchErrors, Resampling) {
  const Tensor image = make({1, 4, 8, 8});
  for (const S& bad : {S{0}, S{-1, 2}, S{kHuge}, S{}, S{1, 1, 1}}) {
    invalid(backend_->upsample_nearest2d(image, bad), "upsample_nearest2d");
    invalid(backend_->upsample_bilinear2d(image, bad, true), "upsample_bilinear2d");
    invalid(backend_->upsample_bicubic2d(image, bad, false), "upsample_bicubic2d");
  }
  quota(backend_->upsample_nearest2d(image, S{8000000, 8000000}), "upsample_nearest2d");
  quota(backend_->upsample_bilinear2d(image, S{8000000, 8000000}, false), "upsample_bilinear2d");
  invalid(backend_->upsample_bicubic2d(image, S{2000000000, 2000000000}, false), "upsample_bicubic2d");
  shapes(backend_->upsample_nearest2d(make({4, 8, 8}), S{2}), "upsample_nearest2d");
  dtypes(backend_->upsample_bilinear2d(make({1, 1, 2, 2}, Dtype::int64), S{2}, false), "upsample_bilinear2d");
  EXPECT_FALSE(backend_->upsample_bilinear2d(make({1, 1, 0, 2}), S{2}, false).has_value());
  const auto sample = [&](const Tensor& x, const Tensor& grid) {
    return backend_->grid_sampler2d(x, grid, InterpolationMode::bilinear, PaddingMode::zeros, false);
  };
  shapes(sample(image, make({2, 3, 3, 2})), "grid_sampler2d");
  shapes(sample(image, make({1, 3, 3, 3})), "grid_sampler2d");
  shapes(sample(image, make({1, 3, 2})), "grid_sampler2d");
  shapes(sample(make({4, 8, 8}), make({1, 3, 3, 2})), "grid_sampler2d");
  dtypes(sample(image, make({1, 3, 3, 2}, Dtype::float64)), "grid_sampler2d");
  dtypes(sample(make({1, 1, 2, 2}, Dtype::int64), make({1, 3, 3, 2}, Dtype::int64)), "grid_sampler2d");
  EXPECT_FALSE(sample(make({1, 4, 0, 8}), make({1, 3, 3, 2})).has_value());
}

TEST_F(TorchErrors, Paddings) {
  const Tensor line = make({2, 5});
  const Tensor image = make({2, 4, 5});
  const Tensor volume = make({2, 3, 4, 5});
  for (const S& bad : {S{5, 0}, S{0, 5}, S{kHuge, 0}, S{0, kHuge}, S{kTiny, kTiny}, S{-6, 0}, S{}, S{1}, S{1, 1, 1}}) {
    invalid(backend_->reflection_pad1d(line, bad), "reflection_pad1d");
  }
  for (const S& bad : {S{kHuge, 0}, S{kHuge, kHuge}, S{kTiny, kTiny}, S{-6, 0}, S{}, S{1}}) {
    invalid(backend_->replication_pad1d(line, bad), "replication_pad1d");
  }
  invalid(backend_->reflection_pad2d(image, S{0, 0, 4, 0}), "reflection_pad2d");
  invalid(backend_->reflection_pad3d(volume, S{0, 0, 0, 0, 3, 0}), "reflection_pad3d");
  invalid(backend_->reflection_pad2d(image, S{1, 1}), "reflection_pad2d");
  invalid(backend_->replication_pad2d(image, S{1, 1, 1}), "replication_pad2d");
  invalid(backend_->replication_pad3d(volume, S{1, 1, 1}), "replication_pad3d");
  shapes(backend_->reflection_pad1d(line, S{-3, -2}), "reflection_pad1d");
  shapes(backend_->replication_pad1d(line, S{-5, 0}), "replication_pad1d");
  shapes(backend_->reflection_pad1d(make({5}), S{1, 1}), "reflection_pad1d");
  shapes(backend_->replication_pad2d(make({5, 5}), S{1, 1, 1, 1}), "replication_pad2d");
  shapes(backend_->replication_pad3d(make({5, 5}), S{1, 1, 1, 1, 1, 1}), "replication_pad3d");
  shapes(backend_->replication_pad1d(make({2, 0}), S{1, 1}), "replication_pad1d");
  // More than there are addresses: guard pages take memory only when it is touched.
  quota(backend_->replication_pad2d(image, S{20'000'000, 0, 20'000'000, 0}), "replication_pad2d");
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, kHuge, kTiny, std::int64_t{1} << 32}) {
    invalid(backend_->pixel_shuffle(volume, bad), "pixel_shuffle");
    invalid(backend_->pixel_unshuffle(volume, bad), "pixel_unshuffle");
  }
  shapes(backend_->pixel_shuffle(volume, 2), "pixel_shuffle");
  shapes(backend_->pixel_shuffle(line, 1), "pixel_shuffle");
  shapes(backend_->pixel_unshuffle(volume, 3), "pixel_unshuffle");
  invalid(backend_->pixel_unshuffle(make({2, 0, 0}), 2147483647), "pixel_unshuffle");
  invalid(backend_->pixel_shuffle(make({0, 2, 2}), 2147483647), "pixel_shuffle");
}

}  // namespace
}  // namespace cloister::engine
