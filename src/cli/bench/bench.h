// `cloister bench`: the command's own measurements.
#pragma once

#include "cloister/cli/command.h"

namespace cloister::cli {

// Adds `bench` with `transfer`, `boundary` and `startup`; choosing one sets `action`, which must outlive the app.
void add_bench(CLI::App& app, Action& action);

}  // namespace cloister::cli
