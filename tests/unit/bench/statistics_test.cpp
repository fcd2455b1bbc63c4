#include "statistics.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace cloister::bench {
namespace {

TEST(Statistics, QuantilesInterpolateBetweenNeighbours) {
  const std::array samples{40.0, 10.0, 30.0, 20.0};
  EXPECT_DOUBLE_EQ(quantile(samples, 0), 10);
  EXPECT_DOUBLE_EQ(quantile(samples, 1), 40);
  EXPECT_DOUBLE_EQ(median(samples), 25);
  EXPECT_DOUBLE_EQ(quantile(samples, 0.25), 17.5);
  EXPECT_DOUBLE_EQ(minimum(samples), 10);
}

TEST(Statistics, OneSampleIsItsOwnIntervalAndQuantiles) {
  const std::array samples{3.0};
  EXPECT_DOUBLE_EQ(quantile(samples, 0.99), 3);
  const Interval interval = median_interval(samples);
  EXPECT_DOUBLE_EQ(interval.low, 3);
  EXPECT_DOUBLE_EQ(interval.high, 3);
}

TEST(Statistics, FewSamplesGiveTheirRange) {
  const std::array samples{1.0, 2.0, 3.0, 4.0, 5.0};
  const Interval interval = median_interval(samples);
  EXPECT_DOUBLE_EQ(interval.low, 1);
  EXPECT_DOUBLE_EQ(interval.high, 5);
}

TEST(Statistics, TheIntervalOfManySamplesIsNarrowAndRepeats) {
  std::vector<double> samples;
  for (int i = 0; i < 101; ++i) samples.push_back(i);
  const Interval interval = median_interval(samples);
  // Order statistics 40 and 60 bound the 95 % interval of the median of 101 samples.
  EXPECT_NEAR(interval.low, 40, 2);
  EXPECT_NEAR(interval.high, 60, 2);
  const Interval again = median_interval(samples);
  EXPECT_EQ(interval.low, again.low);
  EXPECT_EQ(interval.high, again.high);
}

TEST(Statistics, OverheadPairsRoundsSoThatDriftCancels) {
  // The machine slows down threefold meanwhile; the isolated program always takes 10 % more.
  const std::array native{1.0, 2.0, 3.0};
  const std::array isolated{1.1, 2.2, 3.3};
  const Overhead overhead = paired_overhead(native, isolated);
  EXPECT_NEAR(overhead.value, 0.1, 1e-12);
  EXPECT_NEAR(overhead.interval.low, 0.1, 1e-12);
  EXPECT_NEAR(overhead.interval.high, 0.1, 1e-12);
}

}  // namespace
}  // namespace cloister::bench
