#include "paired_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "cachegrind.h"

namespace cloister::bench {
namespace {

// What valgrind's processor can run; libtorch and MKL are told likewise.
constexpr const char* guest_cpu = "x86-64-v3";

}  // namespace

Result<InstructionCounts> PairedCounter::count(const std::string& what, const Command& native, Command isolated) {
  const auto command_line_end = std::find(isolated.arguments.begin(), isolated.arguments.end(), "--");
  isolated.arguments.insert(command_line_end, {"--guest-cpu", guest_cpu});

  announce_("counting instructions of native, " + what);
  CLOISTER_TRY(const std::uint64_t native_count, count_instructions(native));
  announce_("counting instructions of isolated, " + what);
  // Under valgrind the component must come from the cache: one ordinary run puts it there.
  if (!std::exchange(is_compiled_, true)) {
    replace_directory(isolated);
    CLOISTER_TRY([[maybe_unused]] const Finished finished, run_process(isolated));
  }
  replace_directory(isolated);
  CLOISTER_TRY(const std::uint64_t isolated_count, count_instructions(isolated));
  return InstructionCounts{static_cast<double>(native_count), static_cast<double>(isolated_count)};
}

void PairedCounter::replace_directory(Command& isolated) {
  for (std::size_t i = 0; i + 1 < isolated.arguments.size(); ++i) {
    if (isolated.arguments[i] == "--directory")
      isolated.arguments[i + 1] = (scratch_ / fmt::format("counted-{}", ++directories_)).string();
  }
}

}  // namespace cloister::bench
