#include "transfer_boundary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <vector>

#include "statistics.h"

namespace cloister::bench {
namespace {

constexpr int repeats = 3;

// A point of the plane (batches, steps) with what was counted there.
struct Point {
  double batches = 0, steps = 0;
  double calls = 0;
  double outside_seconds = 0;  // host functions
};

Result<Point> measure(host::Host& host, const host::Workload& workload, const TransferData& data,
                      const Experiment& experiment, const std::filesystem::path& weights_out) {
  host::RunRequest request;
  request.arguments = experiment.arguments();
  request.time_calls = true;
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::dataset, "train", data.train));
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::dataset, "test", data.test));
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::model, "backbone", data.weights));
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::output, "weights", weights_out));

  Point point{.batches = static_cast<double>(experiment.batches()), .steps = static_cast<double>(experiment.steps())};
  std::vector<double> outside;
  for (int i = 0; i < repeats; ++i) {
    host::RunObserver observer;
    CLOISTER_TRY(const host::RunReport report, host.run(workload, request, observer));
    if (report.status != host::RunStatus::ok)
      return fail(report.code, fmt::format("the component 'transfer' failed: {}", report.error));
    std::chrono::nanoseconds phases{};
    for (const host::PhaseTime& phase : report.phases) phases += phase.wall;
    outside.push_back(std::chrono::duration<double>(phases - report.call_time).count());
    point.calls = 0;
    for (const host::CallCount& call : report.calls) point.calls += static_cast<double>(call.calls);
  }
  point.outside_seconds = minimum(outside);
  return point;
}

}  // namespace

double BoundaryModel::calls(const Experiment& experiment) const {
  return rest.calls + batch.calls * static_cast<double>(experiment.batches()) +
         step.calls * static_cast<double>(experiment.steps());
}

double BoundaryModel::seconds(const Experiment& experiment) const {
  return seconds(rest) + seconds(batch) * static_cast<double>(experiment.batches()) +
         seconds(step) * static_cast<double>(experiment.steps());
}

Result<BoundaryModel> model_boundary(const Locations& locations, const TransferData& data,
                                     const Experiment& experiment) {
  host::HostOptions options;
  options.instances = 2;
  CLOISTER_TRY(const auto host, host::Host::create(options));
  CLOISTER_CHECK(host->open_backend());
  BoundaryModel model;
  CLOISTER_TRY(model.prices, measure_prices(*host, locations));

  CLOISTER_TRY(const std::string component, locations.component("transfer"));
  CLOISTER_TRY(const host::Workload workload, host->load(std::filesystem::path(component)));
  CLOISTER_TRY(const ScratchFolder scratch, ScratchFolder::create());
  const std::filesystem::path weights = scratch.path() / "weights.safetensors";
  Experiment small = experiment;
  small.train_images = 2 * experiment.batch;
  small.test_images = experiment.batch;
  small.epochs = 100;
  Experiment more_images = small;
  more_images.train_images *= 2;
  Experiment more_steps = small;
  more_steps.epochs *= 5;
  CLOISTER_TRY(const Point base, measure(*host, workload, data, small, weights));
  CLOISTER_TRY(const Point batches, measure(*host, workload, data, more_images, weights));
  CLOISTER_TRY(const Point steps, measure(*host, workload, data, more_steps, weights));

  // Noise can make a difference of times negative, never one of counts.
  const auto guest_seconds = [&model](double outside, double calls) {
    return std::max(0.0, outside - calls * model.prices.timed_outside_seconds);
  };
  const double more = steps.steps - base.steps;
  const double step_outside = (steps.outside_seconds - base.outside_seconds) / more;
  model.step.calls = (steps.calls - base.calls) / more;
  model.step.guest_seconds = guest_seconds(step_outside, model.step.calls);

  // With more images an epoch has more steps, unless it is one step.
  const double added = batches.batches - base.batches;
  const double added_steps = batches.steps - base.steps;
  const double batch_outside = (batches.outside_seconds - base.outside_seconds - added_steps * step_outside) / added;
  model.batch.calls = (batches.calls - base.calls - added_steps * model.step.calls) / added;
  model.batch.guest_seconds = guest_seconds(batch_outside, model.batch.calls);

  model.rest.calls = base.calls - base.batches * model.batch.calls - base.steps * model.step.calls;
  model.rest.guest_seconds =
      guest_seconds(base.outside_seconds - base.batches * batch_outside - base.steps * step_outside, model.rest.calls);
  return model;
}

}  // namespace cloister::bench
