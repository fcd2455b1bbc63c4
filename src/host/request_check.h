// What can be known to be wrong with a request before the guest starts.
#pragma once

#include "cloister/base/result.h"
#include "cloister/host/host.h"

namespace cloister::host {

// Looks at the names of grants, whether granted paths exist, and whether outputs can be written and lie outside of
// what is granted. The answer is a courtesy: files may change after it, and everything is checked again when it is
// used. Errors: as Host::run.
[[nodiscard]] Result<void> check_request(const RunRequest& request);

}  // namespace cloister::host
