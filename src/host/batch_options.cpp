#include "batch_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tuple>

namespace cloister::host {
namespace {

namespace wit = bindings::ml::datasets;

data::Augmentation to_data(const wit::Augmentation& from) {
  data::Augmentation to;
  to.seed = from.seed;
  if (from.random_resized_crop) {
    to.random_resized_crop.emplace(std::get<0>(*from.random_resized_crop), std::get<1>(*from.random_resized_crop));
  }
  to.crop_padding = from.crop_padding;
  to.rotation = from.rotation;
  to.horizontal_flip = from.horizontal_flip;
  to.vertical_flip = from.vertical_flip;
  to.brightness = from.brightness;
  to.contrast = from.contrast;
  to.saturation = from.saturation;
  return to;
}

std::string describe(const wit::Augmentation& augment) {
  std::string text = fmt::format(" augment-seed={}", augment.seed);
  if (augment.random_resized_crop) {
    text += fmt::format(" random-resized-crop={}..{}", std::get<0>(*augment.random_resized_crop),
                        std::get<1>(*augment.random_resized_crop));
  }
  if (augment.crop_padding != 0) text += fmt::format(" crop-padding={}", augment.crop_padding);
  const std::pair<std::string_view, double> numbers[] = {
      {"rotation", augment.rotation},           {"horizontal-flip", augment.horizontal_flip},
      {"vertical-flip", augment.vertical_flip}, {"brightness", augment.brightness},
      {"contrast", augment.contrast},           {"saturation", augment.saturation}};
  for (const auto& [name, number] : numbers) {
    if (number != 0) text += fmt::format(" {}={}", name, number);
  }
  return text;
}

}  // namespace

data::BatchOptions to_data(const wit::BatchOptionsView& options, bool skip_broken) {
  data::BatchOptions to;
  to.size = options.size;
  to.drop_last = options.drop_last;
  to.shuffle_seed = options.shuffle_seed;
  to.start = options.start;
  to.count = options.count;
  for (const auto& group : options.columns) to.columns.emplace_back(group.begin(), group.end());
  if (options.resize) to.resize.emplace(std::get<0>(*options.resize), std::get<1>(*options.resize));
  to.rgb = options.rgb;
  if (options.augment) to.augment = to_data(*options.augment);
  to.skip_broken = skip_broken;
  return to;
}

std::string describe(const wit::BatchOptionsView& options) {
  const auto or_none = [](const std::optional<std::uint64_t>& value) {
    return value ? fmt::format("{}", *value) : std::string("none");
  };
  const std::string resize =
      options.resize ? fmt::format("{}x{}", std::get<0>(*options.resize), std::get<1>(*options.resize)) : "none";
  std::string text =
      fmt::format("size={} shuffle-seed={} start={} count={} resize={} rgb={}", options.size,
                  or_none(options.shuffle_seed), options.start, or_none(options.count), resize, options.rgb);
  if (options.drop_last) text += " drop-last=true";
  for (const auto& group : options.columns) text += fmt::format(" columns={}", fmt::join(group, "+"));
  if (options.augment) text += describe(*options.augment);
  return text;
}

}  // namespace cloister::host
