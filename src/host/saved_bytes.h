// What a tensor that is written to a file counts as egress.
#pragma once

#include <cstdint>
#include <string_view>

#include "cloister/base/dtype.h"
#include "cloister/engine/tensor_backend.h"
#include "egress.h"

namespace cloister::host {

// Its contents, and what the file's header says of it: name, dtype and sizes, which are of a workload's choice too. A
// tensor without elements has a shape all the same.
// The sum fits: no tensor's bytes overflow 63 bits, and names are in the guest's memory.
[[nodiscard]] inline std::uint64_t saved_bytes(const engine::TensorBackend& backend, std::string_view name,
                                               const engine::Tensor& tensor) {
  return name.size() + kTensorHeaderBytes + backend.shape(tensor).size() * kNumberBytes +
         static_cast<std::uint64_t>(backend.numel(tensor)) * element_size(backend.dtype(tensor));
}

}  // namespace cloister::host
