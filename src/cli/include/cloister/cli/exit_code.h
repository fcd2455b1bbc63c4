// The command's exit codes; docs/exit-codes.md is the contract.
#pragma once

#include <cstdint>

#include "cloister/base/result.h"

namespace cloister::cli {

enum class ExitCode : std::uint8_t {
  ok = 0,
  workload_failed = 1,  // the workload ran to its end and returned an error
  usage = 2,            // the command line or the job file asks for something that does not exist
  bad_input = 3,        // a component, grant or data that cannot be used
  limit = 4,            // a limit of the run stopped it
  trap = 5,             // the guest was stopped for its own bug
  environment = 6,      // files, disk, libraries or devices of this machine
  internal = 70,        // Cloister's bug
  interrupted = 130,    // Ctrl-C
};

// The exit code of an error that reaches the command from below. Thread safety: any thread.
[[nodiscard]] ExitCode exit_code_of(ErrorCode code);

}  // namespace cloister::cli
