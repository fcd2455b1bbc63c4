#include "cloister/cli/run_session.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "cloister/base/file.h"
#include "cloister/cli/console.h"
#include "cloister/cli/heat_map.h"
#include "cloister/cli/plot.h"
#include "cloister/cli/profile.h"
#include "cloister/cli/quantity.h"
#include "cloister/cli/run_directory.h"
#include "cloister/cli/run_isolated.h"
#include "cloister/cli/run_monitor.h"
#include "cloister/cli/run_record.h"
#include "cloister/cli/run_walls.h"
#include "cloister/cli/signals.h"

namespace cloister::cli {
namespace {

constexpr std::chrono::milliseconds kTick{100};
// Costs a few hundredths of a deep stack's time at most, and tells what takes a hundredth of a second.
constexpr std::chrono::milliseconds kSampleEvery{1};

// Does `work` on a thread of its own while this one waits for signals. No exception leaves it.
template <class T>
Result<T> on_worker(EventLoop& events, const std::function<Result<T>()>& work, const std::function<void()>& on_signal,
                    const std::function<void()>& on_tick) {
  Result<T> result = fail(ErrorCode::internal, "the run's thread left no result");
  std::thread worker([&] {
    try {
      result = work();
    } catch (const std::bad_alloc&) {
      result = fail(ErrorCode::io, "out of memory; lower --limit tensors or free memory");
    } catch (const std::exception& error) {
      result = fail(ErrorCode::internal, fmt::format("unexpected exception: {}; please report it", error.what()));
    }
    events.notify_done();
  });
  for (Event event = Event::none; event != Event::done;) {
    event = events.wait(kTick);
    if (event == Event::signal) on_signal();
    if (event == Event::none) on_tick();
  }
  worker.join();
  return result;
}

// How long a command that is ending still waits for whoever reads what it says.
constexpr std::chrono::seconds kLastWords{1};

// Says the sentence if that takes no waiting.
[[noreturn]] void leave_at_once(std::string_view sentence) {
  wait_for_readers_until(std::chrono::steady_clock::now());
  complain(sentence);
  ::_exit(static_cast<int>(ExitCode::interrupted));
}

// A run that ended badly because of its data or this machine says so, whatever the guest made of it.
ExitCode exit_code_of_run(const host::RunReport& report) {
  switch (report.status) {
    case host::RunStatus::ok:
      return ExitCode::ok;
    case host::RunStatus::limit:
      return ExitCode::limit;
    case host::RunStatus::interrupted:
      return ExitCode::interrupted;
    case host::RunStatus::failed:
    case host::RunStatus::trap:
      break;
  }
  switch (report.code) {
    case ErrorCode::bad_data:
    case ErrorCode::not_granted:
    case ErrorCode::unsupported:
    case ErrorCode::io:
    case ErrorCode::internal:
      return exit_code_of(report.code);
    default:
      return report.status == host::RunStatus::trap ? ExitCode::trap : ExitCode::workload_failed;
  }
}

// What the host calls unsupported is here a component that fits no workload: bad input, not a lack of this machine.
Error as_bad_input(Error error) {
  if (error.code == ErrorCode::unsupported) error.code = ErrorCode::bad_data;
  return error;
}

class RunSession {
 public:
  // Raises the walls, then starts what runs behind them.
  static Result<std::unique_ptr<RunSession>> create(const RunPlan& plan, bool json, const RunDirectory& directory) {
    CLOISTER_TRY(std::vector<walls::Wall> walls, raise_walls(plan, directory));
    CLOISTER_TRY(EventLoop events, EventLoop::create());
    auto host = host::Host::create(plan.host);
    if (!host) {
      // Its options come from this machine: the cache folder, the processor.
      return fail(ErrorCode::io, std::move(host).error().message);
    }
    return std::unique_ptr<RunSession>(
        new RunSession(plan, json, std::move(walls), std::move(events), *std::move(host)));
  }

  Result<ExitCode> run_to_end(RunDirectory& directory) {
    auto code = load_and_run(directory);
    if (!has_run_) directory.abandon();
    return code;
  }

 private:
  RunSession(const RunPlan& plan, bool json, std::vector<walls::Wall> walls, EventLoop events,
             std::unique_ptr<host::Host> host)
      : plan_(plan),
        request_(plan.request),
        json_(json),
        walls_(std::move(walls)),
        events_(std::move(events)),
        host_(std::move(host)) {}

  Result<ExitCode> load_and_run(RunDirectory& directory) {
    CLOISTER_TRY(const host::Workload workload, load(directory));
    CLOISTER_CHECK(check_component(workload));
    return run_in(directory, workload);
  }

  Result<host::Workload> load(const RunDirectory& directory) {
    auto loaded = on_worker<host::Workload>(
        events_, [this] { return host_->load(plan_.component); },
        [&] {
          directory.abandon();
          leave_at_once("interrupted before the run started; nothing was written");
        },
        [] {});
    if (!loaded) return Unexpected(as_bad_input(std::move(loaded).error()));
    return loaded;
  }

  Result<void> check_component(const host::Workload& workload) const {
    const auto& wanted = plan_.job.component_sha256;
    if (!wanted || parse_digest(*wanted) == workload.digest()) return {};
    return fail(
        ErrorCode::bad_data,
        fmt::format("the component '{}' is not the one that the job was written for: its SHA-256 is {}, not {}; "
                    "put that one back",
                    plan_.component, hex(workload.digest()), *wanted));
  }

  // Holds the folder, and says what of the workload's state goes on.
  Result<MetricsLog> take(RunDirectory& directory, const host::Workload& workload) {
    const std::string metrics = directory.path("metrics.jsonl").string();
    request_.checkpoints = directory.path("checkpoints");
    if (plan_.trace) request_.trace = directory.path("trace.json");
    if (plan_.profile) request_.profile_every = kSampleEvery;
    if (directory.is_reopened()) {
      request_.resume = directory.has_checkpoint(request_.grants.outputs);
      return MetricsLog::reopen(metrics);
    }
    Job job = plan_.job;
    job.component_sha256 = hex(workload.digest());
    CLOISTER_TRY(const std::string text, job_text(job));
    CLOISTER_CHECK(directory.hold(text));
    return MetricsLog::create(metrics);
  }

  // When everything is checked and the guest is about to start.
  void begin(const RunDirectory& directory) const {
    if (!directory.is_reopened()) return;
    directory.clear(request_.grants.outputs);
    const std::string folder = directory.path().string();
    complain(
        request_.resume
            ? fmt::format("resuming {} from its last checkpoint", folder)
            : fmt::format("no checkpoint was saved in {} before it was interrupted; the run starts afresh", folder));
  }

  Result<ExitCode> run_in(RunDirectory& directory, const host::Workload& workload) {
    for (auto& [name, path] : request_.grants.outputs) {
      if (path.empty()) {
        CLOISTER_TRY(path, directory.output(name));
      }
    }
    CLOISTER_TRY(MetricsLog metrics, take(directory, workload));
    Console console(json_ ? STDERR_FILENO : STDOUT_FILENO, STDERR_FILENO);
    RunMonitor monitor(console, std::move(metrics), [&] { begin(directory); }, [this] { host_->interrupt(); });
    const auto started = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
    bound_waiting();
    auto report = on_worker<host::RunReport>(
        events_, [&] { return host_->run(workload, request_, monitor); }, [&] { on_signal(monitor, directory); },
        [&] { monitor.tick(); });
    wait_for_last_words();
    auto lost = monitor.finish();
    if (!report) return Unexpected(std::move(report).error());
    has_run_ = true;
    if (!monitor.series().is_whole()) {
      report->notes.push_back(fmt::format(
          "the workload reported more than {} series; run.json and the plots have the first ones, metrics.jsonl all",
          SeriesSet::kMaxSeries));
    }
    if (!monitor.matrices().is_whole()) {
      report->notes.push_back(
          fmt::format("the workload reported more than {} matrices; run.json and the plots have the first ones, "
                      "metrics.jsonl all",
                      MatrixSet::kMaxMatrices));
    }

    RunFacts facts{.plan = plan_,
                   .walls = walls_,
                   .report = *report,
                   .series = monitor.series(),
                   .matrices = monitor.matrices(),
                   .status = std::string(host::run_status_name(report->status)),
                   .directory = directory.path().string(),
                   .resumed = directory.is_reopened(),
                   .started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(started)),
                   .from_cache = workload.from_cache(),
                   .compile_time = workload.compile_time(),
                   .exit_code = exit_code_of_run(*report),
                   .error = report->error};
    if (!lost) {
      facts.status = "failed";
      facts.exit_code = exit_code_of(lost.error().code);
      facts.error = lost.error().message;
    }
    if (was_asked_for_help(facts)) {
      directory.abandon();
      return facts.exit_code;
    }
    return write_down(facts, directory);
  }

  // `cloister run COMPONENT -- --help`, which went well and made nothing: a folder of it would only be in the way.
  [[nodiscard]] bool was_asked_for_help(const RunFacts& facts) const {
    const auto& grants = facts.report.grants;
    return request_.arguments == std::vector<std::string>{"--help"} && !plan_.directory && !json_ && !plan_.trace &&
           !plan_.profile && facts.exit_code == ExitCode::ok && facts.series.all().empty() &&
           facts.matrices.all().empty() && std::none_of(grants.begin(), grants.end(), [](const host::GrantUse& use) {
             return use.kind == host::GrantKind::output && use.used;
           });
  }

  void on_signal(RunMonitor& monitor, const RunDirectory& directory) {
    if (++signals_ == 1) {
      host_->interrupt();
      wait_for_readers_until(std::chrono::steady_clock::now() + kLastWords);
      monitor.say("stopping in order; once more to stop at once");
      return;
    }
    directory.remove_partial_files(request_.grants.outputs, ::getpid());
    leave_at_once(fmt::format("stopped at once; what was finished is in {}", directory.path().string()));
  }

  // A guest that waits for a reader of what it prints is stopped by the limit of time like any other.
  void bound_waiting() {
    const auto now = std::chrono::steady_clock::now();
    const auto left = Deadline::max() - now - kLastWords;
    const std::chrono::nanoseconds limit(
        std::min<std::uint64_t>(request_.limits.time_ns, static_cast<std::uint64_t>(left.count())));
    readers_ = now + limit + kLastWords;
    wait_for_readers_until(readers_);
  }

  // The last words have their time, however the run ended.
  void wait_for_last_words() {
    readers_ = std::max(signals_ > 0 ? Deadline::min() : readers_, std::chrono::steady_clock::now() + kLastWords);
    wait_for_readers_until(readers_);
  }

  // Writes plots and run.json and says how the run ended. The first error of writing is returned after all was tried.
  Result<ExitCode> write_down(const RunFacts& facts, const RunDirectory& directory) const {
    const std::string record = json_text(run_record(facts));
    auto plotted = plot(facts.series, directory);
    auto drawn = draw(facts.matrices, directory);
    auto written = write_file(directory.path("run.json").string(), record);
    tell(facts);
    auto profiled = tell_profile(facts, directory);
    CLOISTER_CHECK(written);
    CLOISTER_CHECK(plotted);
    CLOISTER_CHECK(profiled);
    CLOISTER_CHECK(drawn);
    if (json_) {
      auto printed = write_fd(STDOUT_FILENO, record);
      if (!printed && facts.exit_code == ExitCode::ok) return Unexpected(std::move(printed).error());
      if (!printed) complain(printed.error().message);
    }
    return facts.exit_code;
  }

  static Result<void> plot(const SeriesSet& series, const RunDirectory& directory) {
    const std::vector<PlotPanel> panels = panels_of(series);
    std::vector<PlotPanel> losses;
    for (const PlotPanel& panel : panels) {
      if (is_loss(panel)) losses.push_back(panel);
    }
    if (!losses.empty()) CLOISTER_CHECK(write_file(directory.path("loss.svg").string(), render_svg(losses)));
    if (!panels.empty()) CLOISTER_CHECK(write_file(directory.path("metrics.svg").string(), render_svg(panels)));
    return {};
  }

  static Result<void> draw(const MatrixSet& matrices, const RunDirectory& directory) {
    for (const auto& [name, file] : heat_map_files(matrices)) {
      CLOISTER_TRY(const auto path, directory.matrix(file));
      CLOISTER_CHECK(write_file(path.string(), render_heat_map(name, matrices.all().find(name)->second)));
    }
    return {};
  }

  static Result<void> tell_profile(const RunFacts& facts, const RunDirectory& directory) {
    if (!facts.report.profile) return {};
    (void)write_fd(STDERR_FILENO, profile_table(facts.report));
    CLOISTER_CHECK(write_file(directory.path("profile.json").string(), json_text(profile_json(facts.report))));
    return write_file(directory.path("profile.svg").string(),
                      flame_graph(*facts.report.profile, facts.plan.request.name));
  }

  static void tell(const RunFacts& facts) {
    for (const std::string& note : facts.report.notes) complain("note: " + note);
    std::string times;
    for (const host::PhaseTime& phase : facts.report.phases) {
      if (phase.wall < std::chrono::seconds(1)) continue;
      times += fmt::format(", {} {}", phase.name, clock_text(phase.wall));
    }
    const std::string summary =
        fmt::format("{}{}; {} egress; {} in {}", clock_text(facts.report.wall),
                    times.empty() ? "" : " (" + times.substr(2) + ")", bytes_text(facts.report.egress_total()),
                    facts.exit_code == ExitCode::ok ? "results" : "what was finished is", facts.directory);
    if (facts.exit_code == ExitCode::ok) {
      complain(fmt::format("{} ran in {}", facts.plan.request.name, summary));
      return;
    }
    complain(facts.error);
    if (!facts.report.backtrace.empty()) {
      TerminalSanitizer sanitizer;
      (void)write_fd(STDERR_FILENO, sanitizer.feed(facts.report.backtrace) + sanitizer.finish() + "\n");
    }
    complain(fmt::format("{} ended ({}) after {}", facts.plan.request.name, facts.status, summary));
  }

  const RunPlan& plan_;
  host::RunRequest request_;
  bool json_;
  std::vector<walls::Wall> walls_;
  EventLoop events_;
  std::unique_ptr<host::Host> host_;
  int signals_ = 0;
  Deadline readers_ = Deadline::max();
  bool has_run_ = false;
};

}  // namespace

Result<ExitCode> run_in_this_process(const RunPlan& plan, bool json, RunDirectory& directory) {
  auto session = RunSession::create(plan, json, directory);
  if (!session) {
    directory.abandon();
    return Unexpected(std::move(session).error());
  }
  return (*session)->run_to_end(directory);
}

Result<ExitCode> run_to_end(const RunPlan& plan, bool json, std::optional<RunDirectory> interrupted) {
  if (!interrupted) {
    CLOISTER_TRY(interrupted, RunDirectory::create(plan.directory, plan.request.name));
  }
  if (plan.isolate_process) return run_in_own_process(plan, json, *interrupted);
  return run_in_this_process(plan, json, *interrupted);
}

}  // namespace cloister::cli
