// From what libtorch throws to an Error.
#pragma once

#include <span>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/engine/tensor.h"

namespace cloister::engine {

// The exception being handled as an Error that names the operator and its operands' shapes and dtypes.
// REQUIRES: called in a catch block.
Error explain(std::string_view op, std::span<const Tensor* const> operands) noexcept;

// "conv2d([1, 3, 8, 8] float32, [4] float32)".
std::string format_call(std::string_view op, std::span<const Tensor* const> operands);

}  // namespace cloister::engine
