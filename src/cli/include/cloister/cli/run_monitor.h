// What a run says while it goes on: to the console, to metrics.jsonl and into the plots.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "cloister/base/result.h"
#include "cloister/cli/console.h"
#include "cloister/cli/matrix.h"
#include "cloister/cli/metrics_log.h"
#include "cloister/cli/progress.h"
#include "cloister/cli/series.h"
#include "cloister/host/host.h"

namespace cloister::cli {

// Thread safety: the observer's functions on the run's thread, the others on any other.
class RunMonitor : public host::RunObserver {
 public:
  // `stop` is called once, on the run's thread or in tick(), when points can no longer be written: a run whose record
  // is lost must not go on. `console` must outlive the monitor.
  // `start` is called on the run's thread when the guest is about to start; then the points of an interrupted run go.
  RunMonitor(Console& console, MetricsLog metrics, std::function<void()> start, std::function<void()> stop);

  void started() override;
  void phase(std::string_view name, std::optional<std::uint64_t> total) override;
  void progress(std::uint64_t done, std::uint64_t items) override;
  void scalar(std::string_view name, std::uint64_t step, double value) override;
  void matrix(std::string_view name, const host::MatrixView& matrix) override;
  void guest_output(host::GuestStream stream, std::string_view bytes) override;

  Result<std::string> recorded() override;
  Result<void> take_up(std::string_view recorded) override;

  // Draws what is due and writes points; to be called about ten times a second. Never waits for the guest: when the
  // run's thread is busy printing, it does nothing; nor for whoever reads the progress.
  void tick();
  // Says a sentence between the guest's lines; without order when the run's thread is busy printing.
  void say(std::string_view sentence);

  // After the run: ends the line, writes the last points. Errors: io, the first one of metrics.jsonl.
  Result<void> finish();
  // REQUIRES: after finish().
  [[nodiscard]] const SeriesSet& series() const { return series_; }
  // REQUIRES: after finish().
  [[nodiscard]] const MatrixSet& matrices() const { return matrices_; }

 private:
  void flush();
  void keep(Result<void> written);
  void show(Progress::Clock::time_point now);

  std::mutex mutex_;
  Console& console_;
  MetricsLog metrics_;
  std::function<void()> start_;
  std::function<void()> stop_;
  std::optional<Error> failure_;
  Progress progress_;
  SeriesSet series_;
  MatrixSet matrices_;
  Progress::Clock::time_point shown_;
  bool has_shown_ = false;
  bool has_news_ = false;
};

}  // namespace cloister::cli
