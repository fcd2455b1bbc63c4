#include "cloister/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "cloister/cli/quantity.h"
#include "cloister/cli/sanitize.h"

namespace cloister::cli {
namespace {

constexpr std::chrono::seconds kRateWindow{5};
constexpr std::chrono::milliseconds kSampleSpacing{100};
constexpr std::size_t kMaxName = 64;

struct Part {
  std::string text;
  int rank;  // 0 stays longest
};

std::string join(const std::vector<Part>& parts) {
  std::string line;
  for (const Part& part : parts) {
    if (!line.empty()) line += "  ";
    line += part.text;
  }
  return line;
}

std::string rate_text(double rate) {
  if (rate >= 100) return grouped(static_cast<std::uint64_t>(std::min(rate, 1e15)));
  return fmt::format("{:.1f}", rate);
}

}  // namespace

void Progress::phase(std::string_view name, std::optional<std::uint64_t> total, Clock::time_point now) {
  phase_ = single_line(name.substr(0, kMaxName));
  total_ = total;
  phase_start_ = now;
  done_ = 0;
  items_ = 0;
  samples_.clear();
  samples_.push_back({now, 0, 0});
}

void Progress::progress(std::uint64_t done, std::uint64_t items, Clock::time_point now) {
  if (samples_.empty()) samples_.push_back({phase_start_, 0, 0});
  // A guest that starts anew, or goes back, gets no negative rate.
  if (done < done_) {
    samples_.clear();
    items_ = 0;
  } else if (std::uint64_t more = 0;
             __builtin_mul_overflow(done - done_, items, &more) || __builtin_add_overflow(items_, more, &items_)) {
    items_ = 0;
    samples_.clear();
  }
  done_ = done;
  const Sample sample{now, done_, items_};
  if (samples_.size() >= 2 && now - samples_[samples_.size() - 2].time < kSampleSpacing) {
    samples_.back() = sample;
  } else {
    samples_.push_back(sample);
  }
  while (samples_.size() > 2 && now - samples_[1].time > kRateWindow) samples_.pop_front();
}

void Progress::scalar(std::string_view name, double value) {
  const bool is_loss = name.find("loss") != std::string_view::npos;
  if (scalar_is_loss_ && !is_loss) return;  // the loss is what a person watches
  scalar_is_loss_ = is_loss;
  if (scalar_name_ != name) scalar_name_ = name.substr(0, kMaxName);
  scalar_value_ = value;
}

std::optional<Progress::Rate> Progress::rate() const {
  if (samples_.size() < 2) return std::nullopt;
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  const double seconds = std::chrono::duration<double>(last.time - first.time).count();
  if (seconds <= 0 || last.done == first.done) return std::nullopt;
  return Rate{static_cast<double>(last.done - first.done) / seconds,
              static_cast<double>(last.items - first.items) / seconds};
}

std::string Progress::line(Clock::time_point now, std::size_t width) const {
  std::vector<Part> parts;
  parts.push_back({phase_, 0});
  if (total_ && *total_ > 0) {
    const double share = 100.0 * static_cast<double>(std::min(done_, *total_)) / static_cast<double>(*total_);
    parts.push_back({fmt::format("{}/{}", grouped(done_), grouped(*total_)), 1});
    parts.push_back({fmt::format("({:.0f} %)", std::floor(share)), 4});
  } else if (done_ > 0) {
    parts.push_back({grouped(done_), 1});
  }
  if (!scalar_name_.empty()) parts.push_back({fmt::format("{} {:.4g}", single_line(scalar_name_), scalar_value_), 2});
  const std::optional<Rate> speed = rate();
  if (speed && speed->items > 0) parts.push_back({fmt::format("{} images/s", rate_text(speed->items)), 5});
  if (speed && total_ && *total_ > done_) {
    const double left = static_cast<double>(*total_ - done_) / speed->steps;
    const double since = std::chrono::duration<double>(now - samples_.back().time).count();
    parts.push_back({fmt::format("{} left", clock_text(std::chrono::duration<double>(left - since))), 3});
  } else {
    parts.push_back({clock_text(now - phase_start_), 3});
  }
  while (parts.size() > 1 && join(parts).size() > width) {
    parts.erase(
        std::max_element(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.rank < b.rank; }));
  }
  return join(parts).substr(0, width);
}

}  // namespace cloister::cli
