// The table of operators that torch_operators_test.cpp compares.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <ostream>
#include <vector>

#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

using Sizes = std::vector<std::int64_t>;
using Inputs = std::vector<at::Tensor>;

struct Case {
  const char* name;
  std::vector<Sizes> shapes;  // of the inputs
  std::function<Result<Tensor>(TensorBackend&, const std::vector<Tensor>&)> ours;
  std::function<at::Tensor(const Inputs&)> theirs;
  std::vector<at::ScalarType> dtypes{at::kFloat, at::kDouble, at::kBFloat16};
  bool positive = false;  // inputs in (0.1, 1.1)
  bool differentiable = true;
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

// Layers; other operators have theirs in operator_rows.h. An operator added to the contract gets a row in either.
// Convolutions, pooling, resizing and padding; normalisation, embeddings, attention and recurrent networks; losses.
std::vector<Case> image_cases();
std::vector<Case> layer_cases();
std::vector<Case> loss_cases();

inline const std::vector<at::ScalarType> kAllFloats{at::kFloat, at::kDouble, at::kBFloat16, at::kHalf};
inline const std::vector<at::ScalarType> kExact{at::kFloat, at::kDouble};

// A tensor that a row makes itself, such as classes or indices, as a handle of the backend's.
inline Tensor handle(TensorBackend& backend, at::Tensor tensor) { return {backend, tensor.unsafeReleaseTensorImpl()}; }

}  // namespace cloister::engine
