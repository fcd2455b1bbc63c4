// Transfer learning, native against isolated: the experiment of the field's reference.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cloister/base/result.h"
#include "locations.h"
#include "report.h"
#include "transfer_programs.h"

namespace cloister::bench {

struct TransferOptions {
  std::uint64_t data_bytes = std::uint64_t{64} << 20;
  std::vector<Backbone> backbones{Backbone::lite0, Backbone::pool};
  std::uint64_t train_batch = 0;
  std::uint64_t epochs = 1000;
  std::uint64_t test_images = 256;
  int threads = 1;
  int rounds = 5;
  int default_allocator_rounds = 1;  // of the native program with the C library's allocator as it comes
  bool python = false;
  bool instructions = false;
};

// Measures the experiment; one line of progress on standard error a run. Final weights are compared byte for byte:
// where they differ, the report says so in its figures `weights_equal` and nothing else was measured for that backbone.
// What is needed is looked at first. Errors: as check_needs; those of the runs. After an error the report has what was
// measured before it, without claims for the backbone that was not finished.
Result<void> run_transfer(const Locations& locations, const TransferOptions& options, Report& report);

// 1,073,741,824 of "1GiB"; KiB, MiB and GiB. Errors: invalid_argument.
Result<std::uint64_t> parse_size(const std::string& text);

}  // namespace cloister::bench
