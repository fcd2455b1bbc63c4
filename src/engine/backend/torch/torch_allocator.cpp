#include "torch_allocator.h"

#include <ATen/ATen.h>
#include <c10/core/CPUAllocator.h>

#include "context.h"

namespace cloister::engine {
namespace {

void free_block(void* data) { TensorAllocator::instance().free(data); }

class TorchAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    // Kernels keep what is smaller to one thread.
    constexpr std::size_t kTeamWork = 1 << 15;
    if (bytes >= kTeamWork) {
      if (TorchContext* context = TorchContext::current(); context != nullptr) context->muster_if_due();
    }
    Result<void*> data = TensorAllocator::instance().allocate(bytes, current_owner());
    if (!data) [[unlikely]]
      throw Refused(std::move(data).error());
    return {*data, *data, &free_block, at::kCPU};
  }
  [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return &free_block; }
  void copy_data(void* to, const void* from, std::size_t count) const override { default_copy_data(to, from, count); }
};

}  // namespace

c10::Allocator& torch_allocator() {
  static auto* const the = new TorchAllocator;  // storages may be freed after static destructors ran
  return *the;
}

void install_torch_allocator() {
  constexpr std::uint8_t above_all = 255;
  c10::SetCPUAllocator(&torch_allocator(), above_all);
}

}  // namespace cloister::engine
