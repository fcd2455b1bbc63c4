#include "call_count.h"

namespace cloister::host {
namespace {

std::vector<std::string_view>& names() {
  static std::vector<std::string_view> list;
  return list;
}

}  // namespace

std::size_t register_function(std::string_view name) {
  if (names().size() < kMaxFunctions) names().push_back(name);
  return names().size() - 1;
}

void CallCounts::start_trace(std::unique_ptr<CallTrace> trace) {
  trace_ = std::move(trace);
  timed_ = true;
}

void CallCounts::Scope::begin() {
  if (counts_.trace_) counts_.trace_->begin();
  start_ = std::chrono::steady_clock::now();
}

void CallCounts::Scope::end() {
  const auto duration = std::chrono::steady_clock::now() - start_;
  counts_.entries_[index_].time += duration;
  if (counts_.trace_) counts_.trace_->end(names()[index_], start_, duration);
}

std::uint64_t CallCounts::total() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < names().size(); ++i) {
    if (!names()[i].ends_with(".drop")) sum += entries_[i].calls;
  }
  return sum;
}

CallCounts::Sum CallCounts::sum() const {
  Sum sum;
  for (const Entry& entry : entries_) {
    sum.calls += entry.calls;
    sum.time += entry.time;
  }
  return sum;
}

std::vector<CallCount> CallCounts::list() const {
  std::vector<CallCount> counts;
  for (std::size_t i = 0; i < names().size(); ++i) {
    if (entries_[i].calls > 0) counts.push_back({names()[i], entries_[i].calls, entries_[i].time});
  }
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.function < b.function; });
  return counts;
}

}  // namespace cloister::host
