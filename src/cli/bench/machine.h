// The machine that figures come from.
#pragma once

#include <string>

namespace cloister::bench {

struct Machine {
  std::string processor;    // the model's name
  int processors = 0;       // that this process may use
  std::string virtualized;  // "yes", "no"
  std::string governor;     // of processor 0; "not visible" where the kernel hides it
  double memory_gib = 0;
  double load_average = 0;  // over the last minute, when asked
  std::string kernel;
};

// What the operating system tells; fields that it does not tell are "not visible" or 0.
[[nodiscard]] Machine describe_machine();

}  // namespace cloister::bench
