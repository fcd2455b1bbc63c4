// Paddings that continue an image, and pixels moved between channels and sides.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "shape.h"
#include "torch_backend.h"
#include "window.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

// The shape of the padded images. `mirrored`: whether the padding repeats the image, and so must be smaller than it.
Result<ImageShape> padded(std::string_view op, Shape input, std::size_t sides, Shape padding, bool mirrored) {
  CLOISTER_CHECK(check_images(op, input, sides, /*batch=*/false));
  if (padding.size() != 2 * sides) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: padding has {} numbers, but {} are needed", op, padding.size(), 2 * sides));
  }
  ImageShape result(input, {});
  for (std::size_t i = 0; i < sides; ++i) {  // from the last side
    const std::size_t dim = input.size() - 1 - i;
    const std::int64_t size = input[dim];
    for (const std::int64_t each : padding.subspan(2 * i, 2)) {
      const std::int64_t most = mirrored ? size - 1 : std::numeric_limits<std::int32_t>::max();
      if (each < -size || each > most) {
        return fail(ErrorCode::invalid_argument, fmt::format("{}: padding is {}, but must be between {} and {} for a "
                                                             "side of {}",
                                                             op, each, -size, most, size));
      }
    }
    result[dim] = size + padding[2 * i] + padding[2 * i + 1];
    if (size == 0 || result[dim] < 1) {
      return fail(ErrorCode::shape_mismatch, fmt::format("{}: padding {} leaves nothing of the input {}", op,
                                                         format_shape(padding), format_shape(input)));
    }
  }
  return result;
}

Error unfit_pixels(std::string_view op, Shape input, std::int64_t factor, std::string_view needed) {
  return {ErrorCode::shape_mismatch,
          fmt::format("{}: the input {} and the factor {} do not fit: {}", op, format_shape(input), factor, needed)};
}

Result<void> check_factor(std::string_view op, std::int64_t factor) {
  if (factor >= 1 && factor <= std::numeric_limits<std::int32_t>::max()) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}: the factor is {}, but must be at least 1 and below 2^31", op, factor));
}

}  // namespace

Result<Tensor> TorchBackend::reflection_pad1d(const Tensor& self, Shape padding) {
  CLOISTER_TRY(const ImageShape all, padded("reflection_pad1d", shape(self), 1, padding, /*mirrored=*/true));
  CLOISTER_CHECK(check_new("reflection_pad1d", all, dtype(self)));
  return run("reflection_pad1d", [&](const T& a) { return at::reflection_pad1d(a, sizes(padding)); }, self);
}

Result<Tensor> TorchBackend::reflection_pad2d(const Tensor& self, Shape padding) {
  CLOISTER_TRY(const ImageShape all, padded("reflection_pad2d", shape(self), 2, padding, /*mirrored=*/true));
  CLOISTER_CHECK(check_new("reflection_pad2d", all, dtype(self)));
  return run("reflection_pad2d", [&](const T& a) { return at::reflection_pad2d(a, sizes(padding)); }, self);
}

Result<Tensor> TorchBackend::reflection_pad3d(const Tensor& self, Shape padding) {
  CLOISTER_TRY(const ImageShape all, padded("reflection_pad3d", shape(self), 3, padding, /*mirrored=*/true));
  CLOISTER_CHECK(check_new("reflection_pad3d", all, dtype(self)));
  return run("reflection_pad3d", [&](const T& a) { return at::reflection_pad3d(a, sizes(padding)); }, self);
}

Result<Tensor> TorchBackend::replication_pad1d(const Tensor& self, Shape padding) {
  CLOISTER_TRY(const ImageShape all, padded("replication_pad1d", shape(self), 1, padding, /*mirrored=*/false));
  CLOISTER_CHECK(check_new("replication_pad1d", all, dtype(self)));
  return run("replication_pad1d", [&](const T& a) { return at::replication_pad1d(a, sizes(padding)); }, self);
}

Result<Tensor> TorchBackend::replication_pad2d(const Tensor& self, Shape padding) {
  CLOISTER_TRY(const ImageShape all, padded("replication_pad2d", shape(self), 2, padding, /*mirrored=*/false));
  CLOISTER_CHECK(check_new("replication_pad2d", all, dtype(self)));
  return run("replication_pad2d", [&](const T& a) { return at::replication_pad2d(a, sizes(padding)); }, self);
}

Result<Tensor> TorchBackend::replication_pad3d(const Tensor& self, Shape padding) {
  CLOISTER_TRY(const ImageShape all, padded("replication_pad3d", shape(self), 3, padding, /*mirrored=*/false));
  CLOISTER_CHECK(check_new("replication_pad3d", all, dtype(self)));
  return run("replication_pad3d", [&](const T& a) { return at::replication_pad3d(a, sizes(padding)); }, self);
}

Result<Tensor> TorchBackend::pixel_shuffle(const Tensor& self, std::int64_t upscale_factor) {
  const Shape in = shape(self);
  CLOISTER_CHECK(check_factor("pixel_shuffle", upscale_factor));
  if (in.size() < 3 || in[in.size() - 3] % (upscale_factor * upscale_factor) != 0) {
    return Unexpected(unfit_pixels("pixel_shuffle", in, upscale_factor,
                                   "[..., channels, height, width] with channels a multiple of its square is needed"));
  }
  // What an empty image becomes may still be too large to be counted.
  std::vector<std::int64_t> result(in.begin(), in.end());
  for (const std::size_t side : {1, 2}) {
    result[in.size() - side] = saturating_product(result[in.size() - side], upscale_factor);
  }
  result[in.size() - 3] /= upscale_factor * upscale_factor;
  CLOISTER_CHECK(check_new("pixel_shuffle", result, dtype(self)));
  return run("pixel_shuffle", [&](const T& a) { return at::pixel_shuffle(a, upscale_factor); }, self);
}

Result<Tensor> TorchBackend::pixel_unshuffle(const Tensor& self, std::int64_t downscale_factor) {
  const Shape in = shape(self);
  CLOISTER_CHECK(check_factor("pixel_unshuffle", downscale_factor));
  if (in.size() < 3 || in.back() % downscale_factor != 0 || in[in.size() - 2] % downscale_factor != 0) {
    return Unexpected(unfit_pixels("pixel_unshuffle", in, downscale_factor,
                                   "[..., channels, height, width] with sides that are multiples of it is needed"));
  }
  std::vector<std::int64_t> result(in.begin(), in.end());
  for (const std::size_t side : {1, 2}) result[in.size() - side] /= downscale_factor;
  result[in.size() - 3] = saturating_product(result[in.size() - 3], downscale_factor * downscale_factor);
  CLOISTER_CHECK(check_new("pixel_unshuffle", result, dtype(self)));
  return run("pixel_unshuffle", [&](const T& a) { return at::pixel_unshuffle(a, downscale_factor); }, self);
}

}  // namespace cloister::engine
