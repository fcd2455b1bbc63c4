// The command line of native_photos: paths instead of grants, then the arguments of workloads/photos.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

struct Options {
  // What `cloister run` grants and sets.
  std::string train, test, backbone_weights, out;
  std::uint64_t seed = 0;
  int threads = 1;
  bool skip_broken = false;
  // What workloads/photos takes.
  std::int64_t passes = 4, batch = 16, epochs = 100, count = 0;
  double lr = 0.002, weight_decay = 0.1;
  bool plain = false;
};

// Nothing when the program should end with `*exit_code` (help was asked for, or an argument is wrong and was told).
std::optional<Options> parse_options(int argc, char** argv, int* exit_code);
