#include "cloister/cli/progress.h"

#include <gtest/gtest.h>

#include <limits>

namespace cloister::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Progress::Clock::time_point kStart{};

TEST(Progress, SaysEverythingWhereThereIsRoom) {
  Progress progress(kStart);
  progress.phase("training", 1000, kStart);
  for (int i = 1; i <= 42; ++i)
    progress.progress(static_cast<std::uint64_t>(i * 10), 32, kStart + milliseconds(100 * i));
  progress.scalar("loss", 0.21341);
  EXPECT_EQ(progress.line(kStart + milliseconds(4200), 100),
            "training  420/1,000  (42 %)  loss 0.2134  3,200 images/s  0:05 left");
}

TEST(Progress, TimeLeftRunsDownWhileTheGuestIsSilent) {
  Progress progress(kStart);
  progress.phase("training", 100, kStart);
  progress.progress(50, 0, kStart + seconds(10));
  EXPECT_EQ(progress.line(kStart + seconds(10), 100), "training  50/100  (50 %)  0:10 left");
  EXPECT_EQ(progress.line(kStart + seconds(14), 100), "training  50/100  (50 %)  0:06 left");
}

TEST(Progress, LeavesOutWhatMattersLeastInANarrowTerminal) {
  Progress progress(kStart);
  progress.phase("training", 1000, kStart);
  progress.progress(420, 32, kStart + seconds(1));
  progress.scalar("loss", 0.5);
  for (std::size_t width = 1; width < 80; ++width) EXPECT_LE(progress.line(kStart, width).size(), width);
  EXPECT_EQ(progress.line(kStart + seconds(1), 31), "training  420/1,000  loss 0.5");
  EXPECT_EQ(progress.line(kStart + seconds(1), 19), "training  420/1,000");
  EXPECT_EQ(progress.line(kStart + seconds(1), 5), "train");
}

TEST(Progress, WithoutTotalItCountsUp) {
  Progress progress(kStart);
  progress.phase("reading", std::nullopt, kStart);
  progress.progress(1234, 0, kStart + seconds(2));
  EXPECT_EQ(progress.line(kStart + seconds(2), 100), "reading  1,234  0:02");
}

TEST(Progress, PrefersTheLossAmongScalars) {
  Progress progress(kStart);
  progress.phase("p", std::nullopt, kStart);
  progress.scalar("rate", 1);
  EXPECT_NE(progress.line(kStart, 100).find("rate 1"), std::string::npos);
  progress.scalar("train/loss", 2);
  progress.scalar("rate", 3);
  EXPECT_NE(progress.line(kStart, 100).find("train/loss 2"), std::string::npos);
}

TEST(Progress, SurvivesNonsenseFromTheGuest) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  Progress progress(kStart);
  progress.phase(std::string(10'000, 'x') + "\x1b[2J", kMax, kStart);
  progress.progress(kMax, kMax, kStart + seconds(1));
  progress.progress(0, kMax, kStart + seconds(2));
  progress.progress(kMax, 1, kStart + seconds(2));
  progress.scalar("\x1b]0;title\x07", std::numeric_limits<double>::quiet_NaN());
  const std::string line = progress.line(kStart + seconds(3), 300);
  EXPECT_LE(line.size(), 300U);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find('\x07'), std::string::npos);
}

TEST(Progress, KeepsFewSamples) {
  // A guest that reports a million steps at once must not slow the line down or fill memory; the rate stays right.
  Progress progress(kStart);
  progress.phase("training", 2'000'000, kStart);
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) progress.progress(i, 1, kStart + std::chrono::microseconds(10 * i));
  EXPECT_EQ(progress.line(kStart + seconds(10), 100),
            "training  1,000,000/2,000,000  (50 %)  100,000 images/s  0:10 left");
}

}  // namespace
}  // namespace cloister::cli
