// The command line of native_mnist_cnn: paths instead of grants, then the arguments of workloads/mnist-cnn.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

struct Options {
  // What `cloister run` grants and sets.
  std::string train, test, out;
  std::uint64_t seed = 0;
  int threads = 1;
  // What workloads/mnist-cnn takes.
  std::int64_t epochs = 2, batch = 128, train_count = 0, test_count = 0;
  double lr = 0.01, dropout = 0.25;
};

// Nothing when the program should end with `*exit_code` (help was asked for, or an argument is wrong and was told).
std::optional<Options> parse_options(int argc, char** argv, int* exit_code);
