// Where the code of the tensor backend lies, which is loaded when the first tensor is needed.
#pragma once

#include <filesystem>
#include <vector>

#include "cloister/base/result.h"

namespace cloister::engine {

// The library that open_torch_backend loads when it is given none.
[[nodiscard]] std::filesystem::path torch_backend_library();

// The folders that the loader takes `library` and what it needs from, beside the system's own: the library's, those
// that it and its neighbours name (DT_RPATH, DT_RUNPATH), those of LD_LIBRARY_PATH. Absolute, each once. A library that
// cannot be read names none.
[[nodiscard]] std::vector<std::filesystem::path> backend_code_folders(const std::filesystem::path& library);

// Errors: unsupported when a library in these folders, a folder or one above it can be changed by anybody but this
// user, the superuser, and those who can change this program or the whole machine (the owners of its file and of the
// root folder). Folders that do not exist are passed over.
Result<void> check_nobody_else_writes(const std::vector<std::filesystem::path>& folders);

}  // namespace cloister::engine
