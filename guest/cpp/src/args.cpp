#include "cloister/args.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace cloister {

std::optional<std::string_view> Args::take(std::string_view name, bool with_value) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::string_view value = values_[i];
    if (used_[i] || !value.starts_with("--") || value.substr(2) != name) continue;
    used_[i] = true;
    if (!with_value) return value;
    if (i + 1 == values_.size()) {
      complain("--" + std::string(name) + " needs a value");
      return std::nullopt;
    }
    used_[i + 1] = true;
    return values_[i + 1];
  }
  return std::nullopt;
}

void Args::note(std::string_view name, std::string_view value, std::string_view help, std::string_view otherwise) {
  Asked asked{.form = "--" + std::string(name), .help = std::string(help)};
  if (!value.empty()) asked.form += " " + std::string(value);
  if (!otherwise.empty()) asked.help += (help.empty() ? "default " : "; default ") + std::string(otherwise);
  asked_.push_back(std::move(asked));
}

void Args::complain(std::string message) {
  if (complaint_.empty()) complaint_ = std::move(message);
}

std::string Args::text(std::string_view name, std::string_view otherwise, std::string_view help) {
  note(name, "TEXT", help, otherwise);
  return std::string(take(name, true).value_or(otherwise));
}

std::int64_t Args::integer(std::string_view name, std::int64_t otherwise, std::string_view help) {
  note(name, "N", help, std::to_string(otherwise));
  const auto value = take(name, true);
  if (!value) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size()) {
    complain("--" + std::string(name) + " takes a whole number, not '" + std::string(*value) + "'");
  }
  return number;
}

double Args::number(std::string_view name, double otherwise, std::string_view help) {
  char shown[32];
  std::snprintf(shown, sizeof(shown), "%g", otherwise);
  note(name, "X", help, shown);
  const auto value = take(name, true);
  if (!value) return otherwise;
  const std::string text(*value);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) {
    complain("--" + std::string(name) + " takes a number, not '" + text + "'");
  }
  return number;
}

bool Args::flag(std::string_view name, std::string_view help) {
  note(name, "", help, "");
  return take(name, false).has_value();
}

void Args::print_help() const {
  std::size_t width = 0;
  for (const Asked& asked : asked_) width = std::max(width, asked.form.size());
  std::puts(asked_.empty() ? "This workload takes no arguments." : "Arguments of this workload:");
  for (const Asked& asked : asked_) {
    std::printf("  %-*s  %s\n", static_cast<int>(width), asked.form.c_str(), asked.help.c_str());
  }
}

Expected<void> Args::finish() const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (used_[i] || values_[i] != "--help") continue;
    print_help();
    std::exit(EXIT_SUCCESS);
  }
  if (!complaint_.empty()) return fail(complaint_);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!used_[i])
      return fail("this workload does not take the argument '" + values_[i] + "'; --help lists those it takes");
  }
  return {};
}

}  // namespace cloister
