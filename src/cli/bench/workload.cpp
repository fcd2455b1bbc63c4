#include "workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "cachegrind.h"
#include "cloister/base/file.h"
#include "crossings.h"
#include "interrupt.h"
#include "paired_counts.h"
#include "workload_report.h"

namespace cloister::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_weights = std::uint64_t{1} << 30;

void announce(const std::string& what) { fmt::print(stderr, "{}\n", what); }

// Runs both programs in turn, and says whether their weights are the same bytes.
class Rounds {
 public:
  Rounds(const Locations& locations, const TwinRun& run, fs::path scratch)
      : locations_(locations), run_(run), scratch_(std::move(scratch)) {}

  // One more; every other one starts with the isolated program. False when the weights differ.
  Result<bool> round() {
    const bool isolated_first = samples.isolated.size() % 2 == 1;
    if (isolated_first) CLOISTER_CHECK(run_isolated());
    CLOISTER_TRY(const Command native, native_command(locations_, run_, scratch_ / "native"));
    CLOISTER_CHECK(measure(native, "native", samples.native));
    if (!isolated_first) CLOISTER_CHECK(run_isolated());
    CLOISTER_TRY(const auto native_weights, read_file((scratch_ / "native").string(), largest_weights));
    CLOISTER_TRY(const auto isolated_weights, read_file((scratch_ / "isolated").string(), largest_weights));
    return native_weights == isolated_weights;
  }

  TwinSamples samples;

 private:
  Result<void> run_isolated() {
    const fs::path directory = scratch_ / fmt::format("run-{}", samples.isolated.size());
    CLOISTER_TRY(const Command command, isolated_command(locations_, run_, directory, scratch_ / "isolated"));
    return measure(command, "isolated", samples.isolated);
  }

  Result<void> measure(const Command& command, const char* what, std::vector<TwinMeasured>& to) {
    CLOISTER_TRY(const Finished finished, run_process(command));
    CLOISTER_TRY(to.emplace_back(), parse_measured(finished));
    announce(fmt::format("{} {}: {}", run_.twins->name, what, duration(to.back().wall)));
    return {};
  }

  const Locations& locations_;
  const TwinRun& run_;
  fs::path scratch_;
};

// `arguments` with the options in `others` ("--name", "value", ..) instead of or beside their own.
std::vector<std::string> with_options(std::vector<std::string> arguments, const std::vector<std::string>& others) {
  for (std::size_t i = 0; i + 1 < others.size(); i += 2) {
    const auto own = std::ranges::find(arguments, others[i]);
    if (own != arguments.end() && own + 1 != arguments.end()) {
      *(own + 1) = others[i + 1];
    } else {
      arguments.insert(arguments.end(), {others[i], others[i + 1]});
    }
  }
  return arguments;
}

// The difference of two sizes, so that start-up falls out. Counted at one thread.
Result<InstructionCounts> count(const Locations& locations, const TwinRun& run, const fs::path& scratch) {
  PairedCounter counter(announce, scratch);
  InstructionCounts both[2];
  for (int i = 0; i < 2; ++i) {
    TwinRun sized = run;
    sized.threads = 1;
    sized.arguments = with_options(run.arguments, i == 0 ? run.twins->few : run.twins->more);
    CLOISTER_TRY(const Command native, native_command(locations, sized, scratch / "native"));
    CLOISTER_TRY(const Command isolated, isolated_command(locations, sized, scratch / "run", scratch / "isolated"));
    CLOISTER_TRY(both[i], counter.count(i == 0 ? "few steps" : "more steps", native, isolated));
  }
  return both[1] - both[0];
}

Result<void> check_needs(const Locations& locations, const TwinRun& run, const WorkloadOptions& options) {
  CLOISTER_TRY([[maybe_unused]] const Command native, native_command(locations, run, {}));
  CLOISTER_TRY([[maybe_unused]] const Command isolated, isolated_command(locations, run, {}, {}));
  CLOISTER_CHECK(locations.component("boundary"));
  return options.instructions ? check_valgrind() : Result<void>();
}

Result<void> measure(const Locations& locations, const TwinRun& run, const WorkloadOptions& options,
                     const fs::path& scratch, Rounds& rounds, Report& report) {
  const std::string weights_equal = figure_prefix(run) + "weights_equal";
  for (int i = 0; i < options.rounds; ++i) {
    CLOISTER_TRY(const bool equal, rounds.round());
    report.figure(weights_equal, equal ? 1 : 0);
    if (!equal) {
      report.note(fmt::format("{}: the final weights of native and isolated DIFFER; nothing else is claimed of them",
                              run.twins->name));
      return {};
    }
  }
  CLOISTER_CHECK(check_interrupted());
  announce("isolated, with every call timed");
  CLOISTER_TRY(host::RunRequest request, isolated_request(locations, run, scratch));
  CLOISTER_TRY(const Crossings crossings,
               measure_crossings(locations, run.twins->name, std::move(request), run.threads));
  std::optional<InstructionCounts> counts;
  if (options.instructions) {
    CLOISTER_TRY(counts, count(locations, run, scratch));
  }
  report_workload(report, run, rounds.samples, crossings, counts);
  return {};
}

}  // namespace

Result<void> run_workload(const Locations& locations, const WorkloadOptions& options, Report& report) {
  report.options({{"workload", options.name},
                  {"arguments", options.arguments},
                  {"threads", options.threads},
                  {"rounds", options.rounds}});
  CLOISTER_TRY(const Twins* const twins, find_twins(options.name));
  const TwinRun run{.twins = twins, .arguments = options.arguments, .threads = options.threads};
  CLOISTER_CHECK(check_needs(locations, run, options));
  CLOISTER_TRY(const ScratchFolder scratch, ScratchFolder::create());
  Rounds rounds(locations, run, scratch.path());
  Result<void> ended = measure(locations, run, options, scratch.path(), rounds, report);
  if (!ended) report_samples(report, run, rounds.samples);
  return ended;
}

}  // namespace cloister::bench
