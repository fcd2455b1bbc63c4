// Opening backends by name.
#pragma once

#include <filesystem>
#include <string>

#include "cloister/base/result.h"
#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

struct BackendOptions {
  Device device;
  // Intra-operator threads; the first backend opened in a process decides (libtorch sets them once).
  int threads = 1;
};

// The reference backend: exact, small, without dependencies; about 20 operators, the rest answer `unsupported`.
std::shared_ptr<TensorBackend> make_stub_backend();

// Loads libcloister_torch.so and, through it, libtorch (150-200 ms the first time in a process). `library` empty: the
// one built or installed with this program.
// Errors: unsupported (no such library, libtorch missing, no such device), naming what to install.
Result<std::shared_ptr<TensorBackend>> open_torch_backend(const BackendOptions& options,
                                                          const std::filesystem::path& library = {});

}  // namespace cloister::engine
