#include "cloister/sandbox/runtime.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <wasmtime.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "cloister/base/wasm_sections.h"
#include "cloister/sandbox/one_line.h"
#include "small_pages.h"
#include "state.h"
#include "trap_text.h"

namespace cloister::sandbox {
namespace {

// Changes with what this module and the generated shims expect of compiled code, beyond Wasmtime's own version.
constexpr std::uint64_t kCodeVersion = 1;

constexpr std::uint64_t kWasmPage = 64 << 10;

// Up to so many instances, larger pages of their linear memories are worth what they take beyond what is touched.
constexpr std::uint32_t kRoomyPool = 256;

Result<void> check(const RuntimeOptions& options) {
  const auto outside = [](std::string_view name, std::uint64_t value, std::string_view range) {
    return fail(ErrorCode::invalid_argument, fmt::format("{} is {}; it takes {}", name, value, range));
  };
  if (options.pool_instances < 1 || options.pool_instances > 4096) {
    return outside("pool_instances", options.pool_instances, "1 to 4096");
  }
  if (options.max_guest_memory < kWasmPage || options.max_guest_memory > std::uint64_t{4} << 30) {
    return outside("max_guest_memory", options.max_guest_memory, "65536 to 4294967296 bytes");
  }
  if (options.guest_stack < (64U << 10) || options.guest_stack > (64U << 20)) {
    return outside("guest_stack", options.guest_stack, "65536 to 67108864 bytes");
  }
  return {};
}

Result<Digest> engine_digest(const ffi::Engine& engine) {
  std::string identity;
  ffi::Report report;
  if (cloister_sandbox_engine_identity(&engine, ffi::sink(identity), &report.raw) != ffi::Ending::ok) {
    return fail(ErrorCode::internal, fmt::format("the engine does not describe itself: {}", report.message));
  }
  return Sha256()
      .update("cloister machine code\n")
      .update_u64(kCodeVersion)
      .update(WASMTIME_VERSION "\n")
      .update_u64(identity.size())
      .update(identity)
      .finish();
}

// Says what else it is, so that a person knows what to do.
Result<void> check_preamble(std::span<const std::byte> bytes) {
  constexpr std::array<std::uint8_t, 4> kWasm{0x00, 0x61, 0x73, 0x6d};
  constexpr std::array<std::uint8_t, 4> kModule{0x01, 0x00, 0x00, 0x00};
  constexpr std::array<std::uint8_t, 4> kComponent{0x0d, 0x00, 0x01, 0x00};
  const auto is_at = [&](std::size_t offset, const std::array<std::uint8_t, 4>& wanted) {
    return std::equal(wanted.begin(), wanted.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                      [](std::uint8_t a, std::byte b) { return a == static_cast<std::uint8_t>(b); });
  };
  if (bytes.size() >= 8 && is_at(0, kWasm)) {
    if (is_at(4, kComponent)) return {};
    if (is_at(4, kModule)) {
      return fail(ErrorCode::bad_data,
                  "this is a core module, not a component; make a component of it with `wasm-tools component new "
                  "MODULE.wasm --adapt wasi_snapshot_preview1.reactor.wasm`, or build it with cloister_workload");
    }
    return fail(ErrorCode::bad_data,
                "this is WebAssembly of a version that this build does not know; build it again "
                "with tools for components of version 1");
  }
  if (bytes.empty())
    return fail(ErrorCode::bad_data, "this is an empty file, not a component; build or fetch it again");
  if (bytes.front() == std::byte{'('}) {
    return fail(ErrorCode::bad_data,
                "this is WebAssembly text; make it binary with `wasm-tools parse FILE.wat -o FILE.wasm`");
  }
  return fail(ErrorCode::bad_data, fmt::format("this is not WebAssembly ({} bytes that do not start with a component's "
                                               "preamble); name a component, such as one that cloister_workload built",
                                               bytes.size()));
}

}  // namespace

Result<Runtime> Runtime::create(const RuntimeOptions& options) {
  CLOISTER_CHECK(check(options));
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return fail_errno("make", "an event descriptor", errno);
  std::optional<CodeCache> cache;
  if (!options.cache_directory.empty()) {
    CLOISTER_TRY(cache, CodeCache::open(options.cache_directory));
  }

  const ffi::EngineOptions raw{ffi::view(options.cpu), options.max_guest_memory, options.keep_resident,
                               options.guest_stack,    options.pool_instances,   options.parallel_compilation};
  const bool is_crowded = options.pool_instances > kRoomyPool;
  const std::vector<AddressRange> before = anonymous_mappings(is_crowded);
  ffi::Engine* engine = nullptr;
  ffi::Report report;
  if (cloister_sandbox_engine_new(&raw, &engine, &report.raw) != ffi::Ending::ok) {
    return fail(
        ErrorCode::quota_exceeded,
        fmt::format("the engine cannot start with {} pooled instances{}: {}; with fewer it reserves less address "
                    "space",
                    options.pool_instances,
                    options.cpu.empty() ? "" : fmt::format(" for the processor '{}'", options.cpu), report.message));
  }
  ffi::Owned<ffi::Engine> owned(engine);
  // The pool of tables has room for the largest; a huge page for the first entries of each would be most of what an
  // instance takes.
  use_small_pages(is_crowded, before);
  CLOISTER_TRY(const Digest digest, engine_digest(*owned));
  return Runtime(
      std::make_shared<detail::RuntimeState>(std::move(owned), options, digest, std::move(cache), std::move(wake)));
}

Result<Component> Runtime::compile(std::span<const std::byte> bytes) const {
  if (bytes.size() > state_->options.max_component_size) {
    return fail(ErrorCode::quota_exceeded,
                fmt::format("this component has {} bytes, above the limit of {}; build it without debug information",
                            bytes.size(), state_->options.max_component_size));
  }
  CLOISTER_CHECK(check_preamble(bytes));
  // The compiler's memory grows with the square of the nesting.
  if (const auto checked = check_wasm_structure(bytes); !checked) {
    return fail(checked.error().code,
                fmt::format("this is not a valid component ({}); build or fetch it again", checked.error().message));
  }

  auto made = std::make_shared<detail::ComponentState>();
  made->runtime = state_;
  made->digest = sha256(bytes);
  const Digest key = Sha256().update(state_->engine_digest).update(made->digest).finish();
  const ffi::Engine* engine = state_->engine.get();
  ffi::Component* component = nullptr;

  if (state_->cache) {
    if (const auto code = state_->cache->load(key)) {
      ffi::Report report;
      if (cloister_sandbox_component_deserialize(engine, ffi::view(bytes), ffi::view(*code), &component, &report.raw) ==
          ffi::Ending::ok) {
        made->component.reset(component);
        made->from_cache = true;
        return Component(std::move(made));
      }
      state_->cache->remove(key);
    }
  }

  ffi::Report report;
  const ffi::Ending ending = cloister_sandbox_component_compile(engine, ffi::view(bytes), &component, &report.raw);
  const std::string why = one_line(report.message);
  switch (ending) {
    case ffi::Ending::ok:
      break;
    case ffi::Ending::panic:
      return fail(ErrorCode::internal, fmt::format("the compiler failed on this component: {}", why));
    case ffi::Ending::too_costly:
      return fail(ErrorCode::quota_exceeded,
                  fmt::format("this component would cost the compiler too much ({}); build it optimised, with smaller "
                              "functions, or split the workload",
                              why));
    default:
      if (why.find("pooling allocator") != std::string::npos) {
        return fail(ErrorCode::quota_exceeded,
                    fmt::format("this component needs more than an instance may have ({}); "
                                "build it with one memory of at most {} a module and few tables",
                                why, size_text(state_->options.max_guest_memory)));
      }
      return fail(ErrorCode::bad_data, fmt::format("this is not a valid component ({}); build or fetch it again", why));
  }
  made->component.reset(component);

  if (state_->cache) {
    std::string code;
    ffi::Report unused;
    if (cloister_sandbox_component_serialize(component, ffi::sink(code), &unused.raw) == ffi::Ending::ok) {
      // Where it cannot be kept, the next process compiles again.
      (void)state_->cache->store(key, std::as_bytes(std::span(code)));
    }
  }
  return Component(std::move(made));
}

std::string Runtime::engine_version() { return WASMTIME_VERSION; }

}  // namespace cloister::sandbox
