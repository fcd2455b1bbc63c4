// `cloister bench`: the command's own measurements.
#pragma once

#include <string>
#include <vector>

#include "cloister/cli/command.h"

namespace cloister::cli {

// Adds `bench` with its subcommands; choosing one sets `action`, which must outlive the app, as must what the command
// line has after `--`: the arguments of `bench workload`.
void add_bench(CLI::App& app, const std::vector<std::string>& guest_arguments, Action& action);

}  // namespace cloister::cli
