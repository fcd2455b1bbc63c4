// Runs a program to its end and says what it took.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cloister/base/result.h"

namespace cloister::bench {

struct Command {
  std::vector<std::string> arguments;  // the program, by path or found in PATH, and its arguments
  std::vector<std::pair<std::string, std::string>> environment{};  // set beside the caller's own
};

struct Finished {
  double wall_seconds = 0;  // from before the program is started to after it is reaped
  double cpu_seconds = 0;   // user and system, all threads
  double peak_mib = 0;      // largest resident set
  std::string output;       // standard output
};

// GLIBC_TUNABLES that make glibc's allocator fast for large tensors, for programs that are compared with Cloister's:
// large blocks from the heap, which never shrinks, and one heap for all threads (the settings of a glibc program
// otherwise do not reach a thread that reads ahead).
inline constexpr const char* allocator_remedy =
    "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592:"
    "glibc.malloc.top_pad=67108864:glibc.malloc.arena_max=1";

// Runs the command with empty standard input. Errors: io when it cannot be started; bad_data when it ends with another
// status than 0, with the last line it wrote to standard error; interrupted when a signal
// ended it, or one came while an InterruptWatch lives: nothing is started after that.
// Thread safety: yes.
Result<Finished> run_process(const Command& command);

// The command as a person would type it.
[[nodiscard]] std::string shell_text(const Command& command);

}  // namespace cloister::bench
