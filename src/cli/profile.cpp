#include "cloister/cli/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "cloister/cli/quantity.h"
#include "cloister/cli/sanitize.h"

namespace cloister::cli {
namespace {

using Json = nlohmann::ordered_json;
using Key = std::pair<std::string_view, bool>;

double seconds(host::Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::uint64_t all_ticks(const host::Profile& profile) {
  std::uint64_t sum = 0;
  for (const host::ProfileEntry& entry : profile.entries) sum += entry.ticks;
  return sum;
}

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

// "1.23 s", "45.6 ms", "789 us": three digits.
std::string time_text(double time) {
  if (time <= 0) return "0";
  if (time >= 1) return fmt::format("{:.{}f} s", time, time >= 100 ? 0 : time >= 10 ? 1 : 2);
  if (time >= 1e-3) return fmt::format("{:.{}f} ms", time * 1e3, time >= 0.1 ? 0 : time >= 0.01 ? 1 : 2);
  return fmt::format("{:.{}f} us", time * 1e6, time >= 1e-4 ? 0 : time >= 1e-5 ? 1 : 2);
}

std::vector<host::CallCount> by_time(std::vector<host::CallCount> calls) {
  std::stable_sort(calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.time > b.time; });
  return calls;
}

}  // namespace

std::vector<FunctionTime> function_times(const host::Profile& profile) {
  struct Sum {
    std::uint64_t self = 0, total = 0;
    std::map<std::string_view, std::uint64_t> lines;
  };
  std::map<Key, Sum> sums;
  // Callers of the entry at hand, outermost first. Ticks go to all of them, once to each function.
  std::vector<Key> stack;
  for (const host::ProfileEntry& entry : profile.entries) {
    stack.resize(std::min<std::size_t>(stack.size(), entry.depth));
    stack.emplace_back(entry.function, entry.host);
    Sum& own = sums[stack.back()];
    own.self += entry.ticks;
    if (entry.ticks == 0) continue;
    own.lines[entry.line] += entry.ticks;
    for (const Key& key : std::set<Key>(stack.begin(), stack.end())) sums[key].total += entry.ticks;
  }
  std::vector<FunctionTime> times;
  for (const auto& [key, sum] : sums) {
    const auto most = std::max_element(sum.lines.begin(), sum.lines.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    times.push_back({single_line(key.first), key.second,
                     most == sum.lines.end() ? std::string() : single_line(most->first), sum.self, sum.total});
  }
  std::stable_sort(times.begin(), times.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.self, a.total) > std::tie(b.self, b.total); });
  return times;
}

std::string profile_table(const host::RunReport& report, std::size_t rows) {
  const host::Profile& profile = *report.profile;
  const double wall = seconds(report.wall);
  std::string text;
  const auto out = std::back_inserter(text);
  const auto more = [&](std::size_t count) {
    if (count > rows) fmt::format_to(out, "  and {} more, in profile.json\n", grouped(count - rows));
  };

  const std::vector<host::CallCount> calls = by_time(report.calls);
  fmt::format_to(out, "Time in operators and other host functions, of {}:\n", time_text(wall));
  fmt::format_to(out, "  {:>11} {:>10} {:>10} {:>6}  {}\n", "calls", "total", "mean", "share", "function");
  for (std::size_t i = 0; i < std::min(rows, calls.size()); ++i) {
    const double time = seconds(calls[i].time);
    fmt::format_to(out, "  {:>11} {:>10} {:>10} {:>5.1f}%  {}\n", grouped(calls[i].calls), time_text(time),
                   time_text(time / static_cast<double>(calls[i].calls)), 100 * share(time, wall), calls[i].function);
  }
  more(calls.size());

  std::vector<FunctionTime> functions = function_times(profile);
  std::erase_if(functions, [](const FunctionTime& time) { return time.host; });
  const double every = seconds(profile.every);
  const auto ticks = static_cast<double>(all_ticks(profile));
  fmt::format_to(out, "Time in guest functions, of {} samples of {}:\n", grouped(all_ticks(profile)), time_text(every));
  fmt::format_to(out, "  {:>10} {:>6} {:>10} {:>6}  {}\n", "self", "share", "total", "share", "function");
  for (std::size_t i = 0; i < std::min(rows, functions.size()); ++i) {
    const FunctionTime& function = functions[i];
    const auto self = static_cast<double>(function.self), total = static_cast<double>(function.total);
    fmt::format_to(out, "  {:>10} {:>5.1f}% {:>10} {:>5.1f}%  {}{}{}\n", time_text(every * self),
                   100 * share(self, ticks), time_text(every * total), 100 * share(total, ticks), function.function,
                   function.line.empty() ? "" : " at ", function.line);
  }
  more(functions.size());
  return text;
}

Json profile_json(const host::RunReport& report) {
  const host::Profile& profile = *report.profile;
  const double every = seconds(profile.every), wall = seconds(report.wall);
  Json json;
  json["seconds"] = wall;
  json["every_seconds"] = every;
  json["ticks"] = all_ticks(profile);
  json["operators"] = Json::array();
  for (const host::CallCount& call : by_time(report.calls)) {
    const double time = seconds(call.time);
    json["operators"].push_back({{"function", call.function},
                                 {"calls", call.calls},
                                 {"seconds", time},
                                 {"mean_seconds", time / static_cast<double>(call.calls)},
                                 {"share", share(time, wall)}});
  }
  json["functions"] = Json::array();
  for (const FunctionTime& function : function_times(profile)) {
    json["functions"].push_back({{"function", function.function},
                                 {"host", function.host},
                                 {"line", function.line.empty() ? Json() : Json(function.line)},
                                 {"self_ticks", function.self},
                                 {"total_ticks", function.total}});
  }
  json["stacks"] = Json::array();
  for (const host::ProfileEntry& entry : profile.entries) {
    json["stacks"].push_back({{"depth", entry.depth},
                              {"function", single_line(entry.function)},
                              {"host", entry.host},
                              {"line", entry.line.empty() ? Json() : Json(single_line(entry.line))},
                              {"ticks", entry.ticks}});
  }
  return json;
}

}  // namespace cloister::cli
