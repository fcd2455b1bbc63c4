// Lists of tensors between the contract's and libtorch's.
#pragma once

#include <ATen/ATen.h>
#include <c10/util/SmallVector.h>

#include <span>

#include "cloister/engine/tensor.h"

namespace cloister::engine {

// More parts than this no operator makes of a tensor: a call must not cost memory that nobody counts.
inline constexpr std::int64_t kMaxParts = 16'384;

c10::SmallVector<at::Tensor, 8> all_of(std::span<const Tensor> tensors);

}  // namespace cloister::engine
