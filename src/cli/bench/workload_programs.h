// The workloads that `bench workload` compares with their native twins, and what one run of either says of itself.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/host/host.h"
#include "locations.h"
#include "process.h"

namespace cloister::bench {

// A fetched file that both programs work on.
struct TwinInput {
  host::GrantKind kind = host::GrantKind::dataset;
  std::string grant;   // its name in the workload
  std::string option;  // of the native program
  std::string path;    // in the cache
};

// A workload with a native twin that takes the same arguments and saves the same weights.
struct Twins {
  std::string name;    // of the component
  std::string native;  // of the program
  std::vector<TwinInput> inputs;
  std::vector<std::string> other_outputs;  // granted beside `weights`
  double bar = 0;                          // the overhead that it must not exceed
  // Arguments of two sizes whose difference is the work that repeats, for counting instructions: minutes under
  // valgrind.
  std::vector<std::string> few, more;
};

// All of them, by name.
[[nodiscard]] const std::vector<Twins>& all_twins();
// Errors: invalid_argument for a name that is not there.
[[nodiscard]] Result<const Twins*> find_twins(std::string_view name);

// What both programs are given.
struct TwinRun {
  const Twins* twins = nullptr;
  std::vector<std::string> arguments;
  int threads = 1;
};

// glibc's allocator with the equal remedy. Errors: io for what is missing.
[[nodiscard]] Result<Command> native_command(const Locations& locations, const TwinRun& run,
                                             const std::filesystem::path& weights_out);
// `directory`: for the run's records; must not exist. Other outputs are written beside the weights.
// Errors: io for what is missing.
[[nodiscard]] Result<Command> isolated_command(const Locations& locations, const TwinRun& run,
                                               const std::filesystem::path& directory,
                                               const std::filesystem::path& weights_out);
// The same as a request to a host of this process. Errors: io for what is missing.
[[nodiscard]] Result<host::RunRequest> isolated_request(const Locations& locations, const TwinRun& run,
                                                        const std::filesystem::path& scratch);

// One run. Phases are those that the program named.
struct TwinMeasured {
  std::map<std::string, double> phase_seconds;  // wall
  double wall = 0, cpu = 0;                     // of the process
  std::map<std::string, double> metrics;        // last values of its series
  double calls = 0;                             // guest -> host; of an isolated run
  double copied_bytes = 0;                      // that left the guest or went to it as lists; of an isolated run
};

// What the native program or `cloister run --json` printed. Errors: bad_data.
Result<TwinMeasured> parse_measured(const Finished& finished);

}  // namespace cloister::bench
