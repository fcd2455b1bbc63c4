#include "workload_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "statistics.h"

namespace cloister::bench {
namespace {

// What a row is of: the process, or one of its phases.
using Part = std::function<double(const TwinMeasured&)>;

std::vector<double> column(const std::vector<TwinMeasured>& samples, const Part& part) {
  std::vector<double> values;
  for (const TwinMeasured& measured : samples) values.push_back(part(measured));
  return values;
}

double wall_of(const TwinMeasured& measured) { return measured.wall; }
double cpu_of(const TwinMeasured& measured) { return measured.cpu; }

// The phases that both programs name, by name.
std::vector<std::string> common_phases(const TwinSamples& samples) {
  std::vector<std::string> names;
  for (const auto& [name, seconds] : samples.native.back().phase_seconds)
    if (samples.isolated.back().phase_seconds.contains(name)) names.push_back(name);
  return names;
}

Part phase(const std::string& name) {
  return [name](const TwinMeasured& measured) { return measured.phase_seconds.at(name); };
}

double share_of(const CrossingCost& cost, const Crossings& crossings, const std::vector<double>& native) {
  return crossings.seconds(cost) / median(native);
}

nlohmann::json crossings_detail(const Crossings& crossings) {
  nlohmann::json detail{{"call_seconds", crossings.prices.call_seconds},
                        {"timed_outside_seconds", crossings.prices.timed_outside_seconds},
                        {"out_bytes_per_second", crossings.prices.out_bytes_per_second}};
  const auto add = [&](const std::string& name, const CrossingCost& cost) {
    detail["phases"][name] = {{"calls", cost.calls}, {"guest_seconds", cost.guest_seconds}};
  };
  for (const auto& [name, cost] : crossings.phases) add(name, cost);
  add("total", crossings.total);
  return detail;
}

Table wall_table(Report& report, const std::string& prefix, const TwinSamples& samples, const Crossings& crossings) {
  Table table({"", "native", "isolated", "overhead", "95 % confidence", "boundary share"});
  const auto add = [&](const std::string& name, const Part& part, double share) {
    const auto native = column(samples.native, part);
    const auto isolated = column(samples.isolated, part);
    const Overhead wall = paired_overhead(native, isolated);
    table.add({name, duration(median(native)), duration(median(isolated)), percent(wall.value), percent(wall.interval),
               percent(share)});
    report.figure(fmt::format("{}{}.overhead_boundary", prefix, name), share);
    report.figure(fmt::format("{}{}.overhead_wall", prefix, name), wall.value);
  };
  for (const std::string& name : common_phases(samples)) {
    const auto cost = crossings.phases.find(name);
    add(name, phase(name),
        cost == crossings.phases.end() ? 0 : share_of(cost->second, crossings, column(samples.native, phase(name))));
  }
  add("total", wall_of, boundary_share(samples, crossings));
  return table;
}

}  // namespace

std::string figure_prefix(const TwinRun& run) { return "workload." + run.twins->name + "."; }

double boundary_share(const TwinSamples& samples, const Crossings& crossings) {
  const double copied = samples.isolated.back().copied_bytes / crossings.prices.out_bytes_per_second;
  return (crossings.seconds(crossings.total) + copied) / median(column(samples.native, wall_of));
}

void report_samples(Report& report, const TwinRun& run, const TwinSamples& samples) {
  const std::string prefix = figure_prefix(run);
  for (const auto& [program, all] : {std::pair{"native", &samples.native}, std::pair{"isolated", &samples.isolated}}) {
    if (all->empty()) continue;
    report.samples(fmt::format("{}{}.total_s", prefix, program), column(*all, wall_of));
    report.samples(fmt::format("{}{}.total_cpu_s", prefix, program), column(*all, cpu_of));
    for (const auto& [name, seconds] : all->back().phase_seconds)
      report.samples(fmt::format("{}{}.{}_s", prefix, program, name), column(*all, phase(name)));
    report.figure(fmt::format("{}{}_total_s", prefix, program), median(column(*all, wall_of)));
  }
}

void report_workload(Report& report, const TwinRun& run, const TwinSamples& samples, const Crossings& crossings,
                     const std::optional<InstructionCounts>& counts) {
  const std::string prefix = figure_prefix(run);
  report_samples(report, run, samples);
  report.show(
      fmt::format("{}: medians of {} rounds, {} thread(s)", run.twins->name, samples.native.size(), run.threads),
      wall_table(report, prefix, samples, crossings));
  for (const auto& [name, value] : samples.isolated.back().metrics) report.figure(prefix + "metric." + name, value);
  report.figure(prefix + "calls", samples.isolated.back().calls);
  report.detail(prefix + "crossings", crossings_detail(crossings));

  const double by_boundary = boundary_share(samples, crossings);
  report.figure(prefix + "overhead_boundary", by_boundary);
  report.figure(prefix + "overhead_wall",
                paired_overhead(column(samples.native, wall_of), column(samples.isolated, wall_of)).value);
  report.figure(prefix + "overhead_cpu",
                paired_overhead(column(samples.native, cpu_of), column(samples.isolated, cpu_of)).value);
  if (counts) {
    report.figure(prefix + "overhead_instructions", counts->overhead());
    report.detail(prefix + "instructions", {{"native", counts->native}, {"isolated", counts->isolated}});
    report.note(
        fmt::format("{}: {} by instructions of the work that repeats", run.twins->name, percent(counts->overhead())));
  }
  report.figure(prefix + "overhead", counts ? counts->overhead() : by_boundary);
  report.claim(
      {.figure = prefix + "weights_equal", .bound = Claim::Bound::at_least, .bar = 1, .basis = "bytes of both files"});
  report.claim(
      {.figure = prefix + "overhead", .bar = run.twins->bar, .basis = counts ? "instructions" : "boundary share"});
}

}  // namespace cloister::bench
