#include "backend_slot.h"

namespace cloister::host {

Result<std::shared_ptr<engine::TensorBackend>> BackendSlot::open() {
  const std::lock_guard lock(mutex_);
  if (!backend_) {
    if (options_.backend == BackendKind::stub) {
      backend_ = engine::make_stub_backend();
    } else {
      CLOISTER_TRY(backend_, engine::open_torch_backend({.device = options_.device, .threads = options_.threads},
                                                        options_.torch_library));
    }
  }
  return backend_;
}

std::shared_ptr<engine::TensorBackend> BackendSlot::opened() const {
  const std::lock_guard lock(mutex_);
  return backend_;
}

}  // namespace cloister::host
