// What several layers ask of their operands.
#pragma once

#include <initializer_list>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

// An operand by its name in messages; absent where the tensor is null.
struct NamedOperand {
  const Tensor* tensor;
  std::string_view name;
};

// Errors: dtype_mismatch unless the operand `which` has the input's dtype.
Result<void> expect_same_dtype(std::string_view op, Dtype input, Dtype found, std::string_view which);

// Errors: dtype_mismatch unless `dtype` is a floating one.
Result<void> expect_floating(std::string_view op, Dtype dtype, std::string_view which);

// Errors: shape_mismatch unless the operand `which` has the shape `needed`.
Result<void> expect_shape(std::string_view op, Shape found, Shape needed, std::string_view which);

// The parameters of a normalisation: each has the shape `needed` and the input's dtype; all together may be float32
// beside an input of 16 bits, as in mixed precision.
// Errors: shape_mismatch, dtype_mismatch.
Result<void> check_parameters(const TensorBackend& backend, std::string_view op, Dtype input, Shape needed,
                              std::initializer_list<NamedOperand> parameters);

}  // namespace cloister::engine
