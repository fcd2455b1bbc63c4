// `cloister cache`: what the folder of machine code holds, and less of it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cloister/cli/cache.h"
#include "cloister/cli/command.h"
#include "cloister/cli/console.h"
#include "cloister/cli/quantity.h"
#include "cloister/cli/run_record.h"
#include "cloister/sandbox/code_folder.h"

namespace cloister::cli {
namespace {

using sandbox::CodeBound;
using sandbox::CodeEntry;

// A folder that cannot be used is a state of this machine, as it is for `run`.
ExitCode report_folder(const Error& error) { return report({ErrorCode::io, error.message}); }

ExitCode print(const std::string& text) {
  const auto written = write_fd(STDOUT_FILENO, text);
  return written ? ExitCode::ok : report(written.error());
}

Result<std::string> folder() {
  std::string path = cache_directory().string();
  if (path.empty()) return fail(ErrorCode::io, "there is no cache: set HOME, XDG_CACHE_HOME or CLOISTER_CACHE");
  return path;
}

std::string entries_text(std::uint64_t count, std::uint64_t bytes) {
  return fmt::format("{} {}, {}", grouped(count), count == 1 ? "entry" : "entries", bytes_text(bytes));
}

std::uint64_t total_bytes(const std::vector<CodeEntry>& entries) {
  std::uint64_t total = 0;
  for (const CodeEntry& entry : entries) total += entry.bytes;
  return total;
}

std::chrono::seconds age_of(const CodeEntry& entry) {
  const auto age = std::chrono::system_clock::now() - entry.used;
  return std::max(std::chrono::duration_cast<std::chrono::seconds>(age), std::chrono::seconds(0));
}

// An entry's name without ".code": what is told of it is only told apart by this.
std::string digest_of(const CodeEntry& entry) { return entry.name.substr(0, entry.name.find('.')); }

std::string to_text(const std::string& path, const std::vector<CodeEntry>& entries) {
  std::string text = fmt::format("{}: {}\n", path, entries_text(entries.size(), total_bytes(entries)));
  for (const CodeEntry& entry : entries) {
    text += fmt::format("{:.16}  {:>12}  used {} ago\n", digest_of(entry), bytes_text(entry.bytes),
                        age_text(age_of(entry)));
  }
  return text;
}

nlohmann::ordered_json to_json(const std::string& path, const std::vector<CodeEntry>& entries) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const CodeEntry& entry : entries) {
    list.push_back({{"digest", digest_of(entry)}, {"bytes", entry.bytes}, {"age_seconds", age_of(entry).count()}});
  }
  return {{"directory", path}, {"bytes", total_bytes(entries)}, {"entries", std::move(list)}};
}

ExitCode list(bool json) {
  const auto path = folder();
  if (!path) return report(path.error());
  const auto entries = sandbox::list_code(*path);
  if (!entries) return report_folder(entries.error());
  return print(json ? json_text(to_json(*path, *entries)) : to_text(*path, *entries));
}

ExitCode remove_beyond(const CodeBound& bound) {
  const auto path = folder();
  if (!path) return report(path.error());
  const auto evicted = sandbox::evict_code(*path, bound);
  if (!evicted) return report_folder(evicted.error());
  return print(fmt::format("{}: removed {}\n", *path, entries_text(evicted->entries, evicted->bytes)));
}

struct TrimFlags {
  std::string max_size = "1GiB";
  std::string max_age = "90d";
};

ExitCode trim(const TrimFlags& flags) {
  const auto bytes = parse_bytes(flags.max_size);
  if (!bytes) return report_usage(bytes.error());
  const auto age = parse_age(flags.max_age);
  if (!age) return report_usage(age.error());
  return remove_beyond({.bytes = *bytes, .age = *age});
}

void add_clear(CLI::App& cache, Action& action) {
  CLI::App* command = cache.add_subcommand("clear", "Remove every entry");
  command->footer("Example:\n  cloister cache clear");
  command->callback([&action] { action = [] { return remove_beyond({.bytes = 0}); }; });
}

void add_trim(CLI::App& cache, Action& action) {
  auto flags = std::make_shared<TrimFlags>();
  CLI::App* command = cache.add_subcommand("trim", "Remove what is old, then the least recently used beyond a size");
  command->add_option("--max-size", flags->max_size, "Keep at most this much: 512MiB (default 1GiB)")
      ->type_name("SIZE");
  command->add_option("--max-age", flags->max_age, "Keep what was used within: 12h, 30d (default 90d)")
      ->type_name("AGE");
  command->footer("Example:\n  cloister cache trim --max-size 512MiB --max-age 30d");
  command->callback([flags, &action] { action = [flags] { return trim(*flags); }; });
}

}  // namespace

void add_cache(CLI::App& app, Action& action) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("cache", "List the machine code that is kept between runs, or remove it");
  command->require_subcommand(0, 1);
  CLI::Option* as_json = command->add_flag("--json", *json, "Print the list as one JSON object");
  command->footer("Examples:\n  cloister cache\n  cloister cache trim --max-size 512MiB --max-age 30d");
  add_clear(*command, action);
  add_trim(*command, action);
  for (CLI::App* each : command->get_subcommands({})) each->excludes(as_json);
  // Called after that of the subcommand.
  command->callback([command, json, &action] {
    if (command->get_subcommands().empty()) action = [json] { return list(*json); };
  });
}

}  // namespace cloister::cli
