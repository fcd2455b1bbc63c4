#pragma once

#include <cstdint>
#include <optional>
#include <string>

// As the workload's arguments, with the same defaults, and what a grant or the command gives it.
struct Options {
  std::string text, out;
  uint64_t seed = 0;
  int threads = 1;
  int64_t layers = 4, width = 96, heads = 4, context = 64;
  int64_t batch = 16, steps = 4000, report_every = 100, test_windows = 256;
  int64_t sample = 500;
  double lr = 4e-3, temperature = 0.8;
};

// Nothing when the program is to end with `exit_code` at once: after --help, or for arguments that are wrong.
std::optional<Options> parse_options(int argc, char** argv, int* exit_code);
