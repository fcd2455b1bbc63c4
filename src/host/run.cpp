// One run: an instance with its session, and the report of how it went.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>

#include "cloister/base/bytes.h"
#include "cloister/sandbox/instance.h"
#include "interfaces.h"
#include "operator_call.h"
#include "request_check.h"
#include "session.h"
#include "shared.h"

namespace cloister::host {
namespace {

using Clock = std::chrono::steady_clock;

// Longer limits are as good as none, and would overflow clocks.
constexpr Nanoseconds kLongestRun = std::chrono::hours(24 * 365);

Nanoseconds bounded(std::uint64_t nanoseconds) {
  return Nanoseconds(std::min<std::uint64_t>(nanoseconds, static_cast<std::uint64_t>(kLongestRun.count())));
}
Nanoseconds time_limit(const Limits& limits) { return bounded(limits.time_ns); }

// What the sandbox lets the guest hold: more than the quota, so that the quota refuses first. A call lends handles too,
// each list of them at most kMaxTensors.
std::uint32_t guest_handles(const Limits& limits) {
  constexpr std::uint64_t kLent = 8 * kMaxTensors;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(kMost - kLent, limits.handles) + kLent);
}

std::string device_name(const engine::Device& device) {
  return device.kind == engine::Device::Kind::cpu ? "cpu" : fmt::format("cuda:{}", device.index);
}

}  // namespace

struct Instance::Parts {
  Parts(std::shared_ptr<Host::Shared> host_shared, const Workload& compiled, const RunRequest& asked,
        RunObserver& observer)
      : host(std::move(host_shared)),
        workload(compiled),
        request(asked),
        share(host->ceiling, checked_add(asked.limits.memory_bytes, asked.limits.tensor_bytes).value_or(UINT64_MAX)),
        session({request,
                 observer,
                 host->backend,
                 host->models,
                 workload.shared_->declared,
                 {workload.digest(), device_name(host->options.device), host->options.threads}}),
        interfaces(session) {}

  Result<void> start();
  void look_after(bool stopping, Clock::time_point deadline);
  void conclude(const sandbox::RunOutcome& outcome, RunReport& report);
  void fail(Error error, RunReport& report);
  void limit_reached(LimitKind kind, std::string sentence, RunReport& report);

  std::shared_ptr<Host::Shared> host;
  Workload workload;
  RunRequest request;
  MemoryCeiling::Share share;
  Session session;
  Interfaces interfaces;
  std::optional<sandbox::Instance> guest;
  std::optional<sandbox::Interrupter> interrupter;
  std::atomic<bool> passed_ceiling{false};
  std::atomic<bool> passed_cpu{false};
  std::optional<Watcher::Registration> registration;  // after what it looks after
  sandbox::RunOutcome started;

  Clock::time_point wall = Clock::now();
  Nanoseconds cpu = thread_cpu_time();
  Nanoseconds process_cpu = process_cpu_time();
  Nanoseconds instantiate{};
};

Result<void> Instance::Parts::start() {
  const Clock::time_point deadline = wall + time_limit(request.limits);
  session.set_deadline(deadline);
  CLOISTER_CHECK(session.take_up_checkpoints());
  if (!request.trace.empty()) {
    CLOISTER_TRY(auto trace, CallTrace::create(request.trace, request.name));
    session.calls.start_trace(std::move(trace));
  }
  CLOISTER_TRY(guest, sandbox::Instance::create(workload.shared_->program, &interfaces,
                                                {.memory_bytes = request.limits.memory_bytes,
                                                 .handles = guest_handles(request.limits),
                                                 .wall = time_limit(request.limits)},
                                                request.profile_every));
  interrupter = guest->interrupter();
  registration.emplace(*host->watcher, [this, deadline](bool stopping) { look_after(stopping, deadline); });
  session.phases.start();
  session.observer.started();
  const Session::Inside inside(session);
  CLOISTER_TRY(started, guest->start());
  instantiate = Clock::now() - wall;
  return {};
}

// On the watcher's thread.
void Instance::Parts::look_after(bool stopping, Clock::time_point deadline) {
  if (host->ceiling.passed_by(resident_bytes(), host->models.bytes_read())) {
    passed_ceiling.store(true);
    stopping = true;
  }
  const Nanoseconds cpu_left = bounded(request.limits.cpu_ns) - session.cpu_used();
  session.set_cpu_left(cpu_left);
  if (cpu_left.count() <= 0) {
    passed_cpu.store(true);
    stopping = true;
  }
  if (stopping) interrupter->interrupt();
  // The sandbox and the engine hold the deadline exactly; this is for waits outside both.
  if (stopping || Clock::now() >= deadline) session.stop_waiting();
}

void Instance::Parts::fail(Error error, RunReport& report) {
  report.code = error.code;
  report.error = std::move(error.message);
}

void Instance::Parts::limit_reached(LimitKind kind, std::string sentence, RunReport& report) {
  report.status = RunStatus::limit;
  fail({ErrorCode::quota_exceeded, fmt::format("{}; {}", sentence, limit_hint(kind, request.limits))}, report);
}

// Status, code and error of the report. What the guest says of its end is egress of kind `exit`: the way it ended, and
// its text, which is held back when it does not fit.
void Instance::Parts::conclude(const sandbox::RunOutcome& outcome, RunReport& report) {
  session.egress.count(EgressKind::exit, kEndBytes);
  const std::string& name = request.name;
  const auto let_out = [this](std::string text) {
    if (text.empty() || session.egress.charge(EgressKind::exit, text.size())) return text;
    session.note(session.egress.refusal("telling the workload's last words", request.limits));
    return std::string("(held back)");
  };
  // A number in why it was stopped may be of its choice, such as that of a handle that is not open.
  const auto reason = [&let_out](std::string text) {
    return text.find_first_of("0123456789") == std::string::npos ? text : let_out(std::move(text));
  };
  const std::optional<Error> refused = session.last_words();
  if (const auto& ending = session.ending()) {
    report.status = ending->status;
    fail({ending->code, ending->sentence}, report);
    return;
  }
  sandbox::End end = outcome.end;
  if (session.wait_was_stopped() && end == sandbox::End::trapped) {
    end = Clock::now() >= session.deadline() ? sandbox::End::deadline : sandbox::End::interrupted;
  }
  switch (end) {
    case sandbox::End::ok:
      report.status = RunStatus::ok;
      return;
    case sandbox::End::exited:
      report.exit_code = static_cast<std::uint8_t>(outcome.exit_code);
      report.status = report.exit_code == 0 ? RunStatus::ok : RunStatus::failed;
      if (report.status == RunStatus::ok) return;
      fail({ErrorCode::trap, fmt::format("the workload '{}' exited with code {}", name, report.exit_code)}, report);
      break;
    case sandbox::End::failed:
      report.exit_code = 1;
      report.status = RunStatus::failed;
      fail({ErrorCode::trap, fmt::format("the workload '{}' failed: {}", name, let_out(outcome.message))}, report);
      break;
    case sandbox::End::trapped:
      report.status = RunStatus::trap;
      report.backtrace = let_out(outcome.backtrace);
      fail({ErrorCode::trap, fmt::format("the workload '{}' was stopped: {}", name, reason(outcome.message))}, report);
      break;
    case sandbox::End::limit:
      report.backtrace = let_out(outcome.backtrace);
      if (outcome.limit == "memory") {
        return limit_reached(
            LimitKind::memory,
            fmt::format("the workload '{}' ran out of memory and stopped: {}", name, reason(outcome.message)), report);
      }
      report.status = RunStatus::trap;
      fail({ErrorCode::trap, fmt::format("the workload '{}' was stopped: {}", name, reason(outcome.message))}, report);
      break;
    case sandbox::End::deadline:
      return limit_reached(LimitKind::time,
                           fmt::format("the workload '{}' ran longer than {}", name,
                                       limit_text(LimitKind::time, request.limits.time_ns)),
                           report);
    case sandbox::End::interrupted:
      if (passed_cpu.load()) {
        return limit_reached(LimitKind::cpu,
                             fmt::format("the workload '{}' used more than {} of CPU time", name,
                                         limit_text(LimitKind::cpu, request.limits.cpu_ns)),
                             report);
      }
      if (passed_ceiling.load()) {
        return limit_reached(LimitKind::tensors,
                             fmt::format("the workload '{}' made the host use more memory than its limits allow for, "
                                         "such as by an autograd graph without end",
                                         name),
                             report);
      }
      report.status = RunStatus::interrupted;
      fail({ErrorCode::interrupted, fmt::format("the run of '{}' was interrupted", name)}, report);
      return;
  }
  // The guest gave up. When that was over what the host had just refused it, this is the reason to tell.
  if (refused) {
    report.code = refused->code;
    if (refused->code == ErrorCode::quota_exceeded) report.status = RunStatus::limit;
    if (report.error.find(refused->message) != std::string::npos) return;
    session.note(std::move(report.error));
    // The sentence can hold names and shapes of the guest's choice.
    const std::string told = session.egress.charge(EgressKind::exit, refused->message.size())
                                 ? refused->message
                                 : fmt::format("(held back; {})", limit_hint(LimitKind::egress, request.limits));
    report.error = fmt::format("the workload '{}' gave up when the host told it: {}", name, told);
  } else if (outcome.limit == "memory") {
    limit_reached(LimitKind::memory, fmt::format("{}, after it was refused more memory", report.error), report);
  }
}

Instance::Instance(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Instance::~Instance() = default;

RunReport Instance::run() {
  Parts& parts = *parts_;
  RunReport report;
  report.status = RunStatus::failed;
  Result<sandbox::RunOutcome> outcome = parts.started;
  {
    const Session::Inside inside(parts.session);
    if (parts.started.end == sandbox::End::ok) outcome = parts.guest->run();
  }
  parts.registration.reset();
  report.wall = Clock::now() - parts.wall;
  if (outcome) {
    parts.conclude(*outcome, report);
  } else {
    parts.fail(std::move(outcome).error(), report);
  }
  report.used[static_cast<std::size_t>(LimitKind::memory)] = parts.guest->peak_memory_bytes();
  report.used[static_cast<std::size_t>(LimitKind::time)] = static_cast<std::uint64_t>(report.wall.count());
  if (CallTrace* trace = parts.session.calls.trace()) {
    if (auto sentence = trace->finish()) parts.session.note(*std::move(sentence));
  }
  if (parts.request.profile_every) {
    auto profile = parts.guest->profile();
    if (profile) {
      report.profile.emplace().every = *parts.request.profile_every;
      for (sandbox::ProfileEntry& entry : *profile) {
        report.profile->entries.push_back(
            {entry.depth, entry.ticks, entry.host, std::move(entry.function), std::move(entry.line)});
      }
    } else {
      parts.session.note(std::move(profile).error().message);
    }
  }
  parts.session.fill(report);
  report.component = parts.workload.digest();
  report.device = device_name(parts.host->options.device);
  report.threads = parts.host->options.threads;
  report.instantiate = parts.instantiate;
  report.wall = Clock::now() - parts.wall;
  report.cpu = thread_cpu_time() - parts.cpu;
  report.process_cpu = process_cpu_time() - parts.process_cpu;
  return report;
}

Result<std::unique_ptr<Instance>> Host::instantiate(const Workload& workload, const RunRequest& request,
                                                    RunObserver& observer) {
  CLOISTER_CHECK(check_request(request));
  auto parts = std::make_unique<Instance::Parts>(shared_, workload, request, observer);
  CLOISTER_CHECK(parts->start());
  return std::unique_ptr<Instance>(new Instance(std::move(parts)));
}

}  // namespace cloister::host
