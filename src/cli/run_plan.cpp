#include "cloister/cli/run_plan.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <system_error>

#include "cloister/cli/cache.h"
#include "cloister/cli/run_directory.h"

namespace cloister::cli {
namespace {

constexpr int kMaxThreads = 1024;

// Larger ones find no room in the guest: adapters of WASI preview 1 keep the list and one argument in 64 KiB.
constexpr std::size_t kMaxArgument = std::size_t{32} << 10;
constexpr std::size_t kMaxArguments = 2048;

Result<void> check_arguments(const std::vector<std::string>& arguments) {
  if (arguments.size() > kMaxArguments) {
    return fail(ErrorCode::invalid_argument, fmt::format("the workload is given {} arguments, of which it can take {}; "
                                                         "give fewer",
                                                         arguments.size(), kMaxArguments));
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].size() <= kMaxArgument) continue;
    return fail(ErrorCode::invalid_argument,
                fmt::format("the workload's argument {} has {} bytes, of which it can take {}; shorten it", i + 1,
                            arguments[i].size(), kMaxArgument));
  }
  return {};
}

// Without the current directory: as the path is.
std::filesystem::path whole_path(const std::filesystem::path& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path : whole.lexically_normal();
}

}  // namespace

Result<host::BackendKind> parse_backend(std::string_view text) {
  if (text == "torch") return host::BackendKind::torch;
  if (text == "stub") return host::BackendKind::stub;
  return fail(ErrorCode::invalid_argument, fmt::format("'{}' is no backend; choose torch or stub", text));
}

Result<bool> parse_isolation(std::string_view text) {
  if (text == "process") return true;
  if (text == "none") return false;
  return fail(ErrorCode::invalid_argument, fmt::format("'{}' isolates nothing; choose process or none", text));
}

Result<void> check_threads(int threads) {
  if (threads >= 1 && threads <= kMaxThreads) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} threads are outside 1 to {}; choose a number between", threads, kMaxThreads));
}

Result<void> check_exists(const std::filesystem::path& path, const std::string& what) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return {};
  const std::string reason = std::error_code(errno, std::generic_category()).message();
  return fail(ErrorCode::bad_data,
              fmt::format("cannot read {} at '{}': {}; give the path of one that exists", what, path.string(), reason));
}

Result<engine::Device> parse_device(std::string_view text) {
  using engine::Device;
  if (text == "cpu") return Device{};
  constexpr std::string_view kCuda = "cuda";
  if (text == kCuda) return Device{Device::Kind::cuda, 0};
  if (text.substr(0, kCuda.size() + 1) == "cuda:") {
    const std::string_view number = text.substr(kCuda.size() + 1);
    std::uint32_t index = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (error == std::errc{} && end == number.data() + number.size()) return Device{Device::Kind::cuda, index};
  }
  return fail(ErrorCode::invalid_argument, fmt::format("'{}' is no device; choose cpu, cuda or cuda:N", text));
}

int available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (file >> quota >> period && quota != "max" && period > 0) {
    double microseconds = 0;
    const auto [end, error] = std::from_chars(quota.data(), quota.data() + quota.size(), microseconds);
    if (error == std::errc{}) count = std::min(count, static_cast<int>(std::ceil(microseconds / period)));
  }
  return std::clamp(count, 1, kMaxThreads);
}

Result<RunPlan> plan_run(const Job& job) {
  RunPlan plan;
  if (!job.component) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("the job file '{}' names no component; add component = \"PATH\" to it", job.job_file.value_or("")));
  }
  if (job.directory && job.directory->empty()) {
    return fail(ErrorCode::invalid_argument, "--directory is given an empty path; give it one, or leave it out");
  }
  plan.component = *job.component;
  plan.host.cache_directory = cache_directory();
  CLOISTER_TRY(plan.host.device, parse_device(job.device.value_or("cpu")));
  CLOISTER_TRY(plan.host.backend, parse_backend(job.backend.value_or("torch")));
  if (plan.host.backend == host::BackendKind::stub && plan.host.device != engine::Device{}) {
    return fail(ErrorCode::invalid_argument, "the backend stub works on the cpu only; leave --device out");
  }
  plan.host.threads = job.threads.value_or(available_processors());
  CLOISTER_CHECK(check_threads(plan.host.threads));
  plan.host.instances = 1;
  plan.request.name = std::filesystem::path(plan.component).stem().string();
  plan.request.arguments = job.arguments.value_or(std::vector<std::string>{});
  CLOISTER_CHECK(check_arguments(plan.request.arguments));
  plan.request.grants = job.grants;
  plan.request.seed = job.seed.value_or(0);
  plan.request.deny_content_dependent = job.deny_content_dependent;
  plan.request.skip_broken = job.skip_broken;
  for (const auto& [kind, value] : job.limits) {
    CLOISTER_CHECK(host::set_limit(plan.request.limits, fmt::format("{}={}", kind, value)));
  }
  CLOISTER_TRY(plan.isolate_process, parse_isolation(job.isolate.value_or("none")));
  plan.directory = job.directory;
  plan.job_file = job.job_file;
  plan.job = job;
  plan.job.threads = plan.host.threads;
  plan.job.component = whole_path(plan.component).string();
  plan.job.directory.reset();
  for (const host::GrantKind kind : {host::GrantKind::dataset, host::GrantKind::model, host::GrantKind::output}) {
    for (auto& [name, path] : plan.job.grants.of(kind)) {
      if (!path.empty()) path = whole_path(path);
    }
  }
  return plan;
}

Result<void> check_files(const RunPlan& plan) {
  std::map<std::filesystem::path, std::string> users;
  const auto use = [&users](const std::filesystem::path& path, const std::string& what) {
    std::error_code error;
    auto canonical = std::filesystem::weakly_canonical(whole_path(path), error);
    if (error) canonical = path;
    return users.emplace(std::move(canonical), what);
  };
  CLOISTER_CHECK(check_exists(plan.component, "the component"));
  use(plan.component, "the component");
  if (plan.job_file) use(*plan.job_file, "the job file");
  if (plan.directory) {
    use(*plan.directory, "the run's folder");
    for (const std::string_view name : kRunFiles) {
      use(std::filesystem::path(*plan.directory) / name, fmt::format("the run's own {}", name));
    }
  }
  for (const host::GrantKind kind : {host::GrantKind::dataset, host::GrantKind::model}) {
    for (const auto& [name, path] : plan.request.grants.of(kind)) {
      CLOISTER_CHECK(check_exists(path, fmt::format("the {} '{}'", host::grant_kind_name(kind), name)));
    }
  }
  // What is granted is never changed, and a folder within a dataset would be one more class of it.
  const std::filesystem::path directory = plan.directory.value_or(std::string(kDefaultParent));
  if (const auto granted = host::granted_at(plan.request.grants, directory)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the run's folder '{}' would lie in {}, and grants are never changed; give --directory one "
                            "outside",
                            directory.string(), *granted));
  }
  for (const auto& [name, path] : plan.request.grants.outputs) {
    if (path.empty()) continue;
    const std::string what = fmt::format("the output '{}'", name);
    if (const auto granted = host::granted_at(plan.request.grants, path)) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{} would be written to '{}', on {}, and grants are never changed; give it another path",
                              what, path.string(), *granted));
    }
    // It would replace what the run reads or leaves, or another output.
    if (const auto [user, is_new] = use(path, what); !is_new) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{} and {} have one path, '{}'; give each its own", user->second, what, path.string()));
    }
    CLOISTER_CHECK(check_writable(path, what));
  }
  return {};
}

}  // namespace cloister::cli
