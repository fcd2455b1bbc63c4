#include "convert.h"

#include <array>

namespace cloister::engine {
namespace {

constexpr std::array<at::ScalarType, kDtypeCount> kTypes{at::kBool, at::kByte, at::kChar,     at::kShort, at::kInt,
                                                         at::kLong, at::kHalf, at::kBFloat16, at::kFloat, at::kDouble};

}  // namespace

at::ScalarType scalar_type(Dtype dtype) { return kTypes[static_cast<std::size_t>(dtype)]; }

Dtype dtype_of(at::ScalarType type) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == type) return static_cast<Dtype>(i);
  }
  return Dtype::float32;
}

at::Scalar scalar(const Scalar& value) {
  return std::visit([](auto number) { return at::Scalar(number); }, value);
}

std::optional<at::Scalar> scalar(const std::optional<Scalar>& value) {
  if (!value) return std::nullopt;
  return scalar(*value);
}

std::optional<at::Tensor> optional_tensor(const Tensor* tensor) {
  if (tensor == nullptr) return std::nullopt;
  return Borrowed(*tensor).get();
}

}  // namespace cloister::engine
