// One engine for all guests of a process: compiles components, keeps their machine code on disk, pools instances.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "cloister/base/result.h"
#include "cloister/sandbox/component.h"

namespace cloister::sandbox {

struct RuntimeOptions {
  // Where machine code is kept between processes; made if absent, its parent too. Empty: nothing is kept. The folder
  // must belong to this user and be closed to others: what lies in it is executed.
  std::string cache_directory = {};

  // Instances that can exist at once. Each reserves 4 GiB of address space (no memory) for the whole life of the
  // runtime; valgrind and a low `ulimit -v` want a small number, such as 4.
  std::uint32_t pool_instances = 256;

  // No instance may have a linear memory above this, whatever its own limit says; at most 4 GiB.
  std::uint64_t max_guest_memory = std::uint64_t{4} << 30;

  // Bytes of a linear memory that are zeroed and kept when an instance ends instead of given back to the system: a
  // faster next start against resident memory (this many bytes times the instances that were ever in use at once).
  std::size_t keep_resident = std::size_t{1} << 20;

  // The processor that code is compiled for: empty is this machine's; otherwise a Cranelift preset such as
  // "x86-64-v3", which valgrind can run where the machine's own AVX-512 code would be unknown to it.
  std::string cpu = {};

  // Compile the functions of a component on all cores.
#if defined(__SANITIZE_THREAD__)
  bool parallel_compilation = false;  // hundreds of reports to suppress: the compiler's locks are not instrumented
#else
  bool parallel_compilation = true;
#endif

  // Stack of guest code on the thread that runs it; deeper recursion is a trap. The thread's own stack must be
  // larger by what host functions need.
  std::size_t guest_stack = std::size_t{1} << 20;

  // Larger components are refused before they are parsed.
  std::uint64_t max_component_size = std::uint64_t{256} << 20;
};

namespace detail {
struct RuntimeState;
}

// Thread safety: all functions may be called from any thread at the same time. A copy shares the engine, which lives
// as long as anything made from it.
class Runtime {
 public:
  // About 3 ms. Errors: invalid_argument for an option outside its range or a cache folder that others can write to;
  // io for one that cannot be made; quota_exceeded when the pool's address space cannot be reserved.
  static Result<Runtime> create(const RuntimeOptions& options);

  // The component in `bytes` (binary, or WAT text that starts with "(component"), ready to run on this processor:
  // from the cache where it holds this component for this engine, otherwise by compiling (tens of ms for 100 KB) and
  // keeping the code. A damaged or foreign cache entry is deleted, never executed; a cache that cannot be written
  // only costs the next process its time.
  // `bytes` is hostile. Errors: bad_data for anything but a valid component; quota_exceeded above max_component_size.
  [[nodiscard]] Result<Component> compile(std::span<const std::byte> bytes) const;

  // The version of Wasmtime, for run records: "48.0.8".
  [[nodiscard]] static std::string engine_version();

  // For Linker; not for other modules.
  [[nodiscard]] const std::shared_ptr<detail::RuntimeState>& state() const { return state_; }

 private:
  explicit Runtime(std::shared_ptr<detail::RuntimeState> state) : state_(std::move(state)) {}
  std::shared_ptr<detail::RuntimeState> state_;
};

}  // namespace cloister::sandbox
