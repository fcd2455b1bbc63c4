// The one symbol that this library exports, and what is decided once a process.
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <mutex>

#include "backend_library.h"
#include "torch_allocator.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

// The CUDA half of libtorch registers its kernels when it is loaded; nothing of it is linked.
Result<void> load_cuda(std::uint32_t index) {
  Dl_info where{};
  ::dladdr(reinterpret_cast<void*>(&at::get_num_threads), &where);
  const auto library = std::filesystem::path(where.dli_fname).parent_path() / "libtorch_cuda.so";
  std::error_code error;
  if (!std::filesystem::exists(library, error)) {
    return fail(ErrorCode::unsupported,
                fmt::format("this libtorch has no CUDA: no file {}; build with a LIBTORCH_ROOT that has it, or use "
                            "--device cpu",
                            library.string()));
  }
  if (::dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* reason = ::dlerror();
    return fail(ErrorCode::unsupported, fmt::format("libtorch's CUDA library cannot be loaded: {}",
                                                    reason != nullptr ? reason : library.c_str()));
  }
  const std::size_t devices = at::hasCUDA() ? at::getNumGPUs() : 0;
  if (index >= devices) {
    return fail(
        ErrorCode::unsupported,
        fmt::format("there is no device cuda:{}: {} CUDA devices were found; use --device cpu", index, devices));
  }
  return {};
}

void set_up_process(int threads) {
  install_torch_allocator();
  at::set_num_threads(std::max(threads, 1));
  try {
    at::set_num_interop_threads(1);
  } catch (const std::exception&) {
    // libtorch was already in use in this process: its pool stays as it is; no operator of ours uses it.
  }
}

Result<std::shared_ptr<TensorBackend>> open(const BackendOptions& options) {
  static std::mutex mutex;
  // Never destroyed: tensors refer to their backend until the process ends.
  static auto& backends = *new std::map<std::pair<Device::Kind, std::uint32_t>, std::shared_ptr<TensorBackend>>;
  const std::lock_guard lock(mutex);
  static const int threads = std::max(options.threads, 1);
  static const bool set_up = (set_up_process(threads), true);
  static_cast<void>(set_up);
  auto& backend = backends[{options.device.kind, options.device.index}];
  if (backend == nullptr) {
    if (options.device.kind == Device::Kind::cuda) CLOISTER_CHECK(load_cuda(options.device.index));
    backend = std::make_shared<TorchBackend>(options.device, threads);
  }
  return backend;
}

Result<std::shared_ptr<TensorBackend>> open_guarded(const BackendOptions& options) {
  try {
    return open(options);
  } catch (...) {
    return Unexpected(explain("opening libtorch", {}));
  }
}

}  // namespace
}  // namespace cloister::engine

extern "C" __attribute__((visibility("default"))) const char* cloister_backend_open_v1(
    const cloister::engine::BackendRequest* request,
    cloister::Result<std::shared_ptr<cloister::engine::TensorBackend>>* out) {
  using namespace cloister::engine;
  if (kBackendStamp != request->stamp) return CLOISTER_BACKEND_STAMP;
  *out = open_guarded(request->options);
  return nullptr;
}
