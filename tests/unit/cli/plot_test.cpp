#include "cloister/cli/plot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "occurrences.h"

namespace cloister::cli {
namespace {

TEST(Ticks, AreRoundAndInside) {
  EXPECT_EQ(ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(ticks(0, 1000, 8), (std::vector<double>{0, 200, 400, 600, 800, 1000}));
  EXPECT_EQ(ticks(-3, 4, 5), (std::vector<double>{-2, 0, 2, 4}));
}

TEST(Ticks, HoldForAnyRange) {
  for (const auto& [low, high] : {std::pair{1e-300, 2e-300}, {-1e300, 1e300}, {1e9, 1e9 + 1}, {0.0, 5e-324}}) {
    for (const double tick : ticks(low, high, 5)) {
      EXPECT_GE(tick, low - (high - low) * 1e-6);
      EXPECT_LE(tick, high + (high - low) * 1e-6);
    }
    EXPECT_LE(ticks(low, high, 5).size(), 12U);
  }
}

TEST(Plot, GroupsSeriesByTheEndOfTheirNames) {
  SeriesSet set;
  set.add("train-accuracy", 1, 0.5);
  set.add("test/accuracy", 1, 0.4);
  set.add("loss", 1, 2);
  set.add("learning-rate", 1, 2);
  const auto panels = panels_of(set);
  ASSERT_EQ(panels.size(), 3U);
  EXPECT_EQ(panels[0].title, "learning-rate");
  EXPECT_EQ(panels[1].title, "loss");
  EXPECT_TRUE(is_loss(panels[1]));
  EXPECT_EQ(panels[2].title, "accuracy");
  EXPECT_FALSE(is_loss(panels[2]));
  EXPECT_EQ(panels[2].lines.size(), 2U);
}

TEST(Plot, DrawsLinesAxesAndLegend) {
  SeriesSet set;
  for (std::uint64_t i = 0; i < 100; ++i) set.add("loss", i, 1.0 / (1.0 + static_cast<double>(i)));
  const std::string svg = render_svg(panels_of(set));
  EXPECT_EQ(svg.rfind("<svg xmlns=", 0), 0U);
  EXPECT_EQ(occurrences(svg, "<path class=\"line\""), 2U);  // the line and its key in the legend
  EXPECT_NE(svg.find(">step</text>"), std::string::npos);
  EXPECT_NE(svg.find("loss  100 points, last 0.01"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Plot, ShadesTheRangeOfALongSeries) {
  SeriesSet set;
  for (std::uint64_t i = 0; i < 5000; ++i) set.add("loss", i, i % 2 == 0 ? 1 : 2);
  EXPECT_NE(render_svg(panels_of(set)).find("fill-opacity"), std::string::npos);
}

TEST(Plot, SurvivesDegenerateSeries) {
  constexpr double kMax = std::numeric_limits<double>::max();
  SeriesSet set;
  set.add("one", 5, 3);
  set.add("constant", 0, 7);
  set.add("constant", 1, 7);
  set.add("huge", 0, -kMax);
  set.add("huge", std::numeric_limits<std::uint64_t>::max(), kMax);
  set.add("nothing", 0, std::numeric_limits<double>::quiet_NaN());
  const std::string svg = render_svg(panels_of(set));
  EXPECT_EQ(occurrences(svg, "class=\"title\""), 4U);
  EXPECT_EQ(svg.find("\"nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos) << svg.substr(svg.find("inf") - 80, 120);
  EXPECT_EQ(occurrences(svg, "not finite"), 1U);
}

TEST(Plot, EscapesNamesOfGuests) {
  SeriesSet set;
  set.add("<script>\x1b&\"", 0, 1);
  const std::string svg = render_svg(panels_of(set));
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos);
}

}  // namespace
}  // namespace cloister::cli
