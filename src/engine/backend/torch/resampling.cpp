// Images at other sizes, and sampled at points.
#include <ATen/MemoryOverlap.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include <limits>

#include "layer_checks.h"
#include "shape.h"
#include "torch_backend.h"
#include "window.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

struct Resized {
  Directions output;
  ImageShape result;
};

Result<Resized> check_resized(std::string_view op, Shape input, Shape output_size) {
  CLOISTER_CHECK(check_images(op, input, 2, /*batch=*/true));
  CLOISTER_TRY(const Directions output, window_setting(op, "output-size", output_size, 2, 1));
  return Resized{output, ImageShape(input, output)};
}

// The gradient of bilinear sampling on a CPU takes a coordinate that is no number for a place in memory, where the
// padding continues the image. The forward kernels sample such points at the first pixel, and so does -1.
T sound_points(const T& grid, PaddingMode padding) {
  // Reflecting computes with the product of coordinate and side: infinities, and what becomes one, are no numbers then.
  // (float16, whose numbers all end at 65504, is computed with as float32.)
  double most = std::numeric_limits<float>::max() / 0x1p33;
  if (grid.scalar_type() == at::kDouble) most = std::numeric_limits<double>::max() / 0x1p33;
  if (grid.scalar_type() == at::kHalf) most = 65504;
  const T plain = grid.detach();
  const T unsound = padding == PaddingMode::border ? at::isnan(plain) : at::le(at::abs(plain), most).logical_not_();
  // Also where there is none: what memory a call takes must not tell.
  const T points = at::where(unsound, -1.0, grid);
  // Kernels add gradients up in an order that the strides decide.
  if (points.strides() == grid.strides() || at::has_internal_overlap(grid) == at::MemOverlap::Yes) return points;
  return at::empty_strided(grid.sizes(), grid.strides(), grid.options()).copy_(points);
}

}  // namespace

Result<Tensor> TorchBackend::upsample_nearest2d(const Tensor& self, Shape output_size) {
  CLOISTER_TRY(const Resized all, check_resized("upsample_nearest2d", shape(self), output_size));
  CLOISTER_CHECK(check_new("upsample_nearest2d", all.result, dtype(self)));
  return run("upsample_nearest2d", [&](const T& a) { return at::upsample_nearest2d(a, sizes(all.output)); }, self);
}

Result<Tensor> TorchBackend::upsample_bilinear2d(const Tensor& self, Shape output_size, bool align_corners) {
  CLOISTER_TRY(const Resized all, check_resized("upsample_bilinear2d", shape(self), output_size));
  CLOISTER_CHECK(check_new("upsample_bilinear2d", all.result, dtype(self)));
  return run(
      "upsample_bilinear2d", [&](const T& a) { return at::upsample_bilinear2d(a, sizes(all.output), align_corners); },
      self);
}

Result<Tensor> TorchBackend::upsample_bicubic2d(const Tensor& self, Shape output_size, bool align_corners) {
  CLOISTER_TRY(const Resized all, check_resized("upsample_bicubic2d", shape(self), output_size));
  CLOISTER_CHECK(check_new("upsample_bicubic2d", all.result, dtype(self)));
  return run(
      "upsample_bicubic2d", [&](const T& a) { return at::upsample_bicubic2d(a, sizes(all.output), align_corners); },
      self);
}

Result<Tensor> TorchBackend::grid_sampler2d(const Tensor& input, const Tensor& grid,
                                            InterpolationMode interpolation_mode, PaddingMode padding_mode,
                                            bool align_corners) {
  const Shape in = shape(input);
  const Shape points = shape(grid);
  CLOISTER_CHECK(check_images("grid_sampler2d", in, 2, /*batch=*/true));
  if (points.size() != 4 || points[0] != in[0] || points[3] != 2) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("grid_sampler2d: input {} and grid {} do not fit: [n, channels, height, width] and [n, "
                            "height', width', 2] are needed",
                            format_shape(in), format_shape(points)));
  }
  CLOISTER_CHECK(expect_floating("grid_sampler2d", dtype(input), "input"));
  CLOISTER_CHECK(expect_same_dtype("grid_sampler2d", dtype(input), dtype(grid), "grid"));
  CLOISTER_CHECK(check_new("grid_sampler2d", ImageShape(in, points.subspan(1, 2)), dtype(input)));
  return run(
      "grid_sampler2d",
      [&](const T& a, const T& where) {
        const bool sound = interpolation_mode != InterpolationMode::bilinear || padding_mode == PaddingMode::zeros ||
                           !c10::GradMode::is_enabled() || !a.is_cpu();
        return at::grid_sampler(a, sound ? where : sound_points(where, padding_mode),
                                static_cast<std::int64_t>(interpolation_mode), static_cast<std::int64_t>(padding_mode),
                                align_corners);
      },
      input, grid);
}

}  // namespace cloister::engine
