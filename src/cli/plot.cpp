#include "cloister/cli/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "cloister/cli/sanitize.h"

namespace cloister::cli {
namespace {

constexpr double kWidth = 800;
constexpr double kPanelHeight = 340;
constexpr double kLeft = 76;
constexpr double kRight = 24;
constexpr double kTop = 40;
constexpr double kBottom = 52;
constexpr double kLegendRow = 18;
constexpr int kRowTicks = 5;
constexpr int kColumnTicks = 8;

// Okabe and Ito's palette: colour-blind readers can tell the lines apart.
constexpr std::array<std::string_view, 7> kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                   "#E69F00", "#56B4E9", "#000000"};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // A range that can be divided by: not empty, not a single point, and without overflow.
  void settle() {
    constexpr double kLargest = 1e300;
    if (low > high) *this = {0, 1};
    low = std::clamp(low, -kLargest, kLargest);
    high = std::clamp(high, -kLargest, kLargest);
    const double least = std::max(std::abs(low) * 1e-9, 1e-300);
    if (high - low < least) {
      const double room = std::max(std::abs(low) * 0.05, 1e-6);
      low -= room;
      high += room;
    }
  }
  // From tick to tick, so that no line runs along the frame.
  void widen(int wanted) {
    const std::vector<double> at = ticks(low, high, wanted);
    if (at.size() < 2) return;
    const double spacing = at[1] - at[0];
    low = std::floor(low / spacing) * spacing;
    high = std::ceil(high / spacing) * spacing;
  }
};

// Where a panel's values fall on the page.
struct Frame {
  Range x, y;
  double top, bottom;
  [[nodiscard]] double column(double step) const {
    return kLeft + (std::clamp(step, x.low, x.high) - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double row(double value) const {
    return bottom - (std::clamp(value, y.low, y.high) - y.low) / (y.high - y.low) * (bottom - top);
  }
};

using Out = std::back_insert_iterator<std::string>;

void draw_axes(const Frame& frame, Out out) {
  for (const double value : ticks(frame.y.low, frame.y.high, kRowTicks)) {
    const double row = frame.row(value);
    fmt::format_to(out, "<path class=\"grid\" d=\"M{} {:.1f}H{}\"/>\n", kLeft, row, kWidth - kRight);
    fmt::format_to(out, "<text class=\"y\" x=\"{}\" y=\"{:.1f}\">{:.6g}</text>\n", kLeft - 8, row + 4, value);
  }
  for (const double step : ticks(frame.x.low, frame.x.high, kColumnTicks)) {
    const double column = frame.column(step);
    fmt::format_to(out, "<path class=\"axis\" d=\"M{:.1f} {:.1f}v5\"/>\n", column, frame.bottom);
    fmt::format_to(out, "<text class=\"x\" x=\"{:.1f}\" y=\"{:.1f}\">{:.10g}</text>\n", column, frame.bottom + 20,
                   step);
  }
  fmt::format_to(out, "<path class=\"axis\" d=\"M{} {:.1f}V{:.1f}H{}\"/>\n", kLeft, frame.top, frame.bottom,
                 kWidth - kRight);
  fmt::format_to(out, "<text class=\"x\" x=\"{:.1f}\" y=\"{:.1f}\">step</text>\n", (kLeft + kWidth - kRight) / 2,
                 frame.bottom + 40);
}

void draw_line(const Frame& frame, const Series& series, std::string_view colour, Out out) {
  const std::vector<SeriesBucket>& buckets = series.buckets();
  if (buckets.empty()) return;
  if (buckets.size() == 1) {
    fmt::format_to(out, "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", frame.column(buckets[0].step),
                   frame.row(buckets[0].mean()), colour);
    return;
  }
  const bool has_range = std::any_of(buckets.begin(), buckets.end(), [](const auto& b) { return b.count > 1; });
  if (has_range) {
    fmt::format_to(out, "<path fill=\"{}\" fill-opacity=\"0.18\" d=\"", colour);
    char command = 'M';
    for (const SeriesBucket& bucket : buckets) {
      fmt::format_to(out, "{}{:.1f} {:.1f}", std::exchange(command, 'L'), frame.column(bucket.step),
                     frame.row(bucket.max));
    }
    for (auto bucket = buckets.rbegin(); bucket != buckets.rend(); ++bucket) {
      fmt::format_to(out, "L{:.1f} {:.1f}", frame.column(bucket->step), frame.row(bucket->min));
    }
    fmt::format_to(out, "Z\"/>\n");
  }
  fmt::format_to(out, "<path class=\"line\" stroke=\"{}\" d=\"", colour);
  char command = 'M';
  for (const SeriesBucket& bucket : buckets) {
    fmt::format_to(out, "{}{:.1f} {:.1f}", std::exchange(command, 'L'), frame.column(bucket.step),
                   frame.row(bucket.mean()));
  }
  fmt::format_to(out, "\"/>\n");
}

std::string legend_text(const PlotLine& line) {
  const Series& series = *line.series;
  std::string text = fmt::format("{}  {} point{}, last {:.4g}", line.name, series.count(),
                                 series.count() == 1 ? "" : "s", series.last());
  if (series.not_finite() > 0) text += fmt::format(", {} not finite", series.not_finite());
  return text;
}

// Draws one panel from `top` down and returns where it ends.
double draw_panel(const PlotPanel& panel, double top, Out out) {
  Frame frame{};
  for (const PlotLine& line : panel.lines) {
    for (const SeriesBucket& bucket : line.series->buckets()) {
      frame.x.include(bucket.step);
      frame.x.include(bucket.last_step);
      frame.y.include(bucket.min);
      frame.y.include(bucket.max);
    }
  }
  frame.x.settle();
  frame.y.settle();
  frame.y.widen(kRowTicks);
  frame.top = top + kTop;
  frame.bottom = top + kPanelHeight - kBottom;
  fmt::format_to(out, "<text class=\"title\" x=\"{}\" y=\"{:.1f}\">{}</text>\n", kLeft, top + 24,
                 xml_text(panel.title));
  draw_axes(frame, out);
  for (std::size_t i = 0; i < panel.lines.size(); ++i) {
    draw_line(frame, *panel.lines[i].series, kColours[i % kColours.size()], out);
  }
  double row = top + kPanelHeight;
  for (std::size_t i = 0; i < panel.lines.size(); ++i, row += kLegendRow) {
    fmt::format_to(out, "<path class=\"line\" stroke=\"{}\" d=\"M{} {:.1f}h24\"/>\n", kColours[i % kColours.size()],
                   kLeft, row);
    fmt::format_to(out, "<text x=\"{}\" y=\"{:.1f}\">{}</text>\n", kLeft + 32, row + 4,
                   xml_text(legend_text(panel.lines[i])));
  }
  return row + 12;
}

}  // namespace

std::vector<PlotPanel> panels_of(const SeriesSet& series) {
  std::vector<PlotPanel> panels;
  for (const auto& [name, points] : series.all()) {
    const std::string title = name.substr(name.find_last_of("/-_.") + 1);
    auto panel = std::find_if(panels.begin(), panels.end(), [&](const PlotPanel& p) { return p.title == title; });
    if (panel == panels.end()) panel = panels.insert(panels.end(), PlotPanel{title, {}});
    panel->lines.push_back({name, &points});
  }
  for (PlotPanel& panel : panels) {
    if (panel.lines.size() == 1) panel.title = panel.lines.front().name;
  }
  return panels;
}

bool is_loss(const PlotPanel& panel) { return panel.title.find("loss") != std::string::npos; }

std::vector<double> ticks(double low, double high, int wanted) {
  const double raw = (high - low) / wanted;
  const double magnitude = std::pow(10.0, std::floor(std::log10(raw)));
  double spacing = 10 * magnitude;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * magnitude >= raw) {
      spacing = factor * magnitude;
      break;
    }
  }
  std::vector<double> at;
  if (!(spacing > 0) || !std::isfinite(spacing)) return at;
  const double first = std::ceil(low / spacing - 1e-9);
  for (int i = 0; i <= 2 * wanted; ++i) {
    const double value = (first + i) * spacing;
    if (value > high + spacing * 1e-9) break;
    at.push_back(value == 0 ? 0 : value);  // not -0
  }
  return at;
}

std::string render_svg(const std::vector<PlotPanel>& panels) {
  std::string body;
  double bottom = 0;
  for (const PlotPanel& panel : panels) bottom = draw_panel(panel, bottom, std::back_inserter(body));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" height=\"{1:.0f}\">\n"
      "<style>text{{font:12px sans-serif;fill:#222}}.title{{font-size:15px;font-weight:bold}}"
      ".x{{text-anchor:middle}}.y{{text-anchor:end}}.grid{{stroke:#ddd;fill:none}}.axis{{stroke:#222;fill:none}}"
      ".line{{fill:none;stroke-width:1.6;stroke-linejoin:round}}</style>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{2}</svg>\n",
      kWidth, std::max(bottom, 1.0), body);
}

}  // namespace cloister::cli
