// What a whole command takes, and what its walls add.
#pragma once

#include <vector>

#include "cloister/base/result.h"
#include "locations.h"

namespace cloister::bench {

// Milliseconds of `cloister run empty.wasm`; samples of one index come from one round.
struct CommandTimes {
  std::vector<double> whole;     // as it is
  std::vector<double> unwalled;  // with CLOISTER_WALLS=off
  std::vector<double> isolated;  // with --isolate process
};

// Runs the three in turn, `count` times after a warm-up. Errors: io for what is missing; those of the command.
Result<CommandTimes> time_commands(const Locations& locations, int count);

}  // namespace cloister::bench
