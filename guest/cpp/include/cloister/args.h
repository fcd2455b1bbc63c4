// The arguments of a run: `--name VALUE` options and `--name` flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/error.h"

namespace cloister {

// Each option is asked for once, with its default and a word on what it is for; `finish` then tells of values that did
// not parse and of arguments that nobody asked for, or answers `--help` from what was asked.
class Args {
 public:
  explicit Args(std::vector<std::string> values) : values_(std::move(values)), used_(values_.size()) {}

  [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise, std::string_view help = {});
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise, std::string_view help = {});
  [[nodiscard]] double number(std::string_view name, double otherwise, std::string_view help = {});
  [[nodiscard]] bool flag(std::string_view name, std::string_view help = {});

  // The first thing that was wrong with the arguments. When `--help` is among them, prints all that were asked for and
  // ends the run well, so call it before anything else is opened.
  [[nodiscard]] Expected<void> finish() const;

  // All arguments as they came, without the program's name.
  [[nodiscard]] const std::vector<std::string>& values() const { return values_; }

 private:
  struct Asked {
    std::string form, help;  // "--epochs N", "Passes (default 100)"
  };
  std::optional<std::string_view> take(std::string_view name, bool with_value);
  void note(std::string_view name, std::string_view value, std::string_view help, std::string_view otherwise);
  void complain(std::string message);
  void print_help() const;

  std::vector<std::string> values_;
  std::vector<bool> used_;
  std::vector<Asked> asked_;
  std::string complaint_;
};

}  // namespace cloister
