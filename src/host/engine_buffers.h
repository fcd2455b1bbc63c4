// Memory for batches that becomes tensors without a copy.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "cloister/data/buffer.h"
#include "cloister/engine/tensor_backend.h"

namespace cloister::host {

// Lends the engine's memory, charged to the session that will own it. The backend and the context outlive the streams
// and indices that use this (see Session).
class EngineBuffers final : public data::BufferSource {
 public:
  EngineBuffers(std::shared_ptr<engine::TensorBackend> backend, engine::InstanceContext* context)
      : backend_(std::move(backend)), context_(context) {}

  Result<data::Buffer> allocate(std::size_t size) override {
    CLOISTER_TRY(engine::HostBuffer buffer, backend_->allocate(context_, size));
    auto* owner = new engine::HostBuffer(std::move(buffer));
    return data::Buffer(static_cast<std::byte*>(owner->data), size, owner, [](void* pointer) noexcept {
      const std::unique_ptr<engine::HostBuffer> owned(static_cast<engine::HostBuffer*>(pointer));
      owned->release();
    });
  }

  // The first `size` bytes of the buffer's memory, as a tensor's. REQUIRES: the buffer came from allocate().
  static engine::HostBuffer take(data::Buffer buffer, std::size_t size) {
    const std::unique_ptr<engine::HostBuffer> owned(static_cast<engine::HostBuffer*>(buffer.detach()));
    owned->size = size;
    return std::move(*owned);
  }

 private:
  std::shared_ptr<engine::TensorBackend> backend_;
  engine::InstanceContext* context_;
};

}  // namespace cloister::host
