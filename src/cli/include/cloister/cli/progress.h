// How far a run is, in one line: "training  420/1,000 (42 %)  loss 0.2134  9,120 images/s  0:12 left".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace cloister::cli {

// What a guest said about its progress, and the line that says it. Time is an argument, so that tests can choose it.
// Names come from guests: they are made harmless here. Thread safety: none.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Progress(Clock::time_point start) : phase_start_(start) {}

  void phase(std::string_view name, std::optional<std::uint64_t> total, Clock::time_point now);
  void progress(std::uint64_t done, std::uint64_t items, Clock::time_point now);
  void scalar(std::string_view name, double value);

  // The line, of at most `width` columns: what matters least is left out first.
  [[nodiscard]] std::string line(Clock::time_point now, std::size_t width) const;

 private:
  struct Sample {
    Clock::time_point time;
    std::uint64_t done = 0;
    std::uint64_t items = 0;  // samples of the phase so far
  };
  // Steps and samples a second over the last seconds; nothing before two samples.
  struct Rate {
    double steps = 0;
    double items = 0;
  };
  [[nodiscard]] std::optional<Rate> rate() const;

  std::string phase_ = "starting";
  std::optional<std::uint64_t> total_;
  Clock::time_point phase_start_;
  std::uint64_t done_ = 0;
  std::uint64_t items_ = 0;
  std::deque<Sample> samples_;
  std::string scalar_name_;
  double scalar_value_ = 0;
  bool scalar_is_loss_ = false;
};

}  // namespace cloister::cli
