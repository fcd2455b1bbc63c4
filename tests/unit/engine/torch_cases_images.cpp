#include "torch_cases.h"

namespace cloister::engine {

namespace image_rows {
namespace {

using S = Sizes;
using B = TensorBackend;
using V = std::vector<Tensor>;
using R = Result<Tensor>;

const S k1{1}, k2{2}, k3{3}, k32{3, 2}, zero{0}, s12{1, 2}, p10{1, 0}, out32{3, 2}, none{}, k322{3, 2, 2},
    p110{1, 1, 0}, out323{3, 2, 3}, s21{2, 1}, out57{5, 7}, out1{1};
const S image{2, 6, 9, 8};
const S volume{2, 4, 6, 5, 7};
const S line{2, 4, 11};

template <std::size_t I>
R part(Result<std::array<Tensor, 2>> all) {
  if (!all) return Unexpected(std::move(all).error());
  return std::move((*all)[I]);
}

void add_convolutions(std::vector<Case>& all) {
  const std::vector<Case> rows{
      {"conv2d",
       {image, {4, 3, 3, 2}, {4}},
       [](B& b, const V& x) -> R { return b.conv2d(x[0], x[1], &x[2], {k2, p10, s12, 2}); },
       [](const Inputs& x) { return at::conv2d(x[0], x[1], x[2], k2, p10, s12, 2); },
       kAllFloats},
      {"conv2d_depthwise",
       {image, {6, 1, 3, 3}},
       [](B& b, const V& x) -> R { return b.conv2d(x[0], x[1], nullptr, {k1, k1, k1, 6}); },
       [](const Inputs& x) { return at::conv2d(x[0], x[1], {}, k1, k1, k1, 6); }},
      {"conv2d_of_one_image",
       {{6, 9, 8}, {4, 6, 1, 1}},
       [](B& b, const V& x) -> R { return b.conv2d(x[0], x[1], nullptr, {k1, zero, k1, 1}); },
       [](const Inputs& x) { return at::conv2d(x[0], x[1]); }},
      {"conv2d_of_no_images",
       {{0, 6, 9, 8}, {4, 6, 3, 3}, {4}},
       [](B& b, const V& x) -> R { return b.conv2d(x[0], x[1], &x[2], {k1, zero, k1, 1}); },
       [](const Inputs& x) { return at::conv2d(x[0], x[1], x[2]); }},
      {"convolution_of_lines",
       {line, {6, 2, 3}, {6}},
       [](B& b, const V& x) -> R { return b.convolution(x[0], x[1], &x[2], {k2, k2, k1, false, zero, 2}); },
       [](const Inputs& x) { return at::convolution(x[0], x[1], x[2], k2, k2, k1, false, zero, 2); },
       kAllFloats},
      {"convolution_of_images",
       {image, {5, 6, 3, 3}},
       [](B& b, const V& x) -> R { return b.convolution(x[0], x[1], nullptr, {s21, p10, s12, false, zero, 1}); },
       [](const Inputs& x) { return at::convolution(x[0], x[1], {}, s21, p10, s12, false, zero, 1); }},
      {"convolution_of_volumes",
       {volume, {3, 4, 3, 2, 2}, {3}},
       [](B& b, const V& x) -> R { return b.convolution(x[0], x[1], &x[2], {k2, p110, k1, false, zero, 1}); },
       [](const Inputs& x) {
         return at::convolution(x[0], x[1], x[2], S{2, 2, 2}, p110, S{1, 1, 1}, false, S{0, 0, 0}, 1);
       }},
      {"convolution_transposed",
       {image, {6, 2, 3, 2}, {4}},
       [](B& b, const V& x) -> R { return b.convolution(x[0], x[1], &x[2], {k2, p10, k1, true, p10, 2}); },
       [](const Inputs& x) { return at::convolution(x[0], x[1], x[2], k2, p10, k1, true, p10, 2); },
       kExact},
      {"convolution_transposed_of_lines",
       {line, {4, 3, 3}},
       [](B& b, const V& x) -> R { return b.convolution(x[0], x[1], nullptr, {k3, k1, k2, true, k2, 1}); },
       [](const Inputs& x) { return at::convolution(x[0], x[1], {}, k3, k1, k2, true, k2, 1); }},
      {"convolution_transposed_of_volumes",
       {volume, {4, 3, 2, 2, 2}, {3}},
       [](B& b, const V& x) -> R { return b.convolution(x[0], x[1], &x[2], {k2, zero, k1, true, zero, 1}); },
       [](const Inputs& x) {
         return at::convolution(x[0], x[1], x[2], S{2, 2, 2}, S{0, 0, 0}, S{1, 1, 1}, true, S{0, 0, 0}, 1);
       }},
      {"im2col",
       {image},
       [](B& b, const V& x) -> R { return b.im2col(x[0], {k32, s12, p10, k2}); },
       [](const Inputs& x) { return at::im2col(x[0], k32, s12, p10, S{2, 2}); },
       kAllFloats},
      {"im2col_of_one_image",
       {{3, 5, 4}},
       [](B& b, const V& x) -> R { return b.im2col(x[0], {k2, k1, zero, k1}); },
       [](const Inputs& x) { return at::im2col(x[0], S{2, 2}, S{1, 1}, S{0, 0}, S{1, 1}); }},
      {"col2im",
       {{2, 12, 35}},
       [](B& b, const V& x) -> R { return b.col2im(x[0], S{5, 8}, {k32, k1, p10, k1}); },
       [](const Inputs& x) { return at::col2im(x[0], S{5, 8}, S{3, 2}, S{1, 1}, S{1, 0}, S{1, 1}); }},
  };
  all.insert(all.end(), rows.begin(), rows.end());
}

void add_pooling(std::vector<Case>& all) {
  const std::vector<Case> rows{
      {"avg_pool1d",
       {line},
       [](B& b, const V& x) -> R { return b.avg_pool1d(x[0], {k3, k2, k1, true, false}); },
       [](const Inputs& x) { return at::avg_pool1d(x[0], k3, k2, k1, true, false); }},
      {"avg_pool2d",
       {image},
       [](B& b, const V& x) -> R { return b.avg_pool2d(x[0], {k32, none, p10, true}); },
       [](const Inputs& x) { return at::avg_pool2d(x[0], k32, none, p10, true); },
       kAllFloats},
      {"avg_pool2d_divided",
       {image},
       [](B& b, const V& x) -> R { return b.avg_pool2d(x[0], {k32, s12, zero, false, true, 5}); },
       [](const Inputs& x) { return at::avg_pool2d(x[0], k32, s12, zero, false, true, 5); }},
      {"avg_pool3d",
       {volume},
       [](B& b, const V& x) -> R { return b.avg_pool3d(x[0], {k322, none, p110, true, false}); },
       [](const Inputs& x) { return at::avg_pool3d(x[0], k322, none, p110, true, false); },
       kExact},
      {"max_pool1d",
       {line},
       [](B& b, const V& x) -> R { return b.max_pool1d(x[0], {k3, k2, k1, k2, true}); },
       [](const Inputs& x) { return at::max_pool1d(x[0], k3, k2, k1, k2, true); }},
      {"max_pool2d",
       {image},
       [](B& b, const V& x) -> R { return b.max_pool2d(x[0], {k32, k2, zero, k1, false}); },
       [](const Inputs& x) { return at::max_pool2d(x[0], k32, k2, zero, 1, false); },
       kAllFloats},
      {"max_pool2d_dilated",
       {image},
       [](B& b, const V& x) -> R { return b.max_pool2d(x[0], {k3, none, k1, k2, true}); },
       [](const Inputs& x) { return at::max_pool2d(x[0], k3, none, k1, k2, true); }},
      {"max_pool2d_whole",
       {image},
       [](B& b, const V& x) -> R { return b.max_pool2d(x[0], {k2, none, zero, k1, false}); },
       [](const Inputs& x) { return at::max_pool2d(x[0], k2); },
       {at::kLong, at::kInt, at::kByte},
       false,
       false},
      {"max_pool3d",
       {volume},
       [](B& b, const V& x) -> R { return b.max_pool3d(x[0], {k322, none, p110, k1, true}); },
       [](const Inputs& x) { return at::max_pool3d(x[0], k322, none, p110, 1, true); }},
      {"max_pool2d_with_indices",
       {image},
       [](B& b, const V& x) -> R { return part<0>(b.max_pool2d_with_indices(x[0], {k32, k1, p10, k1, false})); },
       [](const Inputs& x) { return std::get<0>(at::max_pool2d_with_indices(x[0], k32, k1, p10, 1, false)); }},
      {"max_pool2d_with_indices_places",
       {image},
       [](B& b, const V& x) -> R { return part<1>(b.max_pool2d_with_indices(x[0], {k32, k1, p10, k1, false})); },
       [](const Inputs& x) { return std::get<1>(at::max_pool2d_with_indices(x[0], k32, k1, p10, 1, false)); },
       kAllFloats,
       false,
       false},
      {"max_pool3d_with_indices",
       {volume},
       [](B& b, const V& x) -> R { return part<0>(b.max_pool3d_with_indices(x[0], {k2, none, zero, k1, false})); },
       [](const Inputs& x) { return std::get<0>(at::max_pool3d_with_indices(x[0], k2)); }},
      {"max_pool3d_with_indices_places",
       {volume},
       [](B& b, const V& x) -> R { return part<1>(b.max_pool3d_with_indices(x[0], {k2, none, zero, k1, false})); },
       [](const Inputs& x) { return std::get<1>(at::max_pool3d_with_indices(x[0], k2)); },
       kExact,
       false,
       false},
      {"adaptive_avg_pool1d",
       {line},
       [](B& b, const V& x) -> R { return b.adaptive_avg_pool1d(x[0], k3); },
       [](const Inputs& x) { return at::adaptive_avg_pool1d(x[0], k3); }},
      {"adaptive_avg_pool2d",
       {image},
       [](B& b, const V& x) -> R { return b.adaptive_avg_pool2d(x[0], out32); },
       [](const Inputs& x) { return at::adaptive_avg_pool2d(x[0], out32); },
       kAllFloats},
      {"adaptive_avg_pool2d_to_a_pixel",
       {image},
       [](B& b, const V& x) -> R { return b.adaptive_avg_pool2d(x[0], out1); },
       [](const Inputs& x) { return at::adaptive_avg_pool2d(x[0], S{1, 1}); }},
      {"adaptive_avg_pool3d",
       {volume},
       [](B& b, const V& x) -> R { return b.adaptive_avg_pool3d(x[0], out323); },
       [](const Inputs& x) { return at::adaptive_avg_pool3d(x[0], out323); }},
      {"adaptive_max_pool2d",
       {image},
       [](B& b, const V& x) -> R { return part<0>(b.adaptive_max_pool2d(x[0], out57)); },
       [](const Inputs& x) { return std::get<0>(at::adaptive_max_pool2d(x[0], out57)); }},
      {"adaptive_max_pool2d_places",
       {image},
       [](B& b, const V& x) -> R { return part<1>(b.adaptive_max_pool2d(x[0], out57)); },
       [](const Inputs& x) { return std::get<1>(at::adaptive_max_pool2d(x[0], out57)); },
       kExact,
       false,
       false},
  };
  all.insert(all.end(), rows.begin(), rows.end());
}

void add_resampling(std::vector<Case>& all) {
  const std::vector<Case> rows{
      {"upsample_nearest2d",
       {image},
       [](B& b, const V& x) -> R { return b.upsample_nearest2d(x[0], out57); },
       [](const Inputs& x) { return at::upsample_nearest2d(x[0], out57); },
       kAllFloats},
      {"upsample_nearest2d_whole",
       {image},
       [](B& b, const V& x) -> R { return b.upsample_nearest2d(x[0], out57); },
       [](const Inputs& x) { return at::upsample_nearest2d(x[0], out57); },
       {at::kByte},
       false,
       false},
      {"upsample_bilinear2d",
       {image},
       [](B& b, const V& x) -> R { return b.upsample_bilinear2d(x[0], out57, false); },
       [](const Inputs& x) { return at::upsample_bilinear2d(x[0], out57, false); }},
      {"upsample_bilinear2d_aligned",
       {image},
       [](B& b, const V& x) -> R { return b.upsample_bilinear2d(x[0], S{19, 21}, true); },
       [](const Inputs& x) { return at::upsample_bilinear2d(x[0], S{19, 21}, true); }},
      {"upsample_bilinear2d_whole",
       {{2, 3, 9, 8}},
       [](B& b, const V& x) -> R { return b.upsample_bilinear2d(x[0], S{5, 13}, false); },
       [](const Inputs& x) { return at::upsample_bilinear2d(x[0], S{5, 13}, false); },
       {at::kByte},
       false,
       false},
      {"upsample_bicubic2d",
       {image},
       [](B& b, const V& x) -> R { return b.upsample_bicubic2d(x[0], out57, false); },
       [](const Inputs& x) { return at::upsample_bicubic2d(x[0], out57, false); }},
      {"upsample_bicubic2d_aligned",
       {image},
       [](B& b, const V& x) -> R { return b.upsample_bicubic2d(x[0], S{19, 21}, true); },
       [](const Inputs& x) { return at::upsample_bicubic2d(x[0], S{19, 21}, true); }},
  };
  all.insert(all.end(), rows.begin(), rows.end());
  static constexpr std::array<std::array<const char*, 3>, 3> kNames{
      {{"grid_sampler2d_bilinear_zeros", "grid_sampler2d_bilinear_border", "grid_sampler2d_bilinear_reflection"},
       {"grid_sampler2d_nearest_zeros", "grid_sampler2d_nearest_border", "grid_sampler2d_nearest_reflection"},
       {"grid_sampler2d_bicubic_zeros", "grid_sampler2d_bicubic_border", "grid_sampler2d_bicubic_reflection"}}};
  for (const int mode : {0, 1, 2}) {
    for (const int padding : {0, 1, 2}) {
      const bool align = (mode + padding) % 2 == 0;
      all.push_back({kNames[static_cast<std::size_t>(mode)][static_cast<std::size_t>(padding)],
                     {{2, 3, 7, 6}, {2, 5, 4, 2}},
                     [=](B& b, const V& x) -> R {
                       return b.grid_sampler2d(x[0], x[1], static_cast<InterpolationMode>(mode),
                                               static_cast<PaddingMode>(padding), align);
                     },
                     [=](const Inputs& x) { return at::grid_sampler(x[0], x[1], mode, padding, align); },
                     kExact});
    }
  }
}

void add_paddings(std::vector<Case>& all) {
  const std::vector<Case> rows{
      {"reflection_pad1d",
       {line},
       [](B& b, const V& x) -> R { return b.reflection_pad1d(x[0], S{3, -2}); },
       [](const Inputs& x) { return at::reflection_pad1d(x[0], S{3, -2}); },
       kAllFloats},
      {"reflection_pad2d",
       {image},
       [](B& b, const V& x) -> R { return b.reflection_pad2d(x[0], S{7, 1, 0, 8}); },
       [](const Inputs& x) { return at::reflection_pad2d(x[0], S{7, 1, 0, 8}); },
       kAllFloats},
      {"reflection_pad3d",
       {volume},
       [](B& b, const V& x) -> R { return b.reflection_pad3d(x[0], S{1, 2, 3, 4, 5, 0}); },
       [](const Inputs& x) { return at::reflection_pad3d(x[0], S{1, 2, 3, 4, 5, 0}); }},
      {"replication_pad1d",
       {line},
       [](B& b, const V& x) -> R { return b.replication_pad1d(x[0], S{30, 2}); },
       [](const Inputs& x) { return at::replication_pad1d(x[0], S{30, 2}); }},
      {"replication_pad2d",
       {image},
       [](B& b, const V& x) -> R { return b.replication_pad2d(x[0], S{7, 1, 20, -8}); },
       [](const Inputs& x) { return at::replication_pad2d(x[0], S{7, 1, 20, -8}); },
       kAllFloats},
      {"replication_pad3d",
       {volume},
       [](B& b, const V& x) -> R { return b.replication_pad3d(x[0], S{1, 2, 3, 4, 5, 6}); },
       [](const Inputs& x) { return at::replication_pad3d(x[0], S{1, 2, 3, 4, 5, 6}); }},
      {"pixel_shuffle",
       {{2, 18, 2, 5}},
       [](B& b, const V& x) -> R { return b.pixel_shuffle(x[0], 3); },
       [](const Inputs& x) { return at::pixel_shuffle(x[0], 3); }},
      {"pixel_shuffle_whole",
       {{4, 4, 3}},
       [](B& b, const V& x) -> R { return b.pixel_shuffle(x[0], 2); },
       [](const Inputs& x) { return at::pixel_shuffle(x[0], 2); },
       {at::kLong, at::kBool},
       false,
       false},
      {"pixel_unshuffle",
       {{2, 3, 6, 4}},
       [](B& b, const V& x) -> R { return b.pixel_unshuffle(x[0], 2); },
       [](const Inputs& x) { return at::pixel_unshuffle(x[0], 2); }},
  };
  all.insert(all.end(), rows.begin(), rows.end());
}

}  // namespace
}  // namespace image_rows

std::vector<Case> image_cases() {
  using namespace image_rows;
  std::vector<Case> all;
  add_convolutions(all);
  add_pooling(all);
  add_resampling(all);
  add_paddings(all);
  return all;
}

}  // namespace cloister::engine
