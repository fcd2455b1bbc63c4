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

Result<host::BackendKind> parse_backend(std::string_view text) {
  if (text == "torch") return host::BackendKind::torch;
  if (text == "stub") return host::BackendKind::stub;
  return fail(ErrorCode::invalid_argument, fmt::format("'{}' is no backend; choose torch or stub", text));
}

}  // namespace

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
    return fail(ErrorCode::invalid_argument, "the job names no component; add component = \"PATH\" to it");
  }
  plan.component = *job.component;
  plan.host.cache_directory = cache_directory();
  CLOISTER_TRY(plan.host.device, parse_device(job.device.value_or("cpu")));
  CLOISTER_TRY(plan.host.backend, parse_backend(job.backend.value_or("torch")));
  if (plan.host.backend == host::BackendKind::stub && plan.host.device != engine::Device{}) {
    return fail(ErrorCode::invalid_argument, "the backend stub works on the cpu only; leave --device out");
  }
  plan.host.threads = job.threads.value_or(available_processors());
  if (plan.host.threads < 1 || plan.host.threads > kMaxThreads) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} threads are outside 1 to {}; choose a number between", plan.host.threads, kMaxThreads));
  }
  plan.host.instances = 1;
  plan.request.name = std::filesystem::path(plan.component).stem().string();
  plan.request.arguments = job.arguments.value_or(std::vector<std::string>{});
  plan.request.grants = job.grants;
  plan.request.seed = job.seed.value_or(0);
  plan.request.deny_content_dependent = job.deny_content_dependent;
  for (const auto& [kind, value] : job.limits) {
    CLOISTER_CHECK(host::set_limit(plan.request.limits, fmt::format("{}={}", kind, value)));
  }
  plan.directory = job.directory;
  return plan;
}

Result<void> check_files(const RunPlan& plan) {
  std::map<std::filesystem::path, std::string> users;
  const auto use = [&users](const std::filesystem::path& path, const std::string& what) {
    std::error_code error;
    auto canonical = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    return users.emplace(error ? path : std::move(canonical), what);
  };
  CLOISTER_CHECK(check_exists(plan.component, "the component"));
  use(plan.component, "the component");
  for (const host::GrantKind kind : {host::GrantKind::dataset, host::GrantKind::model}) {
    for (const auto& [name, path] : plan.request.grants.of(kind)) {
      const std::string what = fmt::format("the {} '{}'", host::grant_kind_name(kind), name);
      CLOISTER_CHECK(check_exists(path, what));
      use(path, what);
    }
  }
  for (const auto& [name, path] : plan.request.grants.outputs) {
    if (path.empty()) continue;
    const std::string what = fmt::format("the output '{}'", name);
    // An output would replace what the run reads, or another output.
    if (const auto [user, is_new] = use(path, what); !is_new) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{} and {} have one path, '{}'; give each its own", user->second, what, path.string()));
    }
    CLOISTER_CHECK(check_writable(path, what));
  }
  return {};
}

}  // namespace cloister::cli
