// The wall around system calls: a seccomp filter.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "cloister/base/result.h"

namespace cloister::walls {

// Whether the kernel, and what contains this process, let it install a filter; otherwise the reason, a phrase.
Result<void> can_filter_system_calls();

// The filter, for the process `self`. Anything but the calls that runs make fails with EPERM. `gpu`: with what NVIDIA's
// driver needs.
[[nodiscard]] std::vector<sock_filter> system_call_filter(int self, bool gpu);

// Installs the filter on all threads of this process. REQUIRES: no_new_privs is set. Errors: io.
Result<void> filter_system_calls(bool gpu);

}  // namespace cloister::walls
