#include "report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "machine.h"

namespace cloister::bench {
namespace {

// Characters, not bytes: "µ" takes two bytes and one column.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padding(std::string_view text, std::size_t columns) { return std::string(columns - width(text), ' '); }

std::string_view bound_text(Claim::Bound bound) { return bound == Claim::Bound::at_most ? "≤" : "≥"; }

}  // namespace

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    assert(row.size() == widths.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string result;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space = padding(row[i], widths[i]);
      if (i > 0) line += "  ";
      line += i == 0 || text_columns_.contains(i) ? row[i] + space : space + row[i];
    }
    result += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return result;
}

Report::Report(std::string name, nlohmann::json options) : name_(std::move(name)), options_(std::move(options)) {
  const Machine machine = describe_machine();
  machine_ = {{"processor", machine.processor},
              {"processors", machine.processors},
              {"virtualized", machine.virtualized},
              {"governor", machine.governor},
              {"memory_gib", machine.memory_gib},
              {"load_average_before", machine.load_average},
              {"kernel", machine.kernel}};
}

std::optional<double> Report::figure(const std::string& name) const {
  const auto found = figures_.find(name);
  if (found == figures_.end()) return std::nullopt;
  return found->get<double>();
}

void Report::show(const std::string& title, const Table& table) {
  tables_ += fmt::format("\n{}\n{}", title, table.text());
}

std::string Report::text() const {
  std::string result =
      fmt::format("{}, {} processors, governor {}, load {:.2f} before the start\n",
                  machine_["processor"].get<std::string>(), machine_["processors"].get<int>(),
                  machine_["governor"].get<std::string>(), machine_["load_average_before"].get<double>());
  result += tables_;
  if (!claims_.empty()) {
    Table table({"claim", "found", "bar", "", "rests on"}, {2, 3, 4});
    for (const Claim& claim : claims_) {
      const double value = figures_.at(claim.figure).get<double>();
      table.add({claim.figure, fmt::format("{:.4g}", value),
                 fmt::format("{} {:.4g}", bound_text(claim.bound), claim.bar), claim.met_by(value) ? "met" : "MISSED",
                 claim.basis});
    }
    result += "\n" + table.text();
  }
  for (const std::string& sentence : notes_) result += "\n" + sentence + "\n";
  return result;
}

std::string Report::json() const {
  nlohmann::json claims = nlohmann::json::array();
  for (const Claim& claim : claims_) {
    const double value = figures_.at(claim.figure).get<double>();
    claims.push_back({{"figure", claim.figure},
                      {"value", value},
                      {"bound", bound_text(claim.bound)},
                      {"bar", claim.bar},
                      {"met", claim.met_by(value)},
                      {"basis", claim.basis}});
  }
  const nlohmann::json whole = {{"bench", name_},   {"machine", machine_}, {"options", options_}, {"figures", figures_},
                                {"claims", claims}, {"samples", samples_}, {"details", details_}, {"notes", notes_}};
  return whole.dump(2) + "\n";
}

std::string percent(double fraction) { return fmt::format("{:+.3f} %", fraction * 100); }

std::string percent(const Interval& interval) {
  return fmt::format("{:+.3f} .. {:+.3f} %", interval.low * 100, interval.high * 100);
}

std::string duration(double seconds) {
  static constexpr std::pair<double, std::string_view> units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}};
  for (const auto& [size, unit] : units)
    if (std::abs(seconds) >= size) return fmt::format("{:.3g} {}", seconds / size, unit);
  return fmt::format("{:.3g} ns", seconds * 1e9);
}

}  // namespace cloister::bench
