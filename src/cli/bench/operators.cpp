#include "operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>

#include "case_guest.h"
#include "interrupt.h"
#include "process.h"
#include "statistics.h"

namespace cloister::bench {
namespace {

constexpr std::array<std::int64_t, 3> sizes{1, 1024, 1'048'576};

// Samples in nanoseconds a call.
struct Pair {
  std::vector<double> native, isolated;
};

// By operator and index of the size.
using Samples = std::map<std::string, std::array<Pair, sizes.size()>>;

// Calls that make one sample, by operator and size, so that both sides make the same.
using Counts = std::map<std::pair<std::string, std::int64_t>, std::int64_t>;

Result<void> sample_native(const std::string& program, const OperatorsOptions& options, std::size_t size,
                           Samples& samples, Counts& counts) {
  std::vector<std::string> arguments{program, std::to_string(sizes[size]), fmt::format("{}", options.seconds)};
  arguments.insert(arguments.end(), options.names.begin(), options.names.end());
  CLOISTER_TRY(const Finished finished,
               run_process({.arguments = std::move(arguments), .environment = {{"GLIBC_TUNABLES", allocator_remedy}}}));
  const auto parsed = nlohmann::json::parse(finished.output, nullptr, false);
  const auto is_sample = [](const nlohmann::json& value) {
    return value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number_integer();
  };
  if (!parsed.is_object() || !std::all_of(parsed.begin(), parsed.end(), is_sample))
    return fail(ErrorCode::bad_data, fmt::format("'{}' did not print the times of operators as JSON", program));
  for (const auto& [name, value] : parsed.items()) {
    samples[name][size].native.push_back(value[0].get<double>());
    counts[{name, sizes[size]}] = value[1].get<std::int64_t>();
  }
  return {};
}

Result<void> sample_isolated(CaseGuest& guest, std::size_t size, Samples& samples, const Counts& counts) {
  for (auto& [name, pairs] : samples) {
    CLOISTER_CHECK(check_interrupted());
    CLOISTER_TRY(const double seconds,
                 guest.seconds_each(name, counts.at({name, sizes[size]}), {"--elements", std::to_string(sizes[size])}));
    pairs[size].isolated.push_back(seconds * 1e9);
  }
  return {};
}

// What is left when the last round ended early: rounds that both sides finished.
void keep_whole_rounds(Samples& samples, std::size_t rounds) {
  for (auto& [name, pairs] : samples) {
    for (Pair& pair : pairs) {
      pair.native.resize(std::min(pair.native.size(), rounds));
      pair.isolated.resize(std::min(pair.isolated.size(), rounds));
    }
  }
}

void report_samples(Report& report, const Samples& samples) {
  Table table({"operator", "1: native", "more", "1,024: native", "more", "1,048,576: native", "times"});
  std::vector<double> extras, ratios;
  std::size_t in_proportion = 0;
  for (const auto& [name, pairs] : samples) {
    std::vector<std::string> row{name};
    for (std::size_t size = 0; size < sizes.size(); ++size) {
      const double native = minimum(pairs[size].native);
      const double isolated = minimum(pairs[size].isolated);
      const bool is_large = size + 1 == sizes.size();
      if (size == 0) extras.push_back(isolated - native);
      // A view does no more work for a million elements than for one: what is added is no share of anything.
      const bool is_view = is_large && native < 2 * minimum(pairs[0].native) + 1000;
      if (is_large && !is_view) ratios.push_back(isolated / native);
      if (is_large && (is_view ? isolated - native <= 150 : isolated / native <= 1.02)) ++in_proportion;
      row.push_back(duration(native * 1e-9));
      row.push_back(is_large ? fmt::format("{:.3f}", isolated / native) : fmt::format("{:+.0f} ns", isolated - native));
      const std::string prefix = fmt::format("operators.{}.{}.", name, sizes[size]);
      report.figure(prefix + "native_ns", native);
      report.figure(prefix + "isolated_ns", isolated);
      report.samples(prefix + "native_ns", pairs[size].native);
      report.samples(prefix + "isolated_ns", pairs[size].isolated);
    }
    table.add(std::move(row));
  }
  report.show("Operators: libtorch called directly, and by a guest; minima of CPU time a call", table);
  const auto share = [&](auto count) { return static_cast<double>(count) / static_cast<double>(samples.size()); };
  if (ratios.empty()) ratios.push_back(1);  // only views were asked for
  report.figure("operators.extra_median_ns", median(extras));
  report.figure("operators.extra_max_ns", quantile(extras, 1));
  report.figure("operators.extra_within_150_ns",
                share(std::count_if(extras.begin(), extras.end(), [](double ns) { return ns <= 150; })));
  report.figure("operators.ratio_median", median(ratios));
  report.figure("operators.ratio_max", quantile(ratios, 1));
  report.figure("operators.large_within_bar", share(in_proportion));
}

}  // namespace

Result<void> run_operators(const Locations& locations, const OperatorsOptions& options, Report& report) {
  report.options({{"rounds", options.rounds}, {"operators", options.names}, {"seconds", options.seconds}});
  host::HostOptions one_thread;
  one_thread.instances = 2;
  CLOISTER_TRY(const auto host, host::Host::create(one_thread));
  CLOISTER_CHECK(host->open_backend());
  CLOISTER_TRY(CaseGuest guest, CaseGuest::load(*host, locations, "operators"));
  CLOISTER_TRY(const std::string program, locations.program("native_operators"));
  CLOISTER_TRY(const std::vector<std::string> known, guest.names());
  for (const std::string& name : options.names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail(ErrorCode::invalid_argument,
                  fmt::format("there is no operator '{}'; docs/operator-list.md has their names", name));
  }
  Samples samples;
  Counts counts;
  std::size_t whole = 0;
  const auto round = [&]() -> Result<void> {
    for (std::size_t size = 0; size < sizes.size(); ++size) {
      CLOISTER_CHECK(check_interrupted());
      CLOISTER_CHECK(sample_native(program, options, size, samples, counts));
      CLOISTER_CHECK(sample_isolated(guest, size, samples, counts));
    }
    return {};
  };
  Result<void> ended;
  while (whole < static_cast<std::size_t>(options.rounds) && (ended = round())) ++whole;
  if (whole > 0) {
    keep_whole_rounds(samples, whole);
    report_samples(report, samples);
  }
  if (!ended) return ended;
  report.claim({.figure = "operators.extra_max_ns", .bar = 150, .basis = "1 element: CPU time a call, minima"});
  report.claim({.figure = "operators.ratio_max",
                .bar = 1.02,
                .basis = "1,048,576 elements, operators that do more work for them than for one: CPU time, minima"});
  return {};
}

}  // namespace cloister::bench
