// The code cache's folder, as opened: closed to others, and kept below its bound.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "cloister/base/file.h"
#include "cloister/base/result.h"
#include "cloister/sandbox/code_folder.h"

namespace cloister::sandbox {

inline constexpr std::string_view kEntrySuffix = ".code";
inline constexpr std::string_view kTemporarySuffix = ".tmp";

// Whether nobody but this user, and root, can have written it.
bool is_private(const struct stat& status);

// The directory, by a descriptor that stays with it whatever happens to its path. Errors: invalid_argument when it is
// a symbolic link, another user's or writable by others; io.
Result<UniqueFd> open_private_folder(const std::string& directory);

// The same, after making it, and its parents, if absent.
Result<UniqueFd> make_private_folder(const std::string& directory);

// As evict_code, of an open folder; `path` is for messages. Errors: io.
Result<CodeEviction> evict(int folder, const std::string& path, const CodeBound& bound);

}  // namespace cloister::sandbox
