// Charging for the nodes of autograd's graphs, which are not in the allocator's memory.
#pragma once

#include <ATen/core/TensorBase.h>

#include <cstdint>

namespace cloister::engine {

// What is charged for a node: about what libtorch takes for one with its edges, beside the tensors that it saves. Wide
// ones, such as those of cat and unbind, keep an edge and a shape for each operand and a description of each result.
inline constexpr std::uint64_t kGraphNodeBytes = 640;
inline constexpr std::uint64_t kOperandsIncluded = 4;
inline constexpr std::uint64_t kOperandBytes = 128;  // for each more, and 8 a dimension
inline constexpr std::uint64_t kResultBytes = 192;   // for each but the first, and 8 a dimension
inline constexpr std::uint64_t kDimensionBytes = 8;

// Charges the entered context for those nodes of the graph behind `result` that nobody was charged for; a node is
// discharged when it goes. Throws Refused when the limit would be passed.
// REQUIRES: nothing; for a tensor without a graph it does nothing.
void charge_graph(const at::TensorBase& result);

// The same for a tensor that was written to: what a write through a view records is recorded of its base.
inline void charge_write(const at::TensorBase& written) {
  if (written.unsafeGetTensorImpl()->autograd_meta() == nullptr) return;
  charge_graph(written.is_view() ? written._base() : written);
}

}  // namespace cloister::engine
