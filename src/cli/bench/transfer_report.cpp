#include "transfer_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "statistics.h"

namespace cloister::bench {
namespace {

using Part = Seconds Measured::*;
using Unit = double Seconds::*;

std::vector<double> column(const std::vector<Measured>& samples, Part part, Unit unit) {
  std::vector<double> values;
  for (const Measured& measured : samples) values.push_back(measured.*part.*unit);
  return values;
}

double median_wall(const std::vector<Measured>& samples, Part part) {
  return median(column(samples, part, &Seconds::wall));
}

struct Row {
  const char* shown;
  const char* figure;  // part of its name; none for a row that is shown only
  Part part;
};
constexpr Row rows[] = {{"training", "training", &Measured::training},
                        {"pre-computation", "precompute", &Measured::precompute},
                        {"other", nullptr, &Measured::other},
                        {"total", "total", &Measured::total}};

void report_samples(Report& report, const std::string& prefix, const std::string& program,
                    const std::vector<Measured>& samples) {
  if (samples.empty()) return;
  for (const Row& row : rows) {
    const std::string name = fmt::format("{}{}.{}", prefix, program, row.figure ? row.figure : row.shown);
    report.samples(name + "_s", column(samples, row.part, &Seconds::wall));
    report.samples(name + "_cpu_s", column(samples, row.part, &Seconds::cpu));
  }
  report.figure(prefix + program + "_total_s", median_wall(samples, &Measured::total));
}

void report_all_samples(Report& report, const std::string& prefix, const TransferSamples& samples) {
  report_samples(report, prefix, "native", samples.native);
  report_samples(report, prefix, "isolated", samples.isolated);
  report_samples(report, prefix, "native_default_malloc", samples.native_default);
  report_samples(report, prefix, "python", samples.python);
}

std::string title_of(const Experiment& experiment) {
  return fmt::format("{}, {} images, {} epochs, {}", backbone_name(experiment.backbone), experiment.train_images,
                     experiment.epochs,
                     experiment.train_batch == 0 ? "full batch" : fmt::format("batches of {}", experiment.train_batch));
}

// The reference's table: wall times and their ratio.
Table wall_table(const TransferSamples& samples) {
  Table table({"", "native", "isolated", "overhead", "95 % confidence", "CPU overhead", "95 % confidence"});
  for (const Row& row : rows) {
    const auto native = column(samples.native, row.part, &Seconds::wall);
    const auto isolated = column(samples.isolated, row.part, &Seconds::wall);
    const Overhead wall = paired_overhead(native, isolated);
    // The isolated run tells the CPU time of a phase for the guest's thread alone, without the thread that reads ahead.
    std::string cpu_text = "-", cpu_interval = "-";
    if (row.part == &Measured::total || row.part == &Measured::training) {
      const Overhead cpu = paired_overhead(column(samples.native, row.part, &Seconds::cpu),
                                           column(samples.isolated, row.part, &Seconds::cpu));
      cpu_text = percent(cpu.value);
      cpu_interval = percent(cpu.interval);
    }
    table.add({row.shown, duration(median(native)), duration(median(isolated)), percent(wall.value),
               percent(wall.interval), cpu_text, cpu_interval});
  }
  return table;
}

void report_overheads(Report& report, const std::string& prefix, const std::string& suffix,
                      const Overheads& overheads) {
  report.figure(prefix + "total_overhead" + suffix, overheads.total);
  report.figure(prefix + "training_overhead" + suffix, overheads.training);
  report.figure(prefix + "precompute_overhead" + suffix, overheads.precompute);
}

void report_wall_overheads(Report& report, const std::string& prefix, const TransferSamples& samples) {
  for (const Row& row : rows) {
    if (row.figure == nullptr) continue;
    const auto ratio = [&](Unit unit) {
      return paired_overhead(column(samples.native, row.part, unit), column(samples.isolated, row.part, unit)).value;
    };
    report.figure(fmt::format("{}{}_overhead_wall", prefix, row.figure), ratio(&Seconds::wall));
    if (row.part != &Measured::precompute)
      report.figure(fmt::format("{}{}_overhead_cpu", prefix, row.figure), ratio(&Seconds::cpu));
  }
}

CrossingCost phase_of(const Crossings& boundary, const std::string& name) {
  const auto found = boundary.phases.find(name);
  return found == boundary.phases.end() ? CrossingCost{} : found->second;
}

nlohmann::json boundary_detail(const Crossings& boundary) {
  const auto part = [](const CrossingCost& cost) {
    return nlohmann::json{{"calls", cost.calls}, {"guest_seconds", cost.guest_seconds}};
  };
  return {{"call_seconds", boundary.prices.call_seconds},
          {"timed_outside_seconds", boundary.prices.timed_outside_seconds},
          {"in_bytes_per_second", boundary.prices.in_bytes_per_second},
          {"out_bytes_per_second", boundary.prices.out_bytes_per_second},
          {"pre-computation", part(phase_of(boundary, "pre-computation"))},
          {"training", part(phase_of(boundary, "training"))},
          {"total", part(boundary.total)}};
}

nlohmann::json instructions_detail(const TransferInstructions& instructions) {
  nlohmann::json runs = nlohmann::json::array();
  for (const auto& [experiment, counts] : instructions.runs)
    runs.push_back({{"backbone", backbone_name(experiment.backbone)},
                    {"images", experiment.train_images},
                    {"batch", experiment.batch},
                    {"train_batch", experiment.train_batch},
                    {"steps", experiment.steps()},
                    {"native", counts.native},
                    {"isolated", counts.isolated}});
  const auto pair = [](const InstructionCounts& counts) {
    return nlohmann::json{{"native", counts.native}, {"isolated", counts.isolated}};
  };
  return {{"runs", std::move(runs)}, {"image", pair(instructions.image)}, {"step", pair(instructions.step)}};
}

void claim_overheads(Report& report, const Experiment& experiment, const std::string& basis) {
  const std::string prefix = figure_prefix(experiment);
  report.claim(
      {.figure = prefix + "weights_equal", .bound = Claim::Bound::at_least, .bar = 1, .basis = "bytes of both files"});
  if (experiment.train_batch == 0) {
    report.claim({.figure = prefix + "total_overhead", .bar = 0.001, .basis = basis});
    report.claim({.figure = prefix + "training_overhead", .bar = 0.005, .basis = basis});
  } else {
    report.claim({.figure = prefix + "total_overhead", .bar = 0.02, .basis = basis});
    report.claim({.figure = prefix + "training_overhead", .bar = 0.02, .basis = basis});
  }
  report.claim({.figure = prefix + "precompute_overhead", .bar = 0.01, .basis = basis});
}

}  // namespace

std::string figure_prefix(const Experiment& experiment) {
  const std::string name = "transfer." + backbone_name(experiment.backbone) + ".";
  return experiment.train_batch == 0 ? name : fmt::format("{}batch{}.", name, experiment.train_batch);
}

Overheads boundary_overheads(const TransferSamples& samples, const Crossings& boundary) {
  const double copied =
      static_cast<double>(samples.isolated.back().copied_bytes) / boundary.prices.out_bytes_per_second;
  const auto share = [&](double seconds, Part part) { return seconds / median_wall(samples.native, part); };
  return {.total = share(boundary.seconds(boundary.total) + copied, &Measured::total),
          .training = share(boundary.seconds(phase_of(boundary, "training")), &Measured::training),
          .precompute = share(boundary.seconds(phase_of(boundary, "pre-computation")), &Measured::precompute)};
}

Overheads instruction_overheads(const TransferSamples& samples, const TransferInstructions& instructions) {
  const double training = instructions.step.overhead();
  const double precompute = instructions.image.overhead();
  const double share = median_wall(samples.native, &Measured::training) / median_wall(samples.native, &Measured::total);
  return {.total = share * training + (1 - share) * precompute, .training = training, .precompute = precompute};
}

void report_transfer(Report& report, const Experiment& experiment, const TransferSamples& samples,
                     const Crossings& boundary, const std::optional<TransferInstructions>& instructions) {
  const std::string prefix = figure_prefix(experiment);
  const std::string title = title_of(experiment);
  report.show(title + fmt::format(": medians of {} rounds, {} thread(s)", samples.native.size(), experiment.threads),
              wall_table(samples));
  report_all_samples(report, prefix, samples);
  report_wall_overheads(report, prefix, samples);
  report.figure(prefix + "test_accuracy", samples.isolated.back().test_accuracy);
  report.figure(prefix + "calls", static_cast<double>(samples.isolated.back().calls));
  report.detail(prefix + "boundary", boundary_detail(boundary));

  const Overheads by_boundary = boundary_overheads(samples, boundary);
  report.figure(prefix + "boundary_share", by_boundary.total);
  report_overheads(report, prefix, "_boundary", by_boundary);
  Table table({"", "boundary share", instructions ? "instructions" : ""});
  std::optional<Overheads> by_instructions;
  if (instructions) {
    by_instructions = instruction_overheads(samples, *instructions);
    report_overheads(report, prefix, "_instructions", *by_instructions);
    report.detail(prefix + "instructions", instructions_detail(*instructions));
  }
  const auto row = [&](const char* what, double Overheads::* part) {
    table.add({what, percent(by_boundary.*part), by_instructions ? percent((*by_instructions).*part) : ""});
  };
  row("training", &Overheads::training);
  row("pre-computation", &Overheads::precompute);
  row("total", &Overheads::total);
  report.show(title + ": overhead by steadier measures than time", table);

  report_overheads(report, prefix, "", by_instructions ? *by_instructions : by_boundary);
  claim_overheads(report, experiment, by_instructions ? "instructions" : "boundary share");
  const auto compare = [&](const std::vector<Measured>& other, const char* what) {
    if (other.empty()) return;
    const double times = median_wall(other, &Measured::total) / median_wall(samples.isolated, &Measured::total);
    report.note(fmt::format("{}: {} takes {:.2f} times as long as the isolated run.",
                            backbone_name(experiment.backbone), what, times));
  };
  compare(samples.native_default, "the native program with the C library's allocator as it comes");
  compare(samples.python, "the PyTorch script");
}

void report_unfinished(Report& report, const Experiment& experiment, TransferSamples samples) {
  report_all_samples(report, figure_prefix(experiment), samples);
  const std::size_t whole = std::min(samples.native.size(), samples.isolated.size());
  report.note(fmt::format("{}: stopped after {} whole rounds; nothing is claimed of it",
                          backbone_name(experiment.backbone), whole));
  if (whole == 0) return;
  samples.native.resize(whole);
  samples.isolated.resize(whole);
  report.show(fmt::format("{}: medians of {} rounds, not finished", title_of(experiment), whole), wall_table(samples));
}

}  // namespace cloister::bench
