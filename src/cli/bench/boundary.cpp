#include "boundary.h"

#include <fmt/format.h>

#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

#include "case_guest.h"
#include "interrupt.h"
#include "statistics.h"

namespace cloister::bench {
namespace {

constexpr std::int64_t bulk_bytes = std::int64_t{64} << 20;
constexpr int repeats = 5;  // of a case in a round

// CPU time of the calling thread.
double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

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

Result<void> sample(CaseGuest& guest, Series& series) {
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

Result<void> sample(CaseGuest& guest, Memcpy& memcpy, Bulk& bulk) {
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

// What the rounds measure again and again.
struct Rounds {
  std::vector<Series> calls = {{.name = "call", .guest_case = "call", .count = 500'000},
                               {.name = "one_handle", .guest_case = "one-handle", .count = 500'000},
                               {.name = "two_handles", .guest_case = "two-handles", .count = 200'000}};
  Bulk bulk;
  Memcpy memcpy;

  Result<void> measure(CaseGuest& guest) {
    for (Series& series : calls) {
      CLOISTER_CHECK(check_interrupted());
      CLOISTER_CHECK(sample(guest, series));
    }
    return sample(guest, memcpy, bulk);
  }
};

host::HostOptions one_thread() {
  host::HostOptions options;
  options.instances = 2;
  return options;
}

}  // namespace

Result<BoundaryPrices> measure_prices(host::Host& host, const Locations& locations) {
  CLOISTER_TRY(CaseGuest guest, CaseGuest::load(host, locations, "boundary"));
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
  report.options({{"rounds", options.rounds}});
  CLOISTER_TRY(const auto host, host::Host::create(one_thread()));
  CLOISTER_CHECK(host->open_backend());
  CLOISTER_TRY(CaseGuest guest, CaseGuest::load(*host, locations, "boundary"));
  Rounds rounds;
  Result<void> ended;
  int whole = 0;
  while (whole < options.rounds && (ended = rounds.measure(guest))) ++whole;
  if (whole > 0) {
    report_calls(report, rounds.calls);
    report_bulk(report, rounds.bulk);
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
