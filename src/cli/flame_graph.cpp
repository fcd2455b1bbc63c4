#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <vector>

#include "cloister/cli/profile.h"
#include "cloister/cli/sanitize.h"

namespace cloister::cli {
namespace {

constexpr double kWidth = 1200;
constexpr double kMargin = 12;
constexpr double kRow = 18;
constexpr double kTop = 64;
constexpr double kNarrowest = 0.3;  // of a box that is drawn
constexpr double kCharacter = 6.6;  // width of one in a box, monospaced at 11 units
constexpr std::size_t kDeepest = 256;
// Okabe and Ito's orange and sky blue, lightened: dark text reads well on both.
constexpr std::string_view kGuest = "#f3c56b", kHost = "#9fd4f3";

struct Box {
  const host::ProfileEntry* entry;
  double left = 0;          // in ticks
  std::uint64_t ticks = 0;  // with what it calls
};

// Entries with their places: callers before what they call.
std::vector<Box> boxes_of(const host::Profile& profile) {
  std::vector<Box> boxes;
  std::vector<std::size_t> open;  // callers of the entry at hand
  for (const host::ProfileEntry& entry : profile.entries) {
    open.resize(std::min<std::size_t>(open.size(), entry.depth));
    open.push_back(boxes.size());
    boxes.push_back({&entry});
    for (const std::size_t caller : open) boxes[caller].ticks += entry.ticks;
  }
  // Own time comes first in a box, then what it calls, in order.
  std::vector<double> next{0};
  for (Box& box : boxes) {
    const std::size_t depth = std::min<std::size_t>(box.entry->depth, next.size() - 1);
    next.resize(depth + 1);
    box.left = next[depth];
    next[depth] += static_cast<double>(box.ticks);
    next.push_back(box.left + static_cast<double>(box.entry->ticks));
  }
  return boxes;
}

// As many characters as fit, whole ones of UTF-8.
std::string fitting(const std::string& text, double width) {
  const auto room = static_cast<std::ptrdiff_t>(width / kCharacter);
  const auto is_first = [](char c) { return (c & 0xC0) != 0x80; };
  if (std::count_if(text.begin(), text.end(), is_first) <= room) return text;
  constexpr std::ptrdiff_t kDots = 2;
  if (room <= kDots) return "";
  std::ptrdiff_t left = room - kDots;
  const auto end = std::find_if(text.begin(), text.end(), [&](char c) { return is_first(c) && left-- == 0; });
  return std::string(text.begin(), end) + "..";
}

}  // namespace

std::string flame_graph(const host::Profile& profile, std::string_view title) {
  const std::vector<Box> boxes = boxes_of(profile);
  double whole = 0;
  for (const Box& box : boxes) {
    if (box.entry->depth == 0) whole += static_cast<double>(box.ticks);
  }
  const double scale = (kWidth - 2 * kMargin) / std::max(whole, 1.0);
  const double every = std::chrono::duration<double>(profile.every).count();
  std::string body;
  const auto out = std::back_inserter(body);
  std::size_t deepest = 0;
  for (const Box& box : boxes) {
    const auto ticks = static_cast<double>(box.ticks);
    const double width = ticks * scale;
    if (width < kNarrowest || box.entry->depth >= kDeepest) continue;
    deepest = std::max<std::size_t>(deepest, box.entry->depth + 1);
    const double left = kMargin + box.left * scale, top = kTop + kRow * box.entry->depth;
    const std::string name = single_line(box.entry->function);
    const std::string line = box.entry->line.empty() ? "" : "\n" + single_line(box.entry->line);
    fmt::format_to(out,
                   "<g><title>{}\n{:.3f} s, {:.1f} %{}</title><rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" "
                   "height=\"{}\" fill=\"{}\"/>",
                   xml_text(name), ticks * every, 100 * ticks / std::max(whole, 1.0), xml_text(line), left, top, width,
                   kRow - 1, box.entry->host ? kHost : kGuest);
    const std::string label = fitting(name, width - 6);
    if (!label.empty()) {
      fmt::format_to(out, "<text x=\"{:.2f}\" y=\"{}\">{}</text>", left + 3, top + kRow - 5, xml_text(label));
    }
    body += "</g>\n";
  }
  const double height = kTop + kRow * static_cast<double>(std::max<std::size_t>(deepest, 1)) + kMargin;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "aria-labelledby=\"title about\">\n"
      "<title id=\"title\">Where the time of {2} went</title>\n"
      "<desc id=\"about\">A box a function, as wide as its share of {3:.2f} s, below the one that called it.</desc>\n"
      "<style>text{{font:11px monospace;fill:#222}}.title{{font:bold 15px sans-serif}}"
      ".legend{{font:12px sans-serif}}rect{{stroke:#fff;stroke-width:.5}}</style>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
      "<text class=\"title\" x=\"{4}\" y=\"24\">{2}: {3:.2f} s by stack</text>\n"
      "<rect x=\"{4}\" y=\"36\" width=\"12\" height=\"12\" fill=\"{5}\"/>"
      "<text class=\"legend\" x=\"{6}\" y=\"46\">guest function</text>\n"
      "<rect x=\"{7}\" y=\"36\" width=\"12\" height=\"12\" fill=\"{8}\"/>"
      "<text class=\"legend\" x=\"{9}\" y=\"46\">host function</text>\n"
      "{10}</svg>\n",
      kWidth, height, xml_text(single_line(title)), whole * every, kMargin, kGuest, kMargin + 18, kMargin + 140, kHost,
      kMargin + 158, body);
}

}  // namespace cloister::cli
