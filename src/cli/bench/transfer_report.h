// From the samples of `bench transfer` to figures, claims and the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report.h"
#include "transfer_boundary.h"
#include "transfer_instructions.h"
#include "transfer_programs.h"

namespace cloister::bench {

// One entry a round; native and isolated of one index belong to one round.
struct TransferSamples {
  std::vector<Measured> native;          // with the equal remedy: what claims rest on
  std::vector<Measured> isolated;        // as many
  std::vector<Measured> native_default;  // the C library's allocator as it comes
  std::vector<Measured> python;
};

// "transfer.lite0." for full-batch training, "transfer.lite0.batch32." for batches of 32.
[[nodiscard]] std::string figure_prefix(const Experiment& experiment);

// The overheads of total, training and pre-computation as fractions, each by one basis.
struct Overheads {
  double total = 0, training = 0, precompute = 0;
};
// What the boundary takes, over what the native program takes.
[[nodiscard]] Overheads boundary_overheads(const TransferSamples& samples, const Crossings& boundary);
// What more instructions the isolated program executes; its total weighs the two phases by the native program's time,
// the rest of which is counted as pre-computation (it is the evaluation).
[[nodiscard]] Overheads instruction_overheads(const TransferSamples& samples, const TransferInstructions& instructions);

// REQUIRES: at least one round.
void report_transfer(Report& report, const Experiment& experiment, const TransferSamples& samples,
                     const Crossings& boundary, const std::optional<TransferInstructions>& instructions);

// The samples of an experiment that did not come to its end, and the table of its whole rounds; nothing is claimed.
void report_unfinished(Report& report, const Experiment& experiment, TransferSamples samples);

}  // namespace cloister::bench
