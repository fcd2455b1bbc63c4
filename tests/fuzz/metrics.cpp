// metrics.jsonl as a checkpoint brings it back: every line is taken or the text is refused.
#include <algorithm>
#include <string_view>

#include "cloister/cli/metrics_log.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t taken = 0;
  const auto read = cloister::cli::all_metrics(
      text, {.point = [&](std::string_view, std::uint64_t, double) { ++taken; },
             .matrix =
                 [&](std::string_view, const cloister::cli::Matrix& matrix) {
                   FUZZ_REQUIRE(matrix.values.size() == matrix.rows.size() * matrix.columns.size());
                   ++taken;
                 }});
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  FUZZ_REQUIRE(read ? taken == lines : taken < lines + 1 && !read.error().message.empty());
  return 0;
}
