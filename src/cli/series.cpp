#include "cloister/cli/series.h"

#include <algorithm>
#include <cmath>

namespace cloister::cli {
namespace {

void absorb(SeriesBucket& bucket, const SeriesBucket& next) {
  bucket.last_step = next.last_step;
  bucket.sum += next.sum;
  bucket.min = std::min(bucket.min, next.min);
  bucket.max = std::max(bucket.max, next.max);
  bucket.count += next.count;
}

}  // namespace

void Series::add(std::uint64_t step, double value) {
  ++count_;
  last_ = value;
  if (!std::isfinite(value)) {
    ++not_finite_;
    return;
  }
  const auto at = static_cast<double>(step);
  const SeriesBucket point{.step = at, .last_step = at, .sum = value, .min = value, .max = value, .count = 1};
  if (!buckets_.empty() && buckets_.back().count < stride_) {
    absorb(buckets_.back(), point);
    return;
  }
  if (buckets_.size() == kMaxBuckets) {
    for (std::size_t i = 0; i < kMaxBuckets / 2; ++i) {
      buckets_[i] = buckets_[2 * i];
      absorb(buckets_[i], buckets_[2 * i + 1]);
    }
    buckets_.resize(kMaxBuckets / 2);
    stride_ *= 2;
  }
  buckets_.push_back(point);
}

bool SeriesSet::add(std::string_view name, std::uint64_t step, double value) {
  auto found = series_.find(name);
  if (found == series_.end()) {
    if (series_.size() == kMaxSeries) {
      is_whole_ = false;
      return false;
    }
    found = series_.emplace(std::string(name), Series{}).first;
  }
  found->second.add(step, value);
  return true;
}

}  // namespace cloister::cli
