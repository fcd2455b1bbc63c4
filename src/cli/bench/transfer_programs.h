// The programs that `bench transfer` compares, and what one run of them says about itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cloister/base/result.h"
#include "locations.h"
#include "process.h"

namespace cloister::bench {

enum class Backbone : std::uint8_t { lite0, pool };
[[nodiscard]] std::string backbone_name(Backbone backbone);

// The files of the experiment.
struct TransferData {
  std::string train, test;  // IDX files of images
  std::string weights;      // safetensors of EfficientNet-Lite0
};

// The experiment: options of workloads/transfer.
struct Experiment {
  Backbone backbone = Backbone::lite0;
  std::uint64_t train_images = 0;  // the first of the data
  std::uint64_t test_images = 0;
  std::uint64_t batch = 32;       // images in a batch of the pre-computation
  std::uint64_t train_batch = 0;  // samples in a training step; 0: all
  std::uint64_t epochs = 1000;
  int threads = 1;

  [[nodiscard]] std::uint64_t steps() const;    // of training
  [[nodiscard]] std::uint64_t batches() const;  // of the pre-computation and the evaluation
  // As the workload takes them.
  [[nodiscard]] std::vector<std::string> arguments() const;
};

// The C library's allocator for the native program.
enum class Allocator : std::uint8_t {
  as_it_comes,  // glibc's: large blocks go back to the system at every release
  remedied,     // told to keep them, for all threads
};

[[nodiscard]] Result<Command> native_command(const Locations& locations, const TransferData& data,
                                             const Experiment& experiment, Allocator allocator,
                                             const std::filesystem::path& weights_out);
// `directory`: for the run's records; must not exist.
[[nodiscard]] Result<Command> isolated_command(const Locations& locations, const TransferData& data,
                                               const Experiment& experiment, const std::filesystem::path& directory,
                                               const std::filesystem::path& weights_out);
// The PyTorch script, by the interpreter that CLOISTER_PYTHON names, else python3; it takes and prints what the native
// program does.
[[nodiscard]] Result<Command> python_command(const Locations& locations, const TransferData& data,
                                             const Experiment& experiment);

struct Seconds {
  double wall = 0;
  double cpu = 0;
};

// One run. `other` is what the process took beyond its two named phases: start-up, evaluation, writing of results.
struct Measured {
  Seconds precompute, training, other, total;
  double test_accuracy = 0;
  double peak_mib = 0;
  std::uint64_t calls = 0;         // guest -> host; of an isolated run
  std::uint64_t copied_bytes = 0;  // that left the guest or went to it as lists; of an isolated run
};

// What the native program printed. Errors: bad_data.
Result<Measured> parse_native(const Finished& finished);
// What `cloister run --json` printed. Its phases tell the CPU time of the guest's thread only. Errors: bad_data.
Result<Measured> parse_isolated(const Finished& finished);

}  // namespace cloister::bench
