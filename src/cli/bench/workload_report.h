// From the samples of `bench workload` to figures, claims and the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crossings.h"
#include "paired_counts.h"
#include "report.h"
#include "workload_programs.h"

namespace cloister::bench {

// One entry a round.
struct TwinSamples {
  std::vector<TwinMeasured> native, isolated;
};

// "workload.tiny-lm.".
[[nodiscard]] std::string figure_prefix(const TwinRun& run);

// What the boundary takes of the whole run, over the native program's time: calls and guest code by their prices, and
// the copied bytes. REQUIRES: at least one round.
[[nodiscard]] double boundary_share(const TwinSamples& samples, const Crossings& crossings);

// Every sample, and the median of the processes' times.
void report_samples(Report& report, const TwinRun& run, const TwinSamples& samples);

// REQUIRES: at least one round, as many native as isolated.
void report_workload(Report& report, const TwinRun& run, const TwinSamples& samples, const Crossings& crossings,
                     const std::optional<InstructionCounts>& counts);

}  // namespace cloister::bench
