#include "operator_call.h"

#include <fmt/format.h>

namespace cloister::host {

Error ArgumentCheck::error() const {
  return {ErrorCode::invalid_argument,
          problem_ == Problem::many_tensors
              ? fmt::format("a list has more than {} tensors; join them in several calls", kMaxTensors)
              : fmt::format("a list of sizes or dimensions has more than {} numbers; no tensor has so many dimensions",
                            kMaxSizes)};
}

TensorsArgument argument(Session& session, ArgumentCheck& check, std::span<const TensorBorrow> handles) {
  TensorsArgument list;
  if (handles.size() > kMaxTensors) {
    check.many_tensors();
    return list;
  }
  list.tensors.reserve(handles.size());
  for (const TensorBorrow handle : handles) {
    const engine::Tensor* tensor = argument(session, check, handle).tensor;
    if (tensor == nullptr) break;
    list.tensors.push_back(*tensor);
  }
  return list;
}

OptionalTensorsArgument argument(Session& session, ArgumentCheck& check,
                                 std::span<const std::optional<TensorBorrow>> handles) {
  OptionalTensorsArgument list;
  if (handles.size() > kMaxTensors) {
    check.many_tensors();
    return list;
  }
  list.tensors.reserve(handles.size());
  for (const std::optional<TensorBorrow>& handle : handles) list.tensors.push_back(argument(session, check, handle));
  return list;
}

}  // namespace cloister::host
