#include "boundary.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <limits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "interrupt.h"
#include "process.h"
#include "statistics.h"

namespace cloister::bench {
namespace {

constexpr std::int64_t bulk_bytes = std::int64_t{64} << 20;
constexpr int repeats = 5;  // of a case in a round
constexpr std::string_view operator_prefix = "op.";

// CPU time of the calling thread.
double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The component `boundary` in this process.
class Guest {
 public:
  static Result<Guest> load(host::Host& host, const Locations& locations) {
    CLOISTER_TRY(const std::string component, locations.component("boundary"));
    CLOISTER_TRY(host::Workload workload, host.load(std::filesystem::path(component)));
    return Guest(host, std::move(workload));
  }

  Result<host::RunReport> run(std::vector<std::string> arguments, host::RunObserver& observer, bool time_calls) {
    host::RunRequest request;
    request.arguments = std::move(arguments);
    request.limits.egress_bytes = std::numeric_limits<std::uint64_t>::max();
    request.time_calls = time_calls;
    CLOISTER_TRY(host::RunReport report, host_->run(workload_, request, observer));
    if (report.status != host::RunStatus::ok)
      return fail(report.code, fmt::format("the component 'boundary' failed: {}", report.error));
    return report;
  }

  // Mean seconds of one of `count` repetitions: CPU time of the guest's thread, since nothing of it waits.
  Result<double> seconds_each(const std::string& name, std::int64_t count) {
    host::RunObserver observer;
    CLOISTER_TRY(const host::RunReport report,
                 run({"--case", name, "--count", std::to_string(count)}, observer, false));
    return timed_phase(report) / static_cast<double>(count);
  }

  // The same, but only what is spent outside the host function, while each call is timed.
  Result<double> seconds_outside_each(const std::string& name, std::int64_t count) {
    host::RunObserver observer;
    CLOISTER_TRY(const host::RunReport report, run({"--case", name, "--count", std::to_string(count)}, observer, true));
    return (std::chrono::duration<double>(report.wall - report.instantiate - report.call_time).count()) /
           static_cast<double>(count);
  }

  // The operators that the component knows, without their prefix.
  Result<std::vector<std::string>> operators() {
    struct Lines : host::RunObserver {
      std::string text;
      void guest_output(host::GuestStream /*stream*/, std::string_view bytes) override { text += bytes; }
    } lines;
    CLOISTER_TRY(const host::RunReport report, run({"--case", "list"}, lines, false));
    std::vector<std::string> names;
    for (std::string_view rest = lines.text; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      if (rest.starts_with(operator_prefix))
        names.emplace_back(rest.substr(operator_prefix.size(), end - operator_prefix.size()));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return names;
  }

 private:
  Guest(host::Host& host, host::Workload workload) : host_(&host), workload_(std::move(workload)) {}

  static double timed_phase(const host::RunReport& report) {
    for (const host::PhaseTime& phase : report.phases)
      if (phase.name == "timed") return std::chrono::duration<double>(phase.cpu).count();
    return 0;
  }

  host::Host* host_;
  host::Workload workload_;
};

// Copies one block of 64 MiB to another, again and again: what moving bytes costs at best.
class Memcpy {
 public:
  double seconds() {
    constexpr int count = 8;
    const double start = thread_seconds();
    for (int i = 0; i < count; ++i) {
      std::memcpy(to_.data(), from_.data(), from_.size());
      // The compiler must believe that somebody reads the copy.
      asm volatile("" : : "r"(to_.data()) : "memory");
    }
    return (thread_seconds() - start) / count;
  }

 private:
  std::vector<char> from_ = std::vector<char>(bulk_bytes, 1);
  std::vector<char> to_ = std::vector<char>(bulk_bytes, 2);
};

struct Series {
  std::string name;  // of the figure
  std::string guest_case;
  std::int64_t count;
  std::vector<double> seconds{};
};

Result<void> sample(Guest& guest, Series& series) {
  for (int i = 0; i < repeats; ++i) {
    CLOISTER_TRY(const double seconds, guest.seconds_each(series.guest_case, series.count));
    series.seconds.push_back(seconds);
  }
  return {};
}

std::vector<double> scaled(const std::vector<double>& values, double factor) {
  std::vector<double> result = values;
  for (double& value : result) value *= factor;
  return result;
}

// memcpy's time over the guest's, round by round: 1 is as fast as memcpy.
std::vector<double> speeds(const std::vector<double>& memcpy_seconds, const std::vector<double>& guest_seconds) {
  std::vector<double> result;
  for (std::size_t i = 0; i < memcpy_seconds.size(); ++i) result.push_back(memcpy_seconds[i] / guest_seconds[i]);
  return result;
}

// Samples in nanoseconds a call, by operator.
using Operators = std::map<std::string, std::vector<double>>;

Result<void> sample_native(const std::string& program, int calls, Operators& operators) {
  CLOISTER_TRY(const Finished finished, run_process({.arguments = {program, std::to_string(calls)}}));
  const auto parsed = nlohmann::json::parse(finished.output, nullptr, false);
  if (!parsed.is_object())
    return fail(ErrorCode::bad_data, fmt::format("'{}' did not print the times of operators as JSON", program));
  for (const auto& [name, nanoseconds] : parsed.items())
    if (nanoseconds.is_number()) operators[name].push_back(nanoseconds.get<double>());
  return {};
}

void report_calls(Report& report, const std::vector<Series>& all) {
  Table table({"call", "median", "minimum", "95 % of the median"});
  for (const Series& series : all) {
    const std::vector<double> ns = scaled(series.seconds, 1e9);
    const Interval interval = median_interval(ns);
    table.add({series.guest_case, fmt::format("{:.1f} ns", median(ns)), fmt::format("{:.1f} ns", minimum(ns)),
               fmt::format("{:.1f} .. {:.1f}", interval.low, interval.high)});
    report.figure("boundary." + series.name + "_ns", median(ns));
    report.figure("boundary." + series.name + "_min_ns", minimum(ns));
    report.samples("boundary." + series.name + "_ns", ns);
  }
  report.show("Guest -> C++ host function -> guest", table);
}

struct Bulk {
  std::vector<double> memcpy_seconds, in_seconds, out_seconds;
};

Result<void> sample(Guest& guest, Memcpy& memcpy, Bulk& bulk) {
  constexpr std::int64_t count = 8;
  for (int i = 0; i < 2; ++i) {
    const double before = memcpy.seconds();
    CLOISTER_TRY(const double in, guest.seconds_each("bytes-in", count));
    CLOISTER_TRY(const double out, guest.seconds_each("bytes-out", count));
    bulk.memcpy_seconds.push_back((before + memcpy.seconds()) / 2);
    bulk.in_seconds.push_back(in);
    bulk.out_seconds.push_back(out);
  }
  return {};
}

void report_bulk(Report& report, const Bulk& bulk) {
  const std::vector<double> in = speeds(bulk.memcpy_seconds, bulk.in_seconds);
  const std::vector<double> out = speeds(bulk.memcpy_seconds, bulk.out_seconds);
  Table table({"64 MiB", "median", "GB/s", "of memcpy"});
  const auto row = [&](const char* what, const std::vector<double>& seconds, double share) {
    table.add({what, duration(median(seconds)), fmt::format("{:.1f}", bulk_bytes / median(seconds) / 1e9),
               fmt::format("{:.2f}", share)});
  };
  row("memcpy beside it", bulk.memcpy_seconds, 1);
  row("guest -> host", bulk.in_seconds, median(in));
  row("host -> guest", bulk.out_seconds, median(out));
  report.show("Bulk data", table);
  report.figure("boundary.bulk_in_vs_memcpy", median(in));
  report.figure("boundary.bulk_out_vs_memcpy", median(out));
  report.samples("boundary.memcpy_s", bulk.memcpy_seconds);
  report.samples("boundary.bulk_in_s", bulk.in_seconds);
  report.samples("boundary.bulk_out_s", bulk.out_seconds);
}

void report_operators(Report& report, const Operators& native, const Operators& isolated) {
  Table table({"operator, 1 element", "native ns", "isolated ns", "more"});
  std::vector<double> extras;
  for (const auto& [name, samples] : isolated) {
    const auto direct = native.find(name);
    if (direct == native.end()) continue;
    const double native_ns = median(direct->second);
    const double isolated_ns = median(samples);
    extras.push_back(isolated_ns - native_ns);
    table.add({name, fmt::format("{:.0f}", native_ns), fmt::format("{:.0f}", isolated_ns),
               fmt::format("{:+.0f}", extras.back())});
    report.figure(fmt::format("boundary.operator.{}.native_ns", name), native_ns);
    report.figure(fmt::format("boundary.operator.{}.isolated_ns", name), isolated_ns);
    report.samples(fmt::format("boundary.operator.{}.native_ns", name), direct->second);
    report.samples(fmt::format("boundary.operator.{}.isolated_ns", name), samples);
  }
  if (extras.empty()) return;
  report.figure("boundary.operator_extra_ns", median(extras));
  report.show("Operators: libtorch called directly, and by a guest", table);
}

// What the rounds measure again and again.
struct Rounds {
  std::vector<Series> calls = {{.name = "call", .guest_case = "call", .count = 500'000},
                               {.name = "one_handle", .guest_case = "one-handle", .count = 500'000},
                               {.name = "two_handles", .guest_case = "two-handles", .count = 200'000}};
  Bulk bulk;
  Memcpy memcpy;
  std::vector<std::string> names;  // of operators
  std::string native_program;
  Operators native, isolated;

  Result<void> measure(Guest& guest, bool with_operators) {
    constexpr int operator_calls = 5000;
    for (Series& series : calls) {
      CLOISTER_CHECK(check_interrupted());
      CLOISTER_CHECK(sample(guest, series));
    }
    CLOISTER_CHECK(sample(guest, memcpy, bulk));
    if (!with_operators) return {};
    CLOISTER_CHECK(sample_native(native_program, operator_calls, native));
    for (const std::string& name : names) {
      CLOISTER_CHECK(check_interrupted());
      CLOISTER_TRY(const double seconds, guest.seconds_each(std::string(operator_prefix) + name, operator_calls));
      isolated[name].push_back(seconds * 1e9);
    }
    return {};
  }
};

host::HostOptions one_thread() {
  host::HostOptions options;
  options.instances = 2;
  return options;
}

}  // namespace

Result<BoundaryPrices> measure_prices(host::Host& host, const Locations& locations) {
  CLOISTER_TRY(Guest guest, Guest::load(host, locations));
  constexpr std::int64_t calls = 200'000;
  std::vector<double> call, outside, in, out;
  for (int i = 0; i < repeats; ++i) {
    CLOISTER_TRY(const double call_seconds, guest.seconds_each("two-handles", calls));
    CLOISTER_TRY(const double outside_seconds, guest.seconds_outside_each("two-handles", calls));
    CLOISTER_TRY(const double in_seconds, guest.seconds_each("bytes-in", 4));
    CLOISTER_TRY(const double out_seconds, guest.seconds_each("bytes-out", 4));
    call.push_back(call_seconds);
    outside.push_back(outside_seconds);
    in.push_back(in_seconds);
    out.push_back(out_seconds);
  }
  return BoundaryPrices{.call_seconds = median(call),
                        .timed_outside_seconds = median(outside),
                        .in_bytes_per_second = bulk_bytes / median(in),
                        .out_bytes_per_second = bulk_bytes / median(out)};
}

Result<void> run_boundary(const Locations& locations, const BoundaryOptions& options, Report& report) {
  report.options({{"rounds", options.rounds}, {"operators", options.operators}});
  CLOISTER_TRY(const auto host, host::Host::create(one_thread()));
  CLOISTER_CHECK(host->open_backend());
  CLOISTER_TRY(Guest guest, Guest::load(*host, locations));
  Rounds rounds;
  if (options.operators) {
    CLOISTER_TRY(rounds.names, guest.operators());
    CLOISTER_TRY(rounds.native_program, locations.program("native_operators"));
  }
  Result<void> ended;
  int whole = 0;
  while (whole < options.rounds && (ended = rounds.measure(guest, options.operators))) ++whole;
  if (whole > 0) {
    report_calls(report, rounds.calls);
    report_bulk(report, rounds.bulk);
    if (options.operators) report_operators(report, rounds.native, rounds.isolated);
  }
  if (!ended) return ended;
  report.claim({.figure = "boundary.call_ns", .bar = 40, .basis = "CPU time a call, median"});
  report.claim({.figure = "boundary.two_handles_ns", .bar = 100, .basis = "CPU time a call, median"});
  report.claim({.figure = "boundary.bulk_in_vs_memcpy",
                .bound = Claim::Bound::at_least,
                .bar = 0.7,
                .basis = "CPU time beside memcpy's"});
  report.claim({.figure = "boundary.bulk_out_vs_memcpy",
                .bound = Claim::Bound::at_least,
                .bar = 0.7,
                .basis = "CPU time beside memcpy's"});
  return {};
}

}  // namespace cloister::bench
