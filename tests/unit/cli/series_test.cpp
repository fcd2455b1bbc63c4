#include "cloister/cli/series.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cloister::cli {
namespace {

TEST(Series, KeepsEveryPointOfAShortOne) {
  Series series;
  for (std::uint64_t i = 0; i < Series::kMaxBuckets; ++i) series.add(i, static_cast<double>(i));
  ASSERT_EQ(series.buckets().size(), Series::kMaxBuckets);
  EXPECT_EQ(series.buckets()[17].step, 17);
  EXPECT_EQ(series.buckets()[17].mean(), 17);
}

TEST(Series, MergesALongOneWithoutLosingExtremes) {
  constexpr std::uint64_t kPoints = 100'000;
  Series series;
  double sum = 0;
  for (std::uint64_t i = 0; i < kPoints; ++i) {
    const double value = i == 54'321 ? 1000 : std::sin(static_cast<double>(i));
    sum += value;
    series.add(i, value);
  }
  EXPECT_LE(series.buckets().size(), Series::kMaxBuckets);
  EXPECT_GT(series.buckets().size(), Series::kMaxBuckets / 4);
  std::uint64_t count = 0;
  double bucket_sum = 0;
  double highest = 0;
  double last_step = -1;
  for (const SeriesBucket& bucket : series.buckets()) {
    EXPECT_GT(bucket.step, last_step);
    last_step = bucket.last_step;
    count += bucket.count;
    bucket_sum += bucket.sum;
    highest = std::max(highest, bucket.max);
  }
  EXPECT_EQ(count, kPoints);
  EXPECT_EQ(last_step, kPoints - 1);
  EXPECT_EQ(highest, 1000);
  EXPECT_NEAR(bucket_sum, sum, 1e-6);
}

TEST(Series, CountsWhatIsNotFinite) {
  Series series;
  series.add(0, std::numeric_limits<double>::quiet_NaN());
  series.add(1, std::numeric_limits<double>::infinity());
  series.add(2, 3);
  EXPECT_EQ(series.not_finite(), 2U);
  EXPECT_EQ(series.count(), 3U);
  EXPECT_EQ(series.buckets().size(), 1U);
}

TEST(SeriesSet, TakesNoMoreSeriesThanItsBound) {
  SeriesSet set;
  for (std::size_t i = 0; i < SeriesSet::kMaxSeries; ++i) EXPECT_TRUE(set.add("s" + std::to_string(i), 0, 1));
  EXPECT_TRUE(set.is_whole());
  EXPECT_FALSE(set.add("one more", 0, 1));
  EXPECT_FALSE(set.is_whole());
  EXPECT_TRUE(set.add("s0", 1, 1));
  EXPECT_EQ(set.all().size(), SeriesSet::kMaxSeries);
}

}  // namespace
}  // namespace cloister::cli
