#include "cloister/cli/run_monitor.h"

#include <utility>

namespace cloister::cli {
namespace {

// On a terminal tick() comes often enough; elsewhere lines are few.
constexpr std::chrono::seconds kLineSpacing{3};
constexpr std::size_t kLineWidth = 200;

}  // namespace

RunMonitor::RunMonitor(Console& console, MetricsLog metrics, std::function<void()> start, std::function<void()> stop)
    : console_(console),
      metrics_(std::move(metrics)),
      start_(std::move(start)),
      stop_(std::move(stop)),
      progress_(Progress::Clock::now()),
      shown_(Progress::Clock::now()) {}

void RunMonitor::started() {
  start_();
  const std::lock_guard lock(mutex_);
  keep(metrics_.start_over(""));
}

void RunMonitor::phase(std::string_view name, std::optional<std::uint64_t> total) {
  const std::lock_guard lock(mutex_);
  progress_.phase(name, total, Progress::Clock::now());
  has_news_ = true;
}

void RunMonitor::progress(std::uint64_t done, std::uint64_t items) {
  const std::lock_guard lock(mutex_);
  progress_.progress(done, items, Progress::Clock::now());
  has_news_ = true;
}

void RunMonitor::scalar(std::string_view name, std::uint64_t step, double value) {
  const std::lock_guard lock(mutex_);
  progress_.scalar(name, value);
  series_.add(name, step, value);
  metrics_.add(name, step, value);
  if (metrics_.is_full()) flush();
  has_news_ = true;
}

void RunMonitor::matrix(std::string_view name, const host::MatrixView& matrix) {
  Matrix kept(matrix);
  const std::lock_guard lock(mutex_);
  metrics_.add(name, kept);
  if (metrics_.is_full()) flush();
  matrices_.add(name, std::move(kept));
}

void RunMonitor::guest_output(host::GuestStream stream, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  console_.guest(stream, bytes);
}

Result<std::string> RunMonitor::recorded() {
  const std::lock_guard lock(mutex_);
  return metrics_.text();
}

Result<void> RunMonitor::take_up(std::string_view recorded) {
  SeriesSet series;
  MatrixSet matrices;
  CLOISTER_CHECK(all_metrics(
      recorded,
      {.point = [&](std::string_view name, std::uint64_t step, double value) { series.add(name, step, value); },
       .matrix = [&](std::string_view name, Matrix matrix) { matrices.add(name, std::move(matrix)); }}));
  const std::lock_guard lock(mutex_);
  CLOISTER_CHECK(metrics_.start_over(recorded));
  series_ = std::move(series);
  matrices_ = std::move(matrices);
  return {};
}

void RunMonitor::tick() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  flush();
  show(Progress::Clock::now());
}

void RunMonitor::say(std::string_view sentence) {
  if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) {
    console_.say(sentence);
  } else {
    complain(sentence);
  }
}

Result<void> RunMonitor::finish() {
  const std::lock_guard lock(mutex_);
  flush();
  console_.finish();
  if (failure_) return Unexpected(*failure_);
  return {};
}

void RunMonitor::flush() {
  if (!failure_) keep(metrics_.flush());
}

void RunMonitor::keep(Result<void> written) {
  if (written || failure_) return;
  failure_ = std::move(written).error();
  stop_();
}

void RunMonitor::show(Progress::Clock::time_point now) {
  if (!console_.ready()) return;
  if (console_.live()) {
    console_.draw(progress_.line(now, console_.width()));
  } else if (has_news_ && (!has_shown_ || now - shown_ >= kLineSpacing)) {
    console_.say(progress_.line(now, kLineWidth));
    shown_ = now;
    has_shown_ = true;
    has_news_ = false;
  }
}

}  // namespace cloister::cli
