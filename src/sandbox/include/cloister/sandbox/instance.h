// One run of a component: a store of its own, limits, and an end that is always a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/sandbox/binding.h"
#include "cloister/sandbox/linker.h"

namespace cloister::sandbox {

namespace detail {
struct InstanceState;
struct InterruptState;
}  // namespace detail

struct Limits {
  // Bytes of all linear memories together. Above it `memory.grow` fails inside the guest, whose allocator then
  // reports "out of memory" or traps.
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;
  // Elements of all tables together, 8 bytes each on the host.
  std::uint64_t table_elements = 100'000;
  // Core instances inside the component (a C++ component has about five).
  std::uint32_t core_instances = 64;
  // Handles in the guest's own tables, those lent for a call included: a backstop behind HandleQuota, whose refusal the
  // guest can act on, while this one traps.
  std::uint32_t handles = 1'000'000;
  // From the start of instantiation, host functions included; none: no deadline.
  std::optional<std::chrono::nanoseconds> wall = {};
  // Bytes of lists and strings that one call may bring from the guest to the host.
  std::uint64_t call_bytes = std::uint64_t{512} << 20;
};

// How a run ended.
enum class End : std::uint8_t {
  ok,           // `run` returned ok
  failed,       // `run` returned an error; `message` is the guest's own text: untrusted, at most 64 KiB, valid UTF-8
  exited,       // a host function called exit_guest
  trapped,      // the guest's bug, or a host function's Trap, whose reason is `message`
  limit,        // trapped after a limit had refused it something; `limit` names it
  deadline,     // Limits::wall has passed
  interrupted,  // Interrupter::interrupt
};

struct RunOutcome {
  End end = End::ok;
  int exit_code = 0;    // of exit_guest
  std::string message;  // one sentence; empty for ok and exited
  // Of a trap: a function a line, innermost first, "name at file:line" where the component has line tables. The
  // guest's own words, but on lines of at most about 600 printable characters.
  std::string backtrace;
  std::string limit;  // "memory" or "table-elements" when one refused the guest something, however the run ended
};

// A function in one of the stacks that a profile saw.
struct ProfileEntry {
  std::uint32_t depth = 0;  // 0: called by no other that was seen
  std::uint64_t ticks = 0;  // spent in itself
  bool host = false;        // a function of the host, by its name in run records
  std::string function;     // otherwise the guest's own name for it, at most about 256 printable characters
  std::string line;         // "file:line" where most of its ticks were spent; empty where the component does not say
};

// Asks a run to stop. A copy may outlive the instance and the runtime; it then does nothing.
class Interrupter {
 public:
  // Stops guest code within about a millisecond, and keeps it from starting if it has not. A host function that is
  // running finishes first (see stop_requested). Any thread, any number of times; async-signal-safe.
  void interrupt() const noexcept;

 private:
  friend class Instance;
  explicit Interrupter(std::shared_ptr<detail::InterruptState> state) : state_(std::move(state)) {}
  std::shared_ptr<detail::InterruptState> state_;
};

// Thread safety: one thread at a time; which one may change between calls.
class Instance {
 public:
  // A store with its limits; no guest code runs yet. Host functions get `host_data` through the `select` given to
  // Linker::add; it must outlive the instance. With `profile_every`, above zero, a profile is taken: a tick as often as
  // that time passes. Errors: invalid_argument for a limit or a period outside its range.
  static Result<Instance> create(const Program& program, void* host_data, const Limits& limits,
                                 std::optional<std::chrono::nanoseconds> profile_every = {});

  Instance(Instance&&) noexcept;
  Instance& operator=(Instance&&) noexcept;
  ~Instance();

  // Instantiates: data segments are mapped, start functions and `_initialize` run under the limits. run() does it when
  // it was not called. `ok` means ready.
  // Errors: quota_exceeded when the runtime's pool is full (nothing has run; try again); trap when the instance has
  // ended before; internal for a bug of the engine, which ends this run only.
  Result<RunOutcome> start();

  // Calls the export `run`. May be called again after `ok` and `failed`; any other end is final: the instance is never
  // entered again. Errors: as start.
  Result<RunOutcome> run();

  [[nodiscard]] Interrupter interrupter() const;

  // Where the time went, from the instance's start on; empty unless a profile is taken. Callers come before what they
  // call, siblings by name, functions that were inlined like others where the component has line tables. Time in the
  // host is under the guest's stack that called it. At most 65,536 entries; what is beyond counts for the caller.
  // Errors: internal. Takes up to seconds for much debug information.
  [[nodiscard]] Result<std::vector<ProfileEntry>> profile() const;

  // Bytes of linear memory now and at most so far.
  [[nodiscard]] std::uint64_t memory_bytes() const;
  [[nodiscard]] std::uint64_t peak_memory_bytes() const;

 private:
  explicit Instance(std::unique_ptr<detail::InstanceState> state);
  std::unique_ptr<detail::InstanceState> state_;
};

// ---- for host functions, on the thread that runs the guest ----

// Ends the run as `exited` with this code: `return sandbox::exit_guest(code);`.
Unexpected<Trap> exit_guest(int code);

// Whether the run that called this host function should stop, and why (deadline or interrupted), for host functions
// that take long. A few ns for `interrupted`, a clock read when there is a deadline.
[[nodiscard]] std::optional<End> stop_requested();

}  // namespace cloister::sandbox
