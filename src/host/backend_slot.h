// The one tensor backend of a host, opened when something first needs it.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "cloister/engine/backends.h"
#include "cloister/host/host.h"

namespace cloister::host {

// Thread safety: all functions may be called from any thread.
class BackendSlot {
 public:
  explicit BackendSlot(const HostOptions& options) : options_(options) {}

  // The backend; loads libtorch the first time. Errors: unsupported, naming what to install; asked again, it tries
  // again.
  Result<std::shared_ptr<engine::TensorBackend>> open();

  // The backend if it is open.
  [[nodiscard]] std::shared_ptr<engine::TensorBackend> opened() const;

 private:
  const HostOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<engine::TensorBackend> backend_;
};

}  // namespace cloister::host
