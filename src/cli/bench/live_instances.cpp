#include "live_instances.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloister/host/host.h"
#include "interrupt.h"

namespace cloister::bench {
namespace {

constexpr std::uint64_t kTensorBytes = std::uint64_t{1} << 20;
// How a run ended is told beyond the limit too (docs/egress.md).
constexpr std::uint64_t kToldOfTheEnd = 2;

Result<std::uint64_t> proportional_kib() {
  std::ifstream file("/proc/self/smaps_rollup");
  constexpr std::string_view kField = "Pss:";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kField)) continue;
    const std::size_t digits = line.find_first_of("0123456789");
    std::uint64_t kib = 0;
    if (digits != std::string::npos &&
        std::from_chars(line.data() + digits, line.data() + line.size(), kib).ec == std::errc{}) {
      return kib;
    }
  }
  return fail(ErrorCode::io, "/proc/self/smaps_rollup does not tell this process's memory; use Linux 4.14 or newer");
}

host::RunRequest tenant_request(int number) {
  host::RunRequest request;
  request.name = fmt::format("tenant-{}", number);
  // The tensor that it asks for is one byte above its quota, whatever else it has.
  request.arguments = {"--elements", fmt::to_string(kTensorBytes / sizeof(float) + 1)};
  request.limits.memory_bytes = std::uint64_t{4} << 20;
  request.limits.tensor_bytes = kTensorBytes;
  request.limits.handles = 16;
  request.limits.metrics_bytes = 256;
  request.limits.egress_bytes = 1024;
  return request;
}

Result<void> check_quotas(const host::RunReport& ended, const host::Limits& limits) {
  for (const host::LimitKind kind : host::kLimitKinds) {
    const std::uint64_t beyond = kind == host::LimitKind::egress ? kToldOfTheEnd : 0;
    const std::uint64_t used = ended.used[static_cast<std::size_t>(kind)];
    if (used <= limits.of(kind) + beyond) continue;
    return fail(ErrorCode::internal, fmt::format("an instance passed its quota '{}': {} of {}; please report it",
                                                 host::limit_name(kind), used, limits.of(kind)));
  }
  return {};
}

}  // namespace

Result<void> run_instances(const Locations& locations, const InstancesOptions& options, Report& report) {
  report.options({{"instances", options.instances}});
  CLOISTER_TRY(const std::string component, locations.component("tenant"));
  host::HostOptions host_options;
  host_options.instances = static_cast<std::uint32_t>(options.instances);
  CLOISTER_TRY(const auto host, host::Host::create(host_options));
  CLOISTER_TRY(const host::Workload workload, host->load(std::filesystem::path(component)));
  host::RunObserver observer;
  std::vector<std::unique_ptr<host::Instance>> alive;
  std::vector<double> kib;
  Table table({"instances alive", "memory (PSS)"});
  for (int number = 1; number <= options.instances; ++number) {
    CLOISTER_CHECK(check_interrupted());
    CLOISTER_TRY(auto instance, host->instantiate(workload, tenant_request(number), observer));
    alive.push_back(std::move(instance));
    if (number != 1 && number != 10 && number != 100 && number != options.instances) continue;
    CLOISTER_TRY(const std::uint64_t now, proportional_kib());
    kib.push_back(static_cast<double>(now));
    table.add({fmt::to_string(number), fmt::format("{:.1f} MiB", kib.back() / 1024)});
  }
  report.show("Memory of live instances", table);
  const double each = (kib.back() - kib.front()) / (options.instances - 1);
  report.figure("instances.pss_kib", each);
  report.samples("instances.pss_total_kib", kib);
  report.claim({.figure = "instances.pss_kib", .bar = 150, .basis = "PSS from the first instance to the last"});
  for (const auto& instance : alive) {
    CLOISTER_CHECK(check_interrupted());
    const host::RunReport ended = instance->run();
    if (ended.status != host::RunStatus::ok) {
      return fail(ErrorCode::internal,
                  fmt::format("of {} instances one is not confined: {}", alive.size(), ended.error));
    }
    CLOISTER_CHECK(check_quotas(ended, tenant_request(0).limits));
  }
  CLOISTER_TRY(const std::uint64_t after, proportional_kib());
  report.figure("instances.pss_run_kib", (static_cast<double>(after) - kib.front()) / (options.instances - 1));
  return {};
}

}  // namespace cloister::bench
