// The arguments of a run: `--name VALUE` options and `--name` flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/error.h"

namespace cloister {

// Each option is asked for once, with its default; `finish` then tells of values that did not parse and of arguments
// that nobody asked for.
class Args {
 public:
  explicit Args(std::vector<std::string> values) : values_(std::move(values)), used_(values_.size()) {}

  [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise);
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise);
  [[nodiscard]] double number(std::string_view name, double otherwise);
  [[nodiscard]] bool flag(std::string_view name);

  // The first thing that was wrong with the arguments.
  [[nodiscard]] Expected<void> finish() const;

  // All arguments as they came, without the program's name.
  [[nodiscard]] const std::vector<std::string>& values() const { return values_; }

 private:
  std::optional<std::string_view> take(std::string_view name, bool with_value);
  void complain(std::string message);

  std::vector<std::string> values_;
  std::vector<bool> used_;
  std::string complaint_;
};

}  // namespace cloister
