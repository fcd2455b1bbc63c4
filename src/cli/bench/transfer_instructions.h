// Instructions of both programs of `bench transfer`, counted by cachegrind on small sizes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cloister/base/result.h"
#include "locations.h"
#include "paired_counts.h"
#include "transfer_programs.h"

namespace cloister::bench {

// The images that counting takes; a data set of just as many keeps the hashing of the rest out of valgrind.
inline constexpr std::uint64_t images_counted = 640;

// Differences of two sizes, so that start-up falls out. Counted at one thread.
struct TransferInstructions {
  InstructionCounts image;  // of the pre-computation
  InstructionCounts step;   // of the training, at the experiment's size
  // The runs behind them, for the record.
  struct Run {
    Experiment experiment;
    InstructionCounts counts;
  };
  std::vector<Run> runs;
};

// Counts for the experiment. The classifier's training does not depend on the backbone (both give 1,280 features), so
// its steps are counted with `pool`, whose pre-computation is quick. A full-batch step is counted at two sizes and
// extended to the experiment's: what isolation adds does not depend on the number of images, the rest is linear in it.
// lite0's pre-computation is counted in batches of 8 images, which overstates what isolation adds to one of 32
// fourfold. REQUIRES: `data` has images_counted training images, and a training batch is at most half of them.
// Errors: as count_instructions.
Result<TransferInstructions> count_transfer(const Locations& locations, const TransferData& data,
                                            const Experiment& experiment, Announce announce);

}  // namespace cloister::bench
