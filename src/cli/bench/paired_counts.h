// Instructions of two programs that do the same work, counted by cachegrind.
#pragma once

#include <filesystem>
#include <string>

#include "cloister/base/result.h"
#include "process.h"

namespace cloister::bench {

struct InstructionCounts {
  double native = 0;
  double isolated = 0;
  [[nodiscard]] double overhead() const { return isolated / native - 1; }

  friend InstructionCounts operator-(const InstructionCounts& a, const InstructionCounts& b) {
    return {a.native - b.native, a.isolated - b.isolated};
  }
  friend InstructionCounts operator/(const InstructionCounts& a, double divisor) {
    return {a.native / divisor, a.isolated / divisor};
  }
};

// Told which run starts: counting takes minutes.
using Announce = void (*)(const std::string& what);

// Counts native programs and `cloister run` of the same work. Thread safety: none.
class PairedCounter {
 public:
  // `scratch` takes the runs' folders.
  PairedCounter(Announce announce, std::filesystem::path scratch) : announce_(announce), scratch_(std::move(scratch)) {}

  // `isolated` is a `cloister run` with `--directory` and `--`; its machine code is compiled for the processor that
  // valgrind offers, ahead of what is counted. `what` says which size it is. Errors: as count_instructions.
  Result<InstructionCounts> count(const std::string& what, const Command& native, Command isolated);

 private:
  void replace_directory(Command& isolated);

  Announce announce_;
  std::filesystem::path scratch_;
  bool is_compiled_ = false;
  int directories_ = 0;
};

}  // namespace cloister::bench
