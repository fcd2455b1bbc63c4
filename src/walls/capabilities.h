// Capabilities: what a privileged process may do beyond its user's rights.
#pragma once

#include "cloister/base/result.h"

namespace cloister::walls {

// Drops all capabilities of the calling thread, and the right to gain any, but one: a superuser's own way into files
// that belong to others (CAP_DAC_OVERRIDE), which granted data may need and which the wall around files bounds.
// Errors: io.
Result<void> drop_capabilities();

}  // namespace cloister::walls
