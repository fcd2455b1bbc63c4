#include "crossings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "interrupt.h"

namespace cloister::bench {
namespace {

double seconds_of(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// One run. Guest code of a phase, and of all, by the rule of measure_crossings.
Result<Crossings> timed_run(host::Host& host, const host::Workload& workload, const std::string& component,
                            const host::RunRequest& request, const BoundaryPrices& prices, double* wall_seconds) {
  host::RunObserver observer;
  CLOISTER_TRY(const host::RunReport report, host.run(workload, request, observer));
  if (report.status != host::RunStatus::ok)
    return fail(report.code, fmt::format("the component '{}' failed: {}", component, report.error));
  Crossings found{.prices = prices, .phases = {}, .total = {}};
  double outside = 0;
  const auto guest_seconds = [&](double seconds, double calls) {
    return std::max(0.0, seconds - calls * prices.timed_outside_seconds);
  };
  for (const host::PhaseTime& phase : report.phases) {
    const auto calls = static_cast<double>(phase.calls);
    const double passed = seconds_of(phase.wall - phase.call_time);
    found.phases[phase.name] = {calls, guest_seconds(passed, calls)};
    found.total.calls += calls;
    outside += passed;
  }
  found.total.guest_seconds = guest_seconds(outside, found.total.calls);
  *wall_seconds = seconds_of(report.wall);
  return found;
}

}  // namespace

Result<Crossings> measure_crossings(const Locations& locations, const std::string& component, host::RunRequest request,
                                    int threads) {
  host::HostOptions options;
  options.instances = 2;
  options.threads = threads;
  CLOISTER_TRY(const auto host, host::Host::create(options));
  CLOISTER_CHECK(host->open_backend());
  CLOISTER_TRY(const BoundaryPrices prices, measure_prices(*host, locations));
  CLOISTER_TRY(const std::string path, locations.component(component));
  CLOISTER_TRY(const host::Workload workload, host->load(std::filesystem::path(path)));
  request.time_calls = true;
  request.limits.time_ns = std::chrono::nanoseconds(std::chrono::hours(24)).count();

  constexpr int most_repeats = 3;
  constexpr double enough_seconds = 10;
  double spent = 0;
  CLOISTER_CHECK(check_interrupted());
  CLOISTER_TRY(Crossings least, timed_run(*host, workload, component, request, prices, &spent));
  for (int i = 1; i < most_repeats && spent < enough_seconds; ++i) {
    CLOISTER_CHECK(check_interrupted());
    double wall = 0;
    CLOISTER_TRY(const Crossings again, timed_run(*host, workload, component, request, prices, &wall));
    spent += wall;
    for (auto& [name, cost] : least.phases)
      cost.guest_seconds = std::min(cost.guest_seconds, again.phases.at(name).guest_seconds);
    least.total.guest_seconds = std::min(least.total.guest_seconds, again.total.guest_seconds);
  }
  return least;
}

}  // namespace cloister::bench
