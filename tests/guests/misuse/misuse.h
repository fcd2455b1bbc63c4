// The ways in which a guest goes wrong, one case each: `--case NAME`; `--case list` prints the names.
#pragma once

#include <cloister/cloister.h>

#include <span>
#include <string_view>

struct Misuse {
  std::string_view name;
  cloister::Expected<void> (*run)();
};

std::span<const Misuse> argument_cases();  // arguments that an operator does not take
std::span<const Misuse> handle_cases();    // handles that are not, or no longer, this guest's
std::span<const Misuse> hoarder_cases();   // more of something than the limits allow
std::span<const Misuse> endless_cases();   // what does not end by itself
std::span<const Misuse> system_cases();    // asking WASI for what is not there
