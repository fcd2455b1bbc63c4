// What `cloister run --profile` tells of a run: time per operator, per guest function, and as a flame graph
// (docs/debugging.md). Names are the guest's own; here they are made harmless. Thread safety: any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloister/host/report.h"

namespace cloister::cli {

// One function in all stacks together.
struct FunctionTime {
  std::string function;
  bool host = false;
  std::string line;         // "file:line" where most of its own time went; may be empty
  std::uint64_t self = 0;   // ticks in itself
  std::uint64_t total = 0;  // and in what it calls; once for a function that calls itself
};

// Those with the most ticks in themselves first, then by all their ticks, then by name.
[[nodiscard]] std::vector<FunctionTime> function_times(const host::Profile& profile);

// Two tables of at most `rows` lines each, operators and guest functions, the most time first.
// REQUIRES: report.profile.
[[nodiscard]] std::string profile_table(const host::RunReport& report, std::size_t rows = 15);

// All of it, for programs. REQUIRES: report.profile.
[[nodiscard]] nlohmann::ordered_json profile_json(const host::RunReport& report);

// A drawing without scripts: a box a function, as wide as its share of the time, below the one that called it, siblings
// by name. A box tells its name and time when it is pointed at. Boxes too narrow to be seen are left out.
[[nodiscard]] std::string flame_graph(const host::Profile& profile, std::string_view title);

}  // namespace cloister::cli
