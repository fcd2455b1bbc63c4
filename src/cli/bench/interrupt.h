// Ctrl-C and its like during a benchmark: what runs is finished, nothing more is started, what was measured is kept.
#pragma once

#include "cloister/base/result.h"

namespace cloister::bench {

// While it lives, the first SIGINT, SIGTERM or SIGHUP is remembered; the second ends the process. Programs that are
// started meanwhile take signals as usual. One at a time; thread safety: none.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
};

// Errors: interrupted, when a signal came since the watch was made. Thread safety: yes.
[[nodiscard]] Result<void> check_interrupted();

}  // namespace cloister::bench
