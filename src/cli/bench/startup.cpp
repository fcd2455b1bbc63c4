#include "startup.h"

#include <fmt/format.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "cloister/host/host.h"
#include "interrupt.h"
#include "startup_commands.h"
#include "statistics.h"

namespace cloister::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int burst_size = 100;

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

Error failure(const host::RunReport& report) { return {report.code, "the component 'empty' failed: " + report.error}; }

struct Alone {
  std::vector<double> ready_us;  // from the request to an instance whose code can be called
  std::vector<double> whole_us;  // to the end of its run and its removal
};

Result<Alone> one_after_another(host::Host& host, const host::Workload& workload, int count) {
  constexpr int warm_up = 50;
  host::RunObserver observer;
  Alone samples;
  for (int i = 0; i < warm_up + count; ++i) {
    CLOISTER_CHECK(check_interrupted());
    const auto start = Clock::now();
    auto instance = host.instantiate(workload, {}, observer);
    const auto ready = Clock::now();
    if (!instance) return Unexpected(std::move(instance).error());
    const host::RunReport report = (*instance)->run();
    if (report.status != host::RunStatus::ok) return Unexpected(failure(report));
    instance->reset();
    const auto end = Clock::now();
    if (i < warm_up) continue;
    samples.ready_us.push_back(microseconds(ready - start));
    samples.whole_us.push_back(microseconds(end - start));
  }
  return samples;
}

// 100 threads wait for one signal, then each makes an instance; all 100 live until the last is ready. A sample is the
// time from the signal to a thread's instance being ready: it holds the waking and scheduling of 100 threads.
Result<std::vector<double>> burst(host::Host& host, const host::Workload& workload) {
  std::vector<double> ready_us(burst_size);
  std::atomic<bool> released = false;
  Clock::time_point release;
  std::barrier<> waiting(burst_size + 1);
  std::barrier<> all_ready(burst_size);
  std::mutex mutex;
  std::optional<Error> error;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < burst_size; ++i) {
      threads.emplace_back([&, i] {
        host::RunObserver observer;
        waiting.arrive_and_wait();
        released.wait(false);
        auto instance = host.instantiate(workload, {}, observer);
        ready_us[static_cast<std::size_t>(i)] = microseconds(Clock::now() - release);
        all_ready.arrive_and_wait();
        if (instance) {
          const host::RunReport report = (*instance)->run();
          if (report.status == host::RunStatus::ok) return;
          const std::lock_guard lock(mutex);
          error = failure(report);
        } else {
          const std::lock_guard lock(mutex);
          error = instance.error();
        }
      });
    }
    waiting.arrive_and_wait();
    // Threads pass from the barrier to the signal meanwhile.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    release = Clock::now();
    released = true;
    released.notify_all();
  }
  if (error) return Unexpected(*std::move(error));
  return ready_us;
}

void add_row(Table& table, const std::string& what, const std::vector<double>& samples, double unit) {
  table.add({what, duration(median(samples) * unit), duration(quantile(samples, 0.99) * unit),
             std::to_string(samples.size())});
}

// By how much `more` exceeds `less`, pair by pair, so that drift of the machine cancels; its interval is a detail.
void add_difference(const std::string& figure, const std::vector<double>& more, const std::vector<double>& less,
                    Report& report) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < more.size(); ++i) differences.push_back(more[i] - less[i]);
  const Interval interval = median_interval(differences);
  report.figure(figure, median(differences));
  report.samples(figure, differences);
  report.detail(figure + "_interval", {interval.low, interval.high});
}

Result<void> measure_bursts(host::Host& host, const host::Workload& workload, int count, Report& report, Table& table) {
  std::vector<double> all, p99s, p50s;
  for (int i = 0; i <= count; ++i) {
    CLOISTER_CHECK(check_interrupted());
    CLOISTER_TRY(const std::vector<double> samples, burst(host, workload));
    if (i == 0) continue;  // the first burst touches the pool's slots for the first time
    all.insert(all.end(), samples.begin(), samples.end());
    p50s.push_back(median(samples));
    p99s.push_back(quantile(samples, 0.99));
  }
  report.figure("startup.burst100_p50_us", median(p50s));
  report.figure("startup.burst100_p99_us", median(p99s));
  report.samples("startup.burst100_us", all);
  report.claim({.figure = "startup.burst100_p99_us",
                .bar = 5000,
                .basis = "wall time, median over bursts of the 99th percentile"});
  add_row(table, "new instance, 100 at once", all, 1e-6);
  return {};
}

// Each part is reported when it is whole.
Result<void> measure(const Locations& locations, const StartupOptions& options, host::Host& host,
                     const host::Workload& workload, Report& report, Table& table) {
  CLOISTER_TRY(const Alone alone, one_after_another(host, workload, options.instances));
  report.figure("startup.instance_p50_us", median(alone.ready_us));
  report.figure("startup.instance_p99_us", quantile(alone.ready_us, 0.99));
  report.figure("startup.instance_run_drop_p50_us", median(alone.whole_us));
  report.samples("startup.instance_us", alone.ready_us);
  report.samples("startup.instance_run_drop_us", alone.whole_us);
  report.claim({.figure = "startup.instance_p50_us", .bar = 30, .basis = "wall time, median"});
  add_row(table, "new instance, alone", alone.ready_us, 1e-6);
  add_row(table, "new instance, run, drop", alone.whole_us, 1e-6);

  CLOISTER_CHECK(measure_bursts(host, workload, options.bursts, report, table));

  CLOISTER_TRY(const CommandTimes commands, time_commands(locations, options.commands));
  report.figure("startup.command_ms", median(commands.whole));
  report.samples("startup.command_ms", commands.whole);
  report.claim({.figure = "startup.command_ms", .bar = 150, .basis = "wall time of the process, median"});
  add_row(table, "cloister run empty.wasm", commands.whole, 1e-3);
  add_difference("startup.walls_ms", commands.whole, commands.unwalled, report);
  add_difference("startup.isolate_process_ms", commands.isolated, commands.whole, report);
  report.claim({.figure = "startup.walls_ms", .bar = 5, .basis = "wall time, median of paired differences"});
  add_row(table, "the same without walls", commands.unwalled, 1e-3);
  add_row(table, "the same with --isolate process", commands.isolated, 1e-3);
  return {};
}

}  // namespace

Result<void> run_startup(const Locations& locations, const StartupOptions& options, Report& report) {
  report.options({{"instances", options.instances}, {"bursts", options.bursts}, {"commands", options.commands}});
  CLOISTER_CHECK(locations.program("cloister"));
  CLOISTER_TRY(const std::string component, locations.component("empty"));
  host::HostOptions host_options;
  host_options.instances = burst_size + 4;
  CLOISTER_TRY(const auto host, host::Host::create(host_options));
  CLOISTER_TRY(const host::Workload workload, host->load(std::filesystem::path(component)));
  Table table({"what", "median", "99 %", "samples"});
  const Result<void> ended = measure(locations, options, *host, workload, report, table);
  report.show("Time to guest code", table);
  return ended;
}

}  // namespace cloister::bench
