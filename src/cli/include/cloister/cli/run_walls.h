// The walls of one run (docs/sandbox.md): what its plan needs stays open, the rest of the machine does not.
#pragma once

#include <vector>

#include "cloister/base/result.h"
#include "cloister/cli/run_directory.h"
#include "cloister/cli/run_plan.h"
#include "cloister/walls/walls.h"

namespace cloister::cli {

// Raises the walls around this process, for good: for reading the component, its grants and libtorch stay, for writing
// the run's folder, the folders of its outputs and the code cache, which is made. CLOISTER_WALLS=off leaves all of them
// down, for debuggers. REQUIRES: the folder is made, outputs that lie in it have their paths or none, one thread.
// Errors: io, internal; unsupported when libtorch would be loaded from a path that others can write; invalid_argument
// for another value of CLOISTER_WALLS.
Result<std::vector<walls::Wall>> raise_walls(const RunPlan& plan, const RunDirectory& directory);

// The walls that runs raise here. Errors: invalid_argument for another value of CLOISTER_WALLS.
Result<std::vector<walls::Wall>> walls_of_runs();

}  // namespace cloister::cli
