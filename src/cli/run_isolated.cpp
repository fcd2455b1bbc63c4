#include "cloister/cli/run_isolated.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include "cloister/base/bytes.h"
#include "cloister/base/file.h"
#include "cloister/cli/console.h"
#include "cloister/cli/run_record.h"
#include "cloister/cli/run_session.h"

namespace cloister::cli {
namespace {

// What a run takes beside its limits: the program, libtorch and its scratch memory, and each thread's stack.
constexpr std::uint64_t kBesideLimits = std::uint64_t{4} << 30;
constexpr std::uint64_t kStack = std::uint64_t{16} << 20;
constexpr std::uint64_t kFiles = 1024;
// Beyond the limit of CPU time, which the host enforces itself when it can.
constexpr std::uint64_t kGraceSeconds = 10;

Result<void> set_limit(__rlimit_resource kind, std::uint64_t wanted, const char* what) {
  rlimit now{};
  if (::getrlimit(kind, &now) != 0) return fail_errno("read the limit of", what, errno);
  const rlim_t value = std::min<rlim_t>(now.rlim_max, wanted);
  const rlimit limit{value, value};
  if (::setrlimit(kind, &limit) != 0) return fail_errno("limit", what, errno);
  return {};
}

// Weights and tables are held in memory, folders of images are not.
std::uint64_t granted_bytes(const host::Grants& grants) {
  std::uint64_t sum = 0;
  for (const auto kind : {host::GrantKind::dataset, host::GrantKind::model}) {
    for (const auto& [name, path] : grants.of(kind)) {
      std::error_code error;
      if (!std::filesystem::is_regular_file(path, error)) continue;
      const std::uint64_t size = std::filesystem::file_size(path, error);
      if (!error) sum += std::min(size, std::uint64_t{1} << 48);
    }
  }
  return sum;
}

// Signals that the watching process takes one by one.
sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCHLD}) sigaddset(&set, number);
  return set;
}

// In the child, before anything of the run.
Result<void> settle(const RunPlan& plan, pid_t parent) {
  // A group of its own, so that what is sent to the whole group comes once: from the parent.
  if (::setpgid(0, 0) != 0) return fail_errno("make", "a process group", errno);
  if (::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0) return fail_errno("follow", "the end of the command", errno);
  if (::getppid() != parent) return fail(ErrorCode::interrupted, "the command ended before its run started");
  // Writing to a terminal from the background, and to a file above the limit, are errors and no end.
  ::signal(SIGTTOU, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  return limit_resources(plan);
}

struct Ending {
  int status = 0;
  int asked = 0;  // how often to stop
};

// Passes on what asks for an end or a pause, until the child has ended.
Ending watch(pid_t child, const sigset_t& signals) {
  Ending ending;
  for (;;) {
    const int number = ::sigwaitinfo(&signals, nullptr);
    if (number < 0) continue;  // interrupted by what is not waited for
    if (number == SIGCHLD) {
      if (::waitpid(child, &ending.status, WNOHANG) == child) return ending;
    } else if (number == SIGTSTP) {
      ::kill(child, SIGSTOP);
      ::kill(::getpid(), SIGSTOP);
      ::kill(child, SIGCONT);
    } else {
      ++ending.asked;
      ::kill(child, number);
    }
  }
}

struct Death {
  ExitCode code = ExitCode::internal;
  ErrorCode cause = ErrorCode::internal;
  std::string sentence;
};

Death death_by(int number, const RunPlan& plan) {
  const std::string& name = plan.request.name;
  switch (number) {
    case SIGXCPU:
      return {ExitCode::limit, ErrorCode::quota_exceeded,
              fmt::format("the process of '{}' used more CPU time than its limit and was ended; {}", name,
                          host::limit_hint(host::LimitKind::cpu, plan.request.limits))};
    case SIGKILL:
      return {ExitCode::environment, ErrorCode::io,
              fmt::format("the process of '{}' was killed, by somebody or by a machine without memory; free memory or "
                          "lower --limit tensors",
                          name)};
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
      return {ExitCode::interrupted, ErrorCode::interrupted, fmt::format("the run of '{}' was interrupted", name)};
    default:
      return {ExitCode::internal, ErrorCode::internal,
              fmt::format("the process of '{}' crashed ({}), a bug of Cloister or of a library below it that harmed "
                          "nothing outside that process; please report it",
                          name, ::strsignal(number))};
  }
}

// What is known of a run without having been in it.
host::RunReport report_of(const RunPlan& plan, const RunDirectory& directory, const Death& death) {
  host::RunReport report;
  report.status = host::RunStatus::failed;
  if (death.code == ExitCode::limit) report.status = host::RunStatus::limit;
  if (death.code == ExitCode::interrupted) report.status = host::RunStatus::interrupted;
  report.code = death.cause;
  report.error = death.sentence;
  report.notes.emplace_back("what the run reported before its process died is in metrics.jsonl alone");
  if (const auto job = read_recorded_job(directory.path("job.toml").string()); job && job->component_sha256) {
    report.component = parse_digest(*job->component_sha256).value_or(Digest{});
  }
  report.device = plan.job.device.value_or("cpu");
  report.threads = plan.host.threads;
  report.seed = plan.request.seed;
  report.arguments = plan.request.arguments;
  report.limits = plan.request.limits;
  return report;
}

Result<ExitCode> tell_death(const RunPlan& plan, bool json, const RunDirectory& directory, pid_t child, int number,
                            std::chrono::system_clock::time_point started) {
  directory.remove_partial_files(plan.request.grants.outputs, child);
  const Death death = death_by(number, plan);
  const host::RunReport report = report_of(plan, directory, death);
  const std::string record = json_text(run_record(
      {.plan = plan,
       .report = report,
       .series = SeriesSet(),
       .matrices = MatrixSet(),
       .status = std::string(host::run_status_name(report.status)),
       .directory = directory.path().string(),
       .resumed = directory.is_reopened(),
       .started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(started))),
       .exit_code = death.code,
       .error = death.sentence}));
  complain(death.sentence);
  CLOISTER_CHECK(write_file(directory.path("run.json").string(), record));
  complain(fmt::format("{} ended ({}); what was finished is in {}", plan.request.name,
                       host::run_status_name(report.status), directory.path().string()));
  if (json) CLOISTER_CHECK(write_fd(STDOUT_FILENO, record));
  return death.code;
}

}  // namespace

Result<void> limit_resources(const RunPlan& plan) {
  const host::Limits& limits = plan.request.limits;
  CLOISTER_CHECK(set_limit(RLIMIT_CORE, 0, "core files"));
  CLOISTER_CHECK(set_limit(RLIMIT_NOFILE, kFiles, "open files"));
  CLOISTER_CHECK(set_limit(RLIMIT_CPU, limits.cpu_ns / 1'000'000'000 + kGraceSeconds, "CPU time"));
  // A trace grows with the calls that it tells of.
  if (!plan.trace) {
    const auto largest = checked_add(std::max(limits.output_bytes, limits.metrics_bytes), kBesideLimits);
    CLOISTER_CHECK(set_limit(RLIMIT_FSIZE, largest.value_or(RLIM_INFINITY), "the size of files"));
  }
  // NVIDIA's driver maps far more than it uses.
  if (plan.host.device.kind == engine::Device::Kind::cuda) return {};
  const std::uint64_t beside = kBesideLimits + static_cast<std::uint64_t>(plan.host.threads) * kStack;
  std::optional<std::uint64_t> sum = checked_add(limits.memory_bytes, limits.tensor_bytes);
  if (sum) sum = checked_add(*sum, beside);
  if (sum) sum = checked_add(*sum, granted_bytes(plan.request.grants));
  return set_limit(RLIMIT_DATA, sum.value_or(RLIM_INFINITY), "memory");
}

Result<ExitCode> run_in_own_process(const RunPlan& plan, bool json, RunDirectory& directory) {
  const auto started = std::chrono::system_clock::now();
  const sigset_t signals = watched_signals();
  sigset_t before;
  // Blocked before there is a child, so that none is lost between.
  ::pthread_sigmask(SIG_BLOCK, &signals, &before);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    directory.abandon();
    return fail_errno("make", "a process for the run", errno);
  }
  if (child == 0) {
    if (auto settled = settle(plan, parent); !settled) {
      directory.abandon();
      return Unexpected(std::move(settled).error());
    }
    return run_in_this_process(plan, json, directory);
  }
  const Ending ending = watch(child, signals);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (WIFEXITED(ending.status)) return static_cast<ExitCode>(WEXITSTATUS(ending.status));
  return tell_death(plan, json, directory, child, WTERMSIG(ending.status), started);
}

}  // namespace cloister::cli
