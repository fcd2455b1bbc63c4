// Settings of sliding windows (convolutions, pooling), checked.
#pragma once

#include <array>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/engine/tensor.h"

namespace cloister::engine {

// A setting for height and width.
using Pair = std::array<std::int64_t, 2>;

// One number for both directions, or two; each at least `least` and below 2^31.
// Errors: invalid_argument, naming the setting.
Result<Pair> window_setting(std::string_view op, std::string_view name, Shape values, std::int64_t least);

// How many windows fit a side: floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1, at least 0.
// REQUIRES: settings from window_setting, kernel and stride at least 1.
std::int64_t windows(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                     std::int64_t dilation);

}  // namespace cloister::engine
