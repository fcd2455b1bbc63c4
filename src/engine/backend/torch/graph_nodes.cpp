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
  explicit Charge(MemoryOwner& owner) : owner_(owner) {
    if (auto charged = charge(kGraphNodeBytes, owner); !charged) throw Refused(std::move(charged).error());
  }
  ~Charge() override { discharge(kGraphNodeBytes, owner_); }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

  torch::autograd::variable_list operator()(const torch::autograd::variable_list& gradients) override {
    return gradients;
  }

 private:
  MemoryOwner& owner_;  // lives for as long as anything is charged to it
};

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
    node.add_tensor_pre_hook(std::make_unique<Charge>(*owner));
    for (const auto& edge : node.next_edges()) {
      if (edge.function) open.push_back(edge.function.get());
    }
  }
}

}  // namespace cloister::engine
