// The command line of native_transfer: paths instead of grants, then the options of workloads/transfer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

struct Options {
  // What `cloister run` grants and sets.
  std::string train, test, backbone_weights, out;
  std::uint64_t seed = 0;
  int threads = 1;
  // What workloads/transfer takes.
  std::string backbone = "lite0", optimizer = "sgd";
  std::int64_t batch = 32, train_batch = 0, epochs = 100, train_count = 0, test_count = 0;
  double lr = 0.01, momentum = 0;
  bool standardise = false, in_order = false;
};

// Nothing when the program should end with `*exit_code` (help was asked for, or an argument is wrong and was told).
std::optional<Options> parse_options(int argc, char** argv, int* exit_code);
