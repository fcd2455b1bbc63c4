#include "layer_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "shape.h"

namespace cloister::engine {

Result<void> expect_same_dtype(std::string_view op, Dtype input, Dtype found, std::string_view which) {
  if (input == found) return {};
  return fail(ErrorCode::dtype_mismatch, fmt::format("{}: the input is {}, but the {} is {}; convert one of them", op,
                                                     dtype_name(input), which, dtype_name(found)));
}

Result<void> expect_floating(std::string_view op, Dtype dtype, std::string_view which) {
  if (is_floating_point(dtype)) return {};
  return fail(ErrorCode::dtype_mismatch,
              fmt::format("{}: the {} is {}, but must be floating point; convert it", op, which, dtype_name(dtype)));
}

Result<void> expect_shape(std::string_view op, Shape found, Shape needed, std::string_view which) {
  if (std::ranges::equal(found, needed)) return {};
  return fail(ErrorCode::shape_mismatch, fmt::format("{}: the {} has shape {}, but {} is needed", op, which,
                                                     format_shape(found), format_shape(needed)));
}

Result<void> check_parameters(const TensorBackend& backend, std::string_view op, Dtype input, Shape needed,
                              std::initializer_list<NamedOperand> parameters) {
  CLOISTER_CHECK(expect_floating(op, input, "input"));
  const bool may_be_mixed = element_size(input) == 2;
  std::optional<Dtype> first;
  for (const NamedOperand& each : parameters) {
    if (each.tensor == nullptr) continue;
    CLOISTER_CHECK(expect_shape(op, backend.shape(*each.tensor), needed, each.name));
    const Dtype dtype = backend.dtype(*each.tensor);
    if (!first) first = dtype;
    if (dtype == *first && (dtype == input || (may_be_mixed && dtype == Dtype::float32))) continue;
    return expect_same_dtype(op, dtype == *first ? input : *first, dtype, each.name);
  }
  return {};
}

}  // namespace cloister::engine
