#include "graph_nodes.h"

#include <c10/util/SmallVector.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>

#include "context.h"
#include "torch_allocator.h"

namespace cloister::engine {
namespace {

// What belongs to a node and goes with it: a hook on the gradients that reach it, which leaves them as they are. No
// other hooks are ever added, so a node that has one was charged.
class Charge final : public torch::autograd::FunctionPreHook {
 public:
  Charge(std::uint64_t bytes, MemoryOwner& owner) : bytes_(bytes), owner_(owner) {
    if (auto charged = charge(bytes, owner); !charged) throw Refused(std::move(charged).error());
  }
  ~Charge() override { discharge(bytes_, owner_); }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

  torch::autograd::variable_list operator()(const torch::autograd::variable_list& gradients) override {
    return gradients;
  }

 private:
  std::uint64_t bytes_;
  MemoryOwner& owner_;  // lives for as long as anything is charged to it
};

// What libtorch takes for `node`. The rank of the first result stands for that of all: operators that take or give
// lists keep it, but for one dimension.
std::uint64_t size_of(const torch::autograd::Node& node) {
  const std::uint64_t operands = node.num_outputs();
  const std::uint64_t results = node.num_inputs();
  if (operands <= kOperandsIncluded && results <= 1) return kGraphNodeBytes;
  const std::uint64_t rank = results == 0 ? 0 : node.input_metadata(0).shape_as_dim_vector().size();
  const std::uint64_t shape = (rank + 1) * kDimensionBytes;
  std::uint64_t bytes = kGraphNodeBytes;
  if (operands > kOperandsIncluded) bytes += (operands - kOperandsIncluded) * (kOperandBytes + shape);
  if (results > 1) bytes += (results - 1) * (kResultBytes + shape);
  return bytes;
}

}  // namespace

void charge_graph(const at::TensorBase& result) {
  MemoryOwner* owner = current_owner();
  if (owner == nullptr || !result.requires_grad()) return;
  c10::SmallVector<torch::autograd::Node*, 8> open;
  if (const auto& last = result.grad_fn()) open.push_back(last.get());
  while (!open.empty()) {
    torch::autograd::Node& node = *open.pop_back_val();
    // Those without edges gather the gradient of a leaf, which is a tensor that has been counted.
    if (node.next_edges().empty() || !node.tensor_pre_hooks().empty()) continue;
    node.add_tensor_pre_hook(std::make_unique<Charge>(size_of(node), *owner));
    for (const auto& edge : node.next_edges()) {
      if (edge.function) open.push_back(edge.function.get());
    }
  }
}

}  // namespace cloister::engine
