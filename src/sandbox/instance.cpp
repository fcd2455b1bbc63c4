#include "cloister/sandbox/instance.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "state.h"
#include "trap_text.h"

namespace cloister::sandbox {

namespace detail {

struct InterruptState : StopFlag {
  using StopFlag::StopFlag;
};

struct InstanceState {
  enum class Phase : std::uint8_t { created, ready, ended };

  std::shared_ptr<const ProgramState> program;
  std::shared_ptr<InterruptState> flag;
  void* host_data = nullptr;
  Limits limits;
  Clock::time_point deadline = Clock::time_point::max();
  Phase phase = Phase::created;
  bool inside = false;  // guest code runs, or a host function that it called
  End ended_by = End::ok;
  std::optional<End> stop;       // deadline or interrupted, once somebody has been told
  std::optional<int> exit_code;  // of exit_guest
  ffi::Meter meter;
  std::optional<SampleClock> samples;
  ffi::Owned<ffi::Instance> instance;  // last: it points to the members above

  // Runs on the thread of the guest.
  std::optional<End> look() {
    if (!stop) {
      if (flag->raised()) {
        stop = End::interrupted;
      } else if (limits.wall && Clock::now() >= deadline) {
        stop = End::deadline;
      }
    }
    return stop;
  }

  Result<void> make_store();
  template <class Call>
  Result<RunOutcome> enter(Call call);
  RunOutcome outcome(ffi::Ending ending, ffi::Report& report) const;
  [[nodiscard]] std::string stop_text() const;
  // Errors: trap unless guest code may be entered now.
  [[nodiscard]] Result<void> check_enterable() const;
};

}  // namespace detail

using detail::InstanceState;

void Interrupter::interrupt() const noexcept { state_->raise(); }

namespace {

// Reads the lines of cloister_sandbox_instance_profile.
std::vector<ProfileEntry> read_profile(std::string_view text) {
  std::vector<ProfileEntry> entries;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    const auto field = [&line] {
      const std::string_view first = line.substr(0, line.find('\t'));
      line.remove_prefix(std::min(line.size(), first.size() + 1));
      return first;
    };
    const auto number = [&field](auto& value) {
      const std::string_view digits = field();
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
    };
    ProfileEntry& entry = entries.emplace_back();
    number(entry.depth);
    number(entry.ticks);
    entry.host = field() == "host";
    entry.function = field();
    entry.line = field();
  }
  return entries;
}

// The instance whose guest code this thread runs; a host function may run another one meanwhile.
thread_local InstanceState* running = nullptr;

class Running {
 public:
  explicit Running(InstanceState* state) : previous_(std::exchange(running, state)) {}
  ~Running() { running = previous_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  InstanceState* previous_;
};

std::uint32_t on_tick(void* context) noexcept {
  return static_cast<InstanceState*>(context)->look().has_value() ? 1 : 0;
}

Result<void> check(const Limits& limits) {
  if (limits.wall && *limits.wall <= std::chrono::nanoseconds::zero()) {
    return fail(ErrorCode::invalid_argument, "the limit wall is not above zero; leave it out for none");
  }
  if (limits.call_bytes == 0) {
    return fail(ErrorCode::invalid_argument, "the limit call-bytes is zero, so that no call could pass a list");
  }
  return {};
}

}  // namespace

Instance::Instance(std::unique_ptr<InstanceState> state) : state_(std::move(state)) {}
Instance::Instance(Instance&&) noexcept = default;
Instance& Instance::operator=(Instance&&) noexcept = default;
Instance::~Instance() = default;

Result<Instance> Instance::create(const Program& program, void* host_data, const Limits& limits,
                                  std::optional<std::chrono::nanoseconds> profile_every) {
  CLOISTER_CHECK(check(limits));
  if (profile_every && *profile_every <= std::chrono::nanoseconds::zero()) {
    return fail(ErrorCode::invalid_argument, "the period of a profile is not above zero; leave it out for none");
  }
  Watchdog& watchdog = program.state()->runtime->watchdog;
  CLOISTER_CHECK(watchdog.start());
  auto state = std::make_unique<InstanceState>();
  state->program = program.state();
  state->flag = std::make_shared<detail::InterruptState>(watchdog.wake());
  state->limits = limits;
  if (profile_every) state->samples.emplace(*profile_every);
  state->host_data = host_data;
  CLOISTER_CHECK(state->make_store());
  return Instance(std::move(state));
}

Result<void> InstanceState::make_store() {
  const ffi::StoreLimits raw{limits.memory_bytes, limits.table_elements, limits.call_bytes, limits.core_instances,
                             limits.handles};
  ffi::Instance* made = nullptr;
  ffi::Report report;
  instance.reset();
  meter.memory = 0;
  if (cloister_sandbox_instance_new(program->program.get(), host_data, &raw, &meter, {on_tick, this},
                                    samples ? &samples->ticks : nullptr, &made, &report.raw) != ffi::Ending::ok) {
    return fail(ErrorCode::internal, fmt::format("the engine makes no instance: {}", report.message));
  }
  instance.reset(made);
  return {};
}

template <class Call>
Result<RunOutcome> InstanceState::enter(Call call) {
  ffi::Report report;
  ffi::Ending ending;
  {
    const Running scope(this);
    const Watchdog::Watched watched(program->runtime->watchdog, *flag, deadline, samples ? &*samples : nullptr);
    inside = true;
    ending = call(report);
    inside = false;
  }
  if (ending == ffi::Ending::pool_full) {
    // What was instantiated before the pool was empty is given back with the store.
    CLOISTER_CHECK(make_store());
    return fail(ErrorCode::quota_exceeded, fmt::format("all {} instances of the pool are in use; run fewer at once",
                                                       program->runtime->options.pool_instances));
  }
  if (ending == ffi::Ending::panic) {
    phase = Phase::ended;
    ended_by = End::trapped;
    return fail(ErrorCode::internal, fmt::format("the host failed during this run: {}", report.message));
  }
  RunOutcome result = outcome(ending, report);
  if (result.end != End::ok && result.end != End::failed) {
    phase = Phase::ended;
    ended_by = result.end;
  }
  return result;
}

RunOutcome InstanceState::outcome(ffi::Ending ending, ffi::Report& report) const {
  RunOutcome result;
  const auto denied = meter.denied.load(std::memory_order_relaxed);
  if (denied == ffi::kDeniedMemory) result.limit = "memory";
  if (denied == ffi::kDeniedTable) result.limit = "table-elements";
  if (ending == ffi::Ending::ok) return result;
  if (ending == ffi::Ending::guest_error) {
    result.end = End::failed;
    result.message = std::move(report.message);
    return result;
  }
  if (exit_code) {
    result.end = End::exited;
    result.exit_code = *exit_code;
    return result;
  }
  result.backtrace = std::move(report.backtrace);
  if (stop) {
    result.end = *stop;
    result.message = stop_text();
    return result;
  }
  result.end = End::trapped;
  const bool in_run = phase == Phase::ready;
  if (ending == ffi::Ending::trap) {
    result.message = trap_text(report.raw.trap_code, report.message, program->runtime->options.guest_stack);
  } else if (report.message.find("fuel allocated for hostcalls") != std::string::npos) {
    result.message = fmt::format("the guest passed more than {} of lists and text in one call; pass less at a time",
                                 size_text(limits.call_bytes));
  } else if (in_run && result.backtrace.empty()) {
    result.message = fmt::format("what the guest's `run` returned cannot be read: {}", report.message);
  } else {
    result.message = std::move(report.message);
  }
  const bool by_host = ending == ffi::Ending::error && in_run;
  // A host function's own reason says more than a limit that the guest met before.
  if (denied == ffi::kDeniedNothing || by_host) return result;
  result.end = End::limit;
  if (denied == ffi::kDeniedMemory) {
    result.message = fmt::format("the guest needed {} of memory, above its limit of {}, and stopped ({})",
                                 size_text(meter.denied_memory.load(std::memory_order_relaxed)),
                                 size_text(limits.memory_bytes), result.message);
  } else {
    result.message = fmt::format("the guest needed larger tables than its limit of {} elements, and stopped ({})",
                                 limits.table_elements, result.message);
  }
  return result;
}

std::string InstanceState::stop_text() const {
  if (*stop == End::interrupted) return "the run was interrupted";
  return fmt::format("the run took longer than its limit of {}",
                     std::chrono::duration_cast<std::chrono::duration<double>>(*limits.wall));
}

Result<void> InstanceState::check_enterable() const {
  if (inside) {
    return fail(ErrorCode::trap, "the instance is running and cannot be entered from one of its own host functions");
  }
  if (phase != Phase::ended) return {};
  const char* how = ended_by == End::exited        ? "exited"
                    : ended_by == End::deadline    ? "passed its deadline"
                    : ended_by == End::interrupted ? "was interrupted"
                                                   : "trapped";
  return fail(ErrorCode::trap, fmt::format("the instance {} and cannot be entered again; make a new one", how));
}

Result<RunOutcome> Instance::start() {
  InstanceState& state = *state_;
  CLOISTER_CHECK(state.check_enterable());
  if (state.phase == InstanceState::Phase::ready) return RunOutcome{};
  if (state.limits.wall) state.deadline = Clock::now() + *state.limits.wall;
  auto result = state.enter([&](ffi::Report& report) {
    return cloister_sandbox_instance_start(state.instance.get(), state.program->program.get(), &report.raw);
  });
  if (result && result->end == End::ok) state.phase = InstanceState::Phase::ready;
  return result;
}

Result<RunOutcome> Instance::run() {
  InstanceState& state = *state_;
  CLOISTER_CHECK(state.check_enterable());
  if (state.phase == InstanceState::Phase::created) {
    auto started = start();
    if (!started || started->end != End::ok) return started;
  }
  return state.enter(
      [&](ffi::Report& report) { return cloister_sandbox_instance_run(state.instance.get(), &report.raw); });
}

Result<std::vector<ProfileEntry>> Instance::profile() const {
  std::string text;
  ffi::Report report;
  if (cloister_sandbox_instance_profile(state_->instance.get(), ffi::sink(text), &report.raw) != ffi::Ending::ok) {
    return fail(ErrorCode::internal, fmt::format("the profile cannot be told: {}", report.message));
  }
  return read_profile(text);
}

Interrupter Instance::interrupter() const { return Interrupter(state_->flag); }

std::uint64_t Instance::memory_bytes() const { return state_->meter.memory.load(std::memory_order_relaxed); }
std::uint64_t Instance::peak_memory_bytes() const { return state_->meter.peak_memory.load(std::memory_order_relaxed); }

Unexpected<Trap> exit_guest(int code) {
  if (running != nullptr) running->exit_code = code;
  return trap("the guest exited");
}

std::optional<End> stop_requested() { return running == nullptr ? std::nullopt : running->look(); }

}  // namespace cloister::sandbox
