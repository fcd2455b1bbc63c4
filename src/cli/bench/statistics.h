// Medians, intervals and paired ratios of timed samples.
#pragma once

#include <span>

namespace cloister::bench {

// The value below which a share `q` (0 to 1) of the samples lies, with linear interpolation between neighbours
// (Hyndman and Fan 1996, type 7). REQUIRES: samples is not empty.
[[nodiscard]] double quantile(std::span<const double> samples, double q);
[[nodiscard]] double median(std::span<const double> samples);
[[nodiscard]] double minimum(std::span<const double> samples);

struct Interval {
  double low = 0;
  double high = 0;
};

// 95 % confidence interval of the median: percentile bootstrap (Efron 1979), 10,000 resamples from a fixed seed, so the
// same samples always give the same interval. With fewer than six samples it is their range, which covers the median
// with probability 1 - 2^(1-n) only. REQUIRES: samples is not empty.
[[nodiscard]] Interval median_interval(std::span<const double> samples);

// What `isolated` costs over `native`, as a fraction.
struct Overhead {
  double value = 0;
  Interval interval;
};

// The median of isolated[i] / native[i], less one, with its interval. Samples of one index come from the same round,
// so drift of the machine cancels. REQUIRES: both of one length, at least 1; positive.
[[nodiscard]] Overhead paired_overhead(std::span<const double> native, std::span<const double> isolated);

}  // namespace cloister::bench
