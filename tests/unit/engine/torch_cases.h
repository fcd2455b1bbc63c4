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

// An operator added to the contract gets a row here.
std::vector<Case> operator_cases();

}  // namespace cloister::engine
