#include "cloister/cli/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "cloister/cli/sanitize.h"

namespace cloister::cli {
namespace {

constexpr double kMargin = 16;
constexpr double kTitleHeight = 40;
constexpr double kGap = 8;        // between labels and cells
constexpr double kCharacter = 7;  // a wide guess of a character's width at 12 units
constexpr double kLine = 14;      // from one line of text to the next
constexpr double kLargestCell = 56, kSmallestCell = 4, kWantedSide = 720;
// More cells than these say nothing when they are pointed at: files stay within a few MB.
constexpr std::size_t kMostTitles = 4096;

using Out = std::back_insert_iterator<std::string>;

struct Label {
  std::string text;  // escaped for XML
  double width = 0;  // a guess
};

std::vector<Label> labels_of(const std::vector<std::string>& raw) {
  std::vector<Label> labels;
  labels.reserve(raw.size());
  for (const std::string& text : raw) {
    const std::string line = single_line(text);
    const auto characters = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
    labels.push_back({xml_text(line), kCharacter * static_cast<double>(characters)});
  }
  return labels;
}

double widest(const std::vector<Label>& labels) {
  double width = 0;
  for (const Label& label : labels) width = std::max(width, label.width);
  return width;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  // Counts in full, all else to four digits.
  return std::abs(value) < 1e6 && value == std::round(value) ? fmt::format("{:.0f}", value + 0.0)
                                                             : fmt::format("{:.4g}", value);
}

// From white to a hue that dark text cannot be read on.
struct Shade {
  std::string fill;
  bool is_dark = false;
};

Shade shade_of(double value, double largest) {
  if (!std::isfinite(value)) return {"#bbb", false};
  constexpr std::array<double, 3> kBlue{0x08, 0x45, 0x94}, kOrange{0xA6, 0x36, 0x03};
  const double share = largest > 0 ? std::abs(value) / largest : 0;
  const auto& hue = value < 0 ? kOrange : kBlue;
  const auto mixed = [&](std::size_t i) { return static_cast<unsigned>(std::lround(255 + share * (hue[i] - 255))); };
  return {fmt::format("#{:02x}{:02x}{:02x}", mixed(0), mixed(1), mixed(2)), share > 0.55};
}

struct Layout {
  double cell = 0, left = 0, top = 0, width = 0, height = 0;
  bool turned = false;  // the columns' labels stand upright
  std::size_t label_step = 1;
};

Layout layout_of(const std::vector<Label>& rows, const std::vector<Label>& columns, double title_width) {
  Layout layout;
  const std::size_t side = std::max({rows.size(), columns.size(), std::size_t{1}});
  layout.cell = std::clamp(std::floor(kWantedSide / static_cast<double>(side)), kSmallestCell, kLargestCell);
  layout.label_step = static_cast<std::size_t>(std::ceil(kLine / layout.cell));
  layout.turned = widest(columns) + 4 > layout.cell;
  layout.left = kMargin + widest(rows) + kGap;
  layout.top = kTitleHeight + (layout.turned ? widest(columns) : kLine) + kGap;
  const double drawn = layout.left + layout.cell * static_cast<double>(columns.size());
  layout.width = std::max({drawn, kMargin + title_width}) + kMargin;
  layout.height = layout.top + layout.cell * static_cast<double>(rows.size()) + kMargin;
  return layout;
}

void draw_labels(const Layout& layout, const std::vector<Label>& rows, const std::vector<Label>& columns, Out out) {
  const auto middle = [&](double start, std::size_t i) { return start + layout.cell * (static_cast<double>(i) + 0.5); };
  for (std::size_t i = 0; i < rows.size(); i += layout.label_step) {
    fmt::format_to(out, "<text class=\"row\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", layout.left - kGap,
                   middle(layout.top, i) + 4, rows[i].text);
  }
  for (std::size_t i = 0; i < columns.size(); i += layout.label_step) {
    const double x = middle(layout.left, i) + (layout.turned ? 4 : 0);
    const double y = layout.top - kGap;
    const std::string turn = layout.turned ? fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", x, y) : "";
    fmt::format_to(out, "<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n",
                   layout.turned ? "column" : "middle", x, y, turn, columns[i].text);
  }
}

void draw_cells(const Layout& layout, const Matrix& matrix, const std::vector<Label>& rows,
                const std::vector<Label>& columns, Out out) {
  double largest = 0;
  for (const double value : matrix.values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  const bool has_titles = matrix.values.size() <= kMostTitles;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < columns.size(); ++column) {
      const double value = matrix.at(row, column);
      const Shade shade = shade_of(value, largest);
      const double x = layout.left + layout.cell * static_cast<double>(column);
      const double y = layout.top + layout.cell * static_cast<double>(row);
      const std::string number = number_text(value);
      fmt::format_to(out, "<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2:.1f}\" height=\"{2:.1f}\" fill=\"{3}\"", x, y,
                     layout.cell, shade.fill);
      if (has_titles) {
        fmt::format_to(out, "><title>{}, {}: {}</title></rect>\n", rows[row].text, columns[column].text, number);
      } else {
        fmt::format_to(out, "/>\n");
      }
      if (kCharacter * static_cast<double>(number.size()) > layout.cell - 2 || layout.cell < kLine) continue;
      fmt::format_to(out, "<text class=\"middle{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                     shade.is_dark ? " light"
                     : value == 0  ? " faint"
                                   : "",
                     x + layout.cell / 2, y + layout.cell / 2 + 4, number);
    }
  }
}

}  // namespace

std::string render_heat_map(std::string_view name, const Matrix& matrix) {
  const std::vector<Label> rows = labels_of(matrix.rows), columns = labels_of(matrix.columns);
  const std::string title = xml_text(name);
  const std::string size = fmt::format("{} rows, {} columns", rows.size(), columns.size());
  // The title is larger than the labels.
  const Layout layout = layout_of(rows, columns, 1.4 * kCharacter * static_cast<double>(name.size() + size.size() + 2));
  std::string body;
  draw_labels(layout, rows, columns, std::back_inserter(body));
  draw_cells(layout, matrix, rows, columns, std::back_inserter(body));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"t d\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
      "width=\"{0:.0f}\" height=\"{1:.0f}\">\n"
      "<title id=\"t\">{2}</title>\n<desc id=\"d\">A heat map of {3}.</desc>\n"
      "<style>text{{font:12px sans-serif;fill:#222}}.title{{font-size:15px;font-weight:bold}}"
      ".row{{text-anchor:end}}.column{{text-anchor:start}}.middle{{text-anchor:middle}}.light{{fill:#fff}}.faint{{fill:"
      "#767676}}"
      "rect{{stroke:#ddd;stroke-width:0.5}}</style>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
      "<text x=\"{4}\" y=\"24\"><tspan class=\"title\">{2}</tspan> {3}</text>\n{5}</svg>\n",
      std::ceil(layout.width), std::ceil(layout.height), title, size, kMargin, body);
}

std::map<std::string, std::string, std::less<>> heat_map_files(const MatrixSet& matrices) {
  std::map<std::string, std::string, std::less<>> files;
  std::set<std::string> taken;
  for (const auto& [name, matrix] : matrices.all()) {
    std::string stem = name;
    std::replace(stem.begin(), stem.end(), '/', '_');
    std::string file = stem + ".svg";
    for (int number = 2; !taken.insert(file).second; ++number) file = fmt::format("{}-{}.svg", stem, number);
    files.emplace(name, file);
  }
  return files;
}

}  // namespace cloister::cli
