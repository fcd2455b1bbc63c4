// Runs workloads: components meet tensors, grants, limits and a deterministic WASI here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/engine/backends.h"
#include "cloister/host/grants.h"
#include "cloister/host/limits.h"
#include "cloister/host/report.h"

namespace cloister::host {

enum class BackendKind : std::uint8_t { torch, stub };

// Decided once a process: what is shared by all runs.
struct HostOptions {
  // Compiled components are kept here, in a folder that is this user's alone; empty: nothing is kept.
  std::filesystem::path cache_directory;
  // Instances that may live at the same time; each reserves address space, not memory.
  std::uint32_t instances = 16;
  BackendKind backend = BackendKind::torch;
  engine::Device device;
  int threads = 1;                      // inside one operator
  std::filesystem::path torch_library;  // empty: the one built or installed with this program
  // What guests are compiled for; empty: this processor. Measurements under valgrind want "x86-64-v3".
  std::string guest_cpu;
};

struct RunRequest {
  std::string name = "workload";       // the workload's argument 0
  std::vector<std::string> arguments;  // those after it
  Grants grants;
  Limits limits;
  std::uint64_t seed = 0;
  // Operators marked content-dependent in the WIT answer `not-granted`: their outcome tells of contents.
  bool deny_content_dependent = false;
  // Image files that cannot be decoded are left out of their batches, counted and named in the report; otherwise they
  // fail the pass that meets them.
  bool skip_broken = false;
  // Where the run's checkpoints lie, a file for each name of an output; the folder is made when the first is saved.
  // Empty: none can be saved.
  std::filesystem::path checkpoints;
  // Goes on from the checkpoints that lie there, if any. The run that saved them is this one: the same component, name,
  // arguments, seed, device and threads, and data with the same contents.
  bool resume = false;
  // Also measures the time inside host functions; costs about 50 ns a call.
  bool time_calls = false;
  // Also writes each call of a host function, with shapes and times, to this file (docs/debugging.md). A call
  // costs about 0.5 us more. Empty: none.
  std::filesystem::path trace;
  // Also samples what the guest does, as often as this time passes, and measures as time_calls; above zero.
  std::optional<Nanoseconds> profile_every;
};

enum class GuestStream : std::uint8_t { out, err };

// A matrix of numbers with a label a row and column. The host has checked what a guest gave: one value a row and
// column, row by row; at most 256 labels a side, of at most 64 bytes of UTF-8 without control characters each.
struct MatrixView {
  std::span<const std::string_view> rows, columns;
  std::span<const double> values;
};

// Hears of a run while it goes on, from the thread that runs it, inside calls of the guest: be brief.
// Views die on return. Everything here is guest text: escape it before it reaches a terminal.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // Everything that was asked for is checked, and the guest starts now.
  virtual void started() {}
  virtual void phase(std::string_view /*name*/, std::optional<std::uint64_t> /*total*/) {}
  virtual void progress(std::uint64_t /*done*/, std::uint64_t /*items*/) {}
  virtual void scalar(std::string_view /*name*/, std::uint64_t /*step*/, double /*value*/) {}
  // A second one of a name replaces the first.
  virtual void matrix(std::string_view /*name*/, const MatrixView& /*matrix*/) {}
  virtual void guest_output(GuestStream /*stream*/, std::string_view /*bytes*/) {}

  // For a checkpoint: all points of scalar series and matrices so far, as bytes of the observer's own. Errors: io.
  virtual Result<std::string> recorded() { return std::string(); }
  // Takes such bytes in place of what it heard in this run. Errors: io; bad_data for bytes that it did not
  // give, when nothing has changed.
  virtual Result<void> take_up(std::string_view /*recorded*/) { return {}; }
};

// A compiled component, immutable and cheap to copy. It keeps its Host's engine alive.
class Workload {
 public:
  [[nodiscard]] const Digest& digest() const;  // SHA-256 of the component's bytes
  [[nodiscard]] bool from_cache() const;       // its machine code was already on disk
  [[nodiscard]] Nanoseconds compile_time() const;

 private:
  friend class Host;
  friend class Instance;
  struct Shared;
  explicit Workload(std::shared_ptr<const Shared> shared);
  std::shared_ptr<const Shared> shared_;
};

// One instance of a workload: made, run once, dropped. Thread safety: one thread for its whole life.
class Instance {
 public:
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // Calls the workload's `run` and gathers the report. A failure of the host's own is told as one of the run, code
  // `internal` or `io`. REQUIRES: not called before.
  RunReport run();

 private:
  friend class Host;
  struct Parts;
  explicit Instance(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Thread safety: all functions may be called from any thread; runs on different threads go on at the same time.
class Host {
 public:
  // Makes the sandbox's engine; the tensor backend is opened by the first run that needs a tensor.
  // Errors: io, invalid_argument (options), unsupported (this processor).
  static Result<std::unique_ptr<Host>> create(const HostOptions& options);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Compiles a component, or loads what an earlier load compiled.
  // Errors: io; bad_data for what is no component; unsupported for one that imports or exports otherwise than the
  // world `workload`, naming what differs.
  Result<Workload> load(const std::filesystem::path& component);
  Result<Workload> load(std::span<const std::byte> component, std::string_view name);

  // Runs a workload to its end; nothing is written but granted outputs. `observer` must outlive the call.
  // Errors are those of the request, before the guest starts: invalid_argument (a grant's name, an output that lies on
  // or in granted data), io (a grant's path, an output's folder), bad_data (a checkpoint that is damaged or another
  // run's, data that changed since); and quota_exceeded when HostOptions::instances are running. How the guest ended is
  // the report's status.
  Result<RunReport> run(const Workload& workload, const RunRequest& request, RunObserver& observer);

  // The first half of run(), for those who measure it. `observer` must outlive the instance. Errors: as run().
  Result<std::unique_ptr<Instance>> instantiate(const Workload& workload, const RunRequest& request,
                                                RunObserver& observer);

  // Opens the tensor backend now rather than at first use. Errors: unsupported, naming what to install.
  Result<void> open_backend();

  // Ends all runs of this host, and those that start later, with status `interrupted`; outputs already written stay.
  // Async-signal-safe.
  void interrupt() noexcept;

  // Opaque; shared with the host's own sources.
  struct Shared;

 private:
  explicit Host(std::shared_ptr<Shared> shared);
  std::shared_ptr<Shared> shared_;
};

}  // namespace cloister::host
