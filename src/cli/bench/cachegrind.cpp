#include "cachegrind.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "cloister/base/file.h"

namespace cloister::bench {
namespace {

constexpr std::uint64_t largest_output = std::uint64_t{1} << 30;

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> result;
  while (!line.empty()) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(line.find(' ', start), line.size());
    result.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
  return result;
}

// The words behind the last line that starts with `key`.
std::vector<std::string_view> field(std::string_view text, std::string_view key) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(key)) found = words(line.substr(key.size()));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

Unexpected<Error> not_installed() {
  return fail(ErrorCode::unsupported,
              "valgrind is not installed, which counts the instructions: install the package 'valgrind'");
}

}  // namespace

Result<std::uint64_t> parse_cachegrind(std::string_view text) {
  const std::vector<std::string_view> events = field(text, "events:");
  const std::vector<std::string_view> summary = field(text, "summary:");
  const auto column = static_cast<std::size_t>(std::find(events.begin(), events.end(), "Ir") - events.begin());
  if (column >= events.size() || column >= summary.size())
    return fail(ErrorCode::bad_data, "cachegrind's output has no sum of instructions; was valgrind stopped half way?");
  const std::string_view digits = summary[column];
  std::uint64_t instructions = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), instructions);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return fail(ErrorCode::bad_data, fmt::format("cachegrind's sum of instructions is '{}', not a number", digits));
  return instructions;
}

Result<void> check_valgrind() {
  const auto finished = run_process({.arguments = {"valgrind", "--version"}});
  if (!finished && finished.error().code != ErrorCode::interrupted) return not_installed();
  return finished ? Result<void>() : Unexpected(finished.error());
}

Result<std::uint64_t> count_instructions(const Command& command) {
  std::string path = (std::filesystem::temp_directory_path() / "cloister-cachegrind-XXXXXX").string();
  const UniqueFd reserved(mkstemp(path.data()));
  if (!reserved) return fail_errno("write", path, errno);

  Command counted = command;
  counted.arguments.insert(counted.arguments.begin(),
                           {"valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=" + path});
  // Valgrind works in the same process, where it opens files and makes system calls that no run does.
  counted.environment.insert(
      counted.environment.end(),
      {{"ATEN_CPU_CAPABILITY", "avx2"}, {"MKL_ENABLE_INSTRUCTIONS", "AVX2"}, {"CLOISTER_WALLS", "off"}});
  const Result<Finished> finished = run_process(counted);
  Result<std::string> text = read_text_file(path, largest_output);
  unlink(path.c_str());
  if (!finished) {
    if (finished.error().code == ErrorCode::io) return not_installed();
    return Unexpected(finished.error());
  }
  if (!text) return Unexpected(text.error());
  return parse_cachegrind(*text);
}

}  // namespace cloister::bench
