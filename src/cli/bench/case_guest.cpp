#include "case_guest.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <string_view>

namespace cloister::bench {

Result<CaseGuest> CaseGuest::load(host::Host& host, const Locations& locations, const std::string& component) {
  CLOISTER_TRY(const std::string file, locations.component(component));
  CLOISTER_TRY(host::Workload workload, host.load(std::filesystem::path(file)));
  return CaseGuest(host, std::move(workload), component);
}

Result<host::RunReport> CaseGuest::run(std::vector<std::string> arguments, host::RunObserver& observer,
                                       bool time_calls) {
  host::RunRequest request;
  request.arguments = std::move(arguments);
  request.limits.egress_bytes = std::numeric_limits<std::uint64_t>::max();
  request.time_calls = time_calls;
  CLOISTER_TRY(host::RunReport report, host_->run(workload_, request, observer));
  if (report.status != host::RunStatus::ok)
    return fail(report.code, fmt::format("the component '{}' failed: {}", component_, report.error));
  return report;
}

Result<double> CaseGuest::seconds_each(const std::string& name, std::int64_t count,
                                       const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"--case", name, "--count", std::to_string(count)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  host::RunObserver observer;
  CLOISTER_TRY(const host::RunReport report, run(std::move(arguments), observer, false));
  for (const host::PhaseTime& phase : report.phases)
    if (phase.name == "timed") return std::chrono::duration<double>(phase.cpu).count() / static_cast<double>(count);
  return fail(ErrorCode::bad_data, fmt::format("the component '{}' timed nothing for '{}'", component_, name));
}

Result<double> CaseGuest::seconds_outside_each(const std::string& name, std::int64_t count) {
  host::RunObserver observer;
  CLOISTER_TRY(const host::RunReport report, run({"--case", name, "--count", std::to_string(count)}, observer, true));
  return std::chrono::duration<double>(report.wall - report.instantiate - report.call_time).count() /
         static_cast<double>(count);
}

Result<std::vector<std::string>> CaseGuest::names() {
  struct Lines : host::RunObserver {
    std::string text;
    void guest_output(host::GuestStream /*stream*/, std::string_view bytes) override { text += bytes; }
  } lines;
  CLOISTER_TRY(const host::RunReport report, run({"--case", "list"}, lines, false));
  std::vector<std::string> all;
  for (std::string_view rest = lines.text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    all.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

}  // namespace cloister::bench
