// Line charts as SVG 1.1 files that need nothing else: no scripts, fonts or styles from outside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloister/cli/series.h"

namespace cloister::cli {

struct PlotLine {
  std::string name;
  const Series* series = nullptr;  // not null
};

// One chart: lines that share both axes.
struct PlotPanel {
  std::string title;
  std::vector<PlotLine> lines;
};

// The charts of a run: series whose names end in one word ("train-accuracy", "test/accuracy") share a panel.
[[nodiscard]] std::vector<PlotPanel> panels_of(const SeriesSet& series);

// Whether a panel shows a loss: its title contains the word.
[[nodiscard]] bool is_loss(const PlotPanel& panel);

// The panels below each other, 800 units wide. Horizontal: steps. A line goes through the means of its buckets, with
// the range of their points shaded behind it.
[[nodiscard]] std::string render_svg(const std::vector<PlotPanel>& panels);

// Round numbers that divide [low, high] into about `wanted` parts: 1, 2 or 5 times a power of ten apart, inside the
// range. REQUIRES: low < high, both finite; wanted > 0.
[[nodiscard]] std::vector<double> ticks(double low, double high, int wanted);

}  // namespace cloister::cli
