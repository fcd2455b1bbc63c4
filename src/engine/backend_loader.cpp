#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

#include "backend_library.h"
#include "cloister/engine/backend_code.h"

namespace cloister::engine {

Result<std::shared_ptr<TensorBackend>> open_torch_backend(const BackendOptions& options,
                                                          const std::filesystem::path& library) {
  const std::filesystem::path path = library.empty() ? torch_backend_library() : library;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(ErrorCode::unsupported,
                fmt::format("the libtorch backend is not there: no file {}; build Cloister with CLOISTER_TORCH=ON",
                            path.string()));
  }
  CLOISTER_CHECK(check_nobody_else_writes(backend_code_folders(path)));
  // libgomp reads this once, when it is loaded. Its default, spinning, slows every operator down by a multiple when
  // more threads want to run than there are cores.
  ::setenv("OMP_WAIT_POLICY", "passive", /*overwrite=*/0);
  // Never closed: tensors and threads of libtorch live until the process ends.
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = ::dlerror();
    return fail(ErrorCode::unsupported,
                fmt::format("the libtorch backend cannot be loaded: {}; install libtorch where it was built with, or "
                            "build again with LIBTORCH_ROOT",
                            reason != nullptr ? reason : path.c_str()));
  }
  const auto open = reinterpret_cast<BackendEntry>(::dlsym(handle, kBackendEntry));
  if (open == nullptr) {
    return fail(ErrorCode::unsupported, fmt::format("{} is not a backend of Cloister", path.string()));
  }
  BackendRequest request;
  request.options = options;
  Result<std::shared_ptr<TensorBackend>> backend =
      fail(ErrorCode::internal, fmt::format("{} opened nothing", path.string()));
  if (const char* stamp = open(&request, &backend); stamp != nullptr) {
    return fail(ErrorCode::unsupported, fmt::format("{} belongs to another build of Cloister (it is {}, this is {}); "
                                                    "install both from one build",
                                                    path.string(), stamp, kBackendStamp));
  }
  return backend;
}

}  // namespace cloister::engine
