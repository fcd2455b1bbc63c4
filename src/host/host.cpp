#include "cloister/host/host.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloister/base/file.h"
#include "interfaces.h"
#include "shared.h"

namespace cloister::host {
namespace {

constexpr std::uint64_t kMaxComponentBytes = std::uint64_t{256} << 20;
// With up to 256 instances each keeps what makes its successor's start fastest, the sandbox's default.
constexpr std::size_t kKeptByPool = std::size_t{256} << 20;

}  // namespace

Workload::Workload(std::shared_ptr<const Shared> shared) : shared_(std::move(shared)) {}
const Digest& Workload::digest() const { return shared_->component.digest(); }
bool Workload::from_cache() const { return shared_->component.from_cache(); }
Nanoseconds Workload::compile_time() const { return shared_->compile_time; }

Host::Host(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
Host::~Host() = default;

Result<std::unique_ptr<Host>> Host::create(const HostOptions& options) {
  sandbox::RuntimeOptions runtime_options;
  runtime_options.cache_directory = options.cache_directory.string();
  runtime_options.pool_instances = options.instances;
  // What ended instances keep resident for the next ones is bounded for the whole pool.
  runtime_options.keep_resident =
      std::min(runtime_options.keep_resident, kKeptByPool / std::max(options.instances, 1U));
  runtime_options.cpu = options.guest_cpu;
  runtime_options.max_component_size = kMaxComponentBytes;
  CLOISTER_TRY(sandbox::Runtime runtime, sandbox::Runtime::create(runtime_options));
  CLOISTER_TRY(sandbox::Linker linker, sandbox::Linker::create(runtime));
  CLOISTER_CHECK(Interfaces::add_to(linker));
  CLOISTER_TRY(auto watcher, Watcher::create());
  std::shared_ptr<Shared> shared(new Shared{.options = options,
                                            .runtime = std::move(runtime),
                                            .linker = std::move(linker),
                                            .watcher = std::move(watcher),
                                            .backend = BackendSlot(options),
                                            .models = {},
                                            .ceiling = {}});
  return std::unique_ptr<Host>(new Host(std::move(shared)));
}

Result<Workload> Host::load(const std::filesystem::path& component) {
  CLOISTER_TRY(const auto bytes, read_file(component.string(), kMaxComponentBytes));
  return load(bytes, component.string());
}

Result<Workload> Host::load(std::span<const std::byte> component, std::string_view name) {
  const auto named = [name](Error error) {
    error.message = fmt::format("'{}': {}", name, error.message);
    return Unexpected(std::move(error));
  };
  const auto start = std::chrono::steady_clock::now();
  auto compiled = shared_->runtime.compile(component);
  if (!compiled) return named(std::move(compiled).error());
  auto program = shared_->linker.link(*compiled);
  if (!program) return named(std::move(program).error());
  auto declared = declared_grants(component);
  const Nanoseconds time = std::chrono::steady_clock::now() - start;
  return Workload(std::shared_ptr<const Workload::Shared>(
      new Workload::Shared{*std::move(compiled), *std::move(program), time,
                           declared ? *std::move(declared) : std::vector<DeclaredGrant>{}}));
}

Result<RunReport> Host::run(const Workload& workload, const RunRequest& request, RunObserver& observer) {
  CLOISTER_TRY(const auto instance, instantiate(workload, request, observer));
  return instance->run();
}

Result<void> Host::open_backend() {
  CLOISTER_CHECK(shared_->backend.open());
  return {};
}

void Host::interrupt() noexcept { shared_->watcher->stop_all(); }

}  // namespace cloister::host
