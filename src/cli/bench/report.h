// What a benchmark found: for people a table, for programs a JSON file with every sample.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "statistics.h"

namespace cloister::bench {

// Columns lined up, as wide as their widest cell: those of text to the left, those of numbers to the right.
class Table {
 public:
  // The first column holds text; `text_columns` says which others do.
  explicit Table(std::vector<std::string> header, std::set<std::size_t> text_columns = {})
      : rows_{std::move(header)}, text_columns_(std::move(text_columns)) {}

  // REQUIRES: as many cells as the header has.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::set<std::size_t> text_columns_;
};

// A figure held against what it must reach.
struct Claim {
  enum class Bound { at_most, at_least };
  std::string figure;  // name of a figure of the report
  Bound bound = Bound::at_most;
  double bar = 0;
  std::string basis;  // what the figure was computed from

  [[nodiscard]] bool met_by(double value) const { return bound == Bound::at_most ? value <= bar : value >= bar; }
};

// Collects one benchmark's findings. Thread safety: none.
class Report {
 public:
  // `name`: "transfer", "boundary" or "startup"; `options`: what was asked, for the file.
  explicit Report(std::string name, nlohmann::json options = nlohmann::json::object());

  void options(nlohmann::json options) { options_ = std::move(options); }

  // A figure under its stable name (docs/performance.md). A second value replaces the first.
  void figure(const std::string& name, double value) { figures_[name] = value; }
  [[nodiscard]] std::optional<double> figure(const std::string& name) const;

  // Every sample behind the figures.
  void samples(const std::string& name, std::span<const double> values) { samples_[name] = values; }
  // Anything else that a reader of the file may want, under `details`.
  void detail(const std::string& name, nlohmann::json value) { details_[name] = std::move(value); }
  // REQUIRES: the figure is there when text() is called.
  void claim(Claim claim) { claims_.push_back(std::move(claim)); }
  // A sentence that both forms show.
  void note(std::string sentence) { notes_.push_back(std::move(sentence)); }
  // Shown by text() in order.
  void show(const std::string& title, const Table& table);

  // Whether nothing was found: no figure, no sample.
  [[nodiscard]] bool is_empty() const { return figures_.empty() && samples_.empty(); }

  // For a terminal: machine, tables, claims, notes.
  [[nodiscard]] std::string text() const;
  // The JSON file: bench, machine, options, figures, claims, samples, details, notes.
  [[nodiscard]] std::string json() const;

 private:
  std::string name_;
  nlohmann::json machine_;
  nlohmann::json options_;
  nlohmann::json figures_ = nlohmann::json::object();
  nlohmann::json samples_ = nlohmann::json::object();
  nlohmann::json details_ = nlohmann::json::object();
  std::vector<Claim> claims_;
  std::vector<std::string> notes_;
  std::string tables_;
};

// "+0.084 %" of 0.00084.
[[nodiscard]] std::string percent(double fraction);
// "+0.08 % .. +0.12 %".
[[nodiscard]] std::string percent(const Interval& interval);
// "12.3 µs", "1.20 s": the unit that keeps one to three digits before the point.
[[nodiscard]] std::string duration(double seconds);

}  // namespace cloister::bench
