#include "transfer_boundary.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>

#include "interrupt.h"

namespace cloister::bench {
namespace {

// Calls and seconds outside host functions.
struct Outside {
  double calls = 0;
  double seconds = 0;
};

struct TimedRun {
  Outside precompute, training, total;
  double wall_seconds = 0;
};

Result<TimedRun> timed_run(host::Host& host, const host::Workload& workload, const host::RunRequest& request) {
  host::RunObserver observer;
  CLOISTER_TRY(const host::RunReport report, host.run(workload, request, observer));
  if (report.status != host::RunStatus::ok)
    return fail(report.code, fmt::format("the component 'transfer' failed: {}", report.error));
  TimedRun run;
  for (const host::PhaseTime& phase : report.phases) {
    const Outside outside{static_cast<double>(phase.calls),
                          std::chrono::duration<double>(phase.wall - phase.call_time).count()};
    if (phase.name == "pre-computation") run.precompute = outside;
    if (phase.name == "training") run.training = outside;
    run.total.calls += outside.calls;
    run.total.seconds += outside.seconds;
  }
  run.wall_seconds = std::chrono::duration<double>(report.wall).count();
  return run;
}

}  // namespace

Result<Boundary> measure_boundary(const Locations& locations, const TransferData& data, const Experiment& experiment) {
  host::HostOptions options;
  options.instances = 2;
  options.threads = experiment.threads;
  CLOISTER_TRY(const auto host, host::Host::create(options));
  CLOISTER_CHECK(host->open_backend());
  Boundary boundary;
  CLOISTER_TRY(boundary.prices, measure_prices(*host, locations));

  CLOISTER_TRY(const std::string component, locations.component("transfer"));
  CLOISTER_TRY(const host::Workload workload, host->load(std::filesystem::path(component)));
  CLOISTER_TRY(const ScratchFolder scratch, ScratchFolder::create());
  host::RunRequest request;
  request.arguments = experiment.arguments();
  request.time_calls = true;
  request.limits.time_ns = std::chrono::nanoseconds(std::chrono::hours(24)).count();
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::dataset, "train", data.train));
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::dataset, "test", data.test));
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::model, "backbone", data.weights));
  CLOISTER_CHECK(
      host::add_grant(request.grants, host::GrantKind::output, "weights", scratch.path() / "weights.safetensors"));

  constexpr int most_repeats = 3;
  constexpr double enough_seconds = 10;
  for (CrossingCost* cost : {&boundary.precompute, &boundary.training, &boundary.total})
    cost->guest_seconds = std::numeric_limits<double>::infinity();
  double spent = 0;
  for (int i = 0; i < most_repeats && spent < enough_seconds; ++i) {
    CLOISTER_CHECK(check_interrupted());
    CLOISTER_TRY(const TimedRun run, timed_run(*host, workload, request));
    spent += run.wall_seconds;
    const auto keep_least = [&](CrossingCost& cost, const Outside& outside) {
      const double guest = outside.seconds - outside.calls * boundary.prices.timed_outside_seconds;
      cost.calls = outside.calls;
      cost.guest_seconds = std::min(cost.guest_seconds, std::max(0.0, guest));
    };
    keep_least(boundary.precompute, run.precompute);
    keep_least(boundary.training, run.training);
    keep_least(boundary.total, run.total);
  }
  return boundary;
}

}  // namespace cloister::bench
