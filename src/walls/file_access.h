// The wall around files, the network and other processes: Landlock (docs.kernel.org/userspace-api/landlock.html).
#pragma once

#include "cloister/base/result.h"
#include "cloister/walls/walls.h"

namespace cloister::walls {

// The version of Landlock's interface, at least 1. Errors: unsupported, the message a phrase that says why there is
// none.
Result<int> landlock_version();

// Confines the calling thread, and those that it starts later. REQUIRES: no_new_privs is set. Errors: io.
Result<void> confine_file_access(const Needs& needs, int version);

}  // namespace cloister::walls
