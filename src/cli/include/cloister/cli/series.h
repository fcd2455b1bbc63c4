// Scalar series of a run in bounded memory, for plots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cloister::cli {

// A run of neighbouring points, summarised.
struct SeriesBucket {
  double step = 0;  // of the first point
  double last_step = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  std::uint64_t count = 0;
  [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
};

// Any number of points in at most kMaxBuckets buckets: whenever they are full, neighbours are merged. Points that are
// not finite are counted and left out. Thread safety: none.
class Series {
 public:
  static constexpr std::size_t kMaxBuckets = 1024;

  void add(std::uint64_t step, double value);
  [[nodiscard]] const std::vector<SeriesBucket>& buckets() const { return buckets_; }
  [[nodiscard]] std::uint64_t not_finite() const { return not_finite_; }
  // Of all points, also those that are not finite; last() needs one.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double last() const { return last_; }

 private:
  std::vector<SeriesBucket> buckets_;
  std::uint64_t stride_ = 1;  // points in a full bucket
  std::uint64_t count_ = 0;
  std::uint64_t not_finite_ = 0;
  double last_ = 0;
};

// All series of a run by name. A guest chooses the names, so only the first kMaxSeries are kept. Thread safety: none.
class SeriesSet {
 public:
  static constexpr std::size_t kMaxSeries = 64;

  // Whether the series is kept.
  bool add(std::string_view name, std::uint64_t step, double value);
  [[nodiscard]] const std::map<std::string, Series, std::less<>>& all() const { return series_; }
  // Whether all were kept.
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  std::map<std::string, Series, std::less<>> series_;
  bool is_whole_ = true;
};

}  // namespace cloister::cli
