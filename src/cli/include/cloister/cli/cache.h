// Where compiled components are kept between runs.
#pragma once

#include <filesystem>

namespace cloister::cli {

// $CLOISTER_CACHE/code, or cloister/code in $XDG_CACHE_HOME or ~/.cache; empty (the host decides) without any of these.
[[nodiscard]] std::filesystem::path cache_directory();

}  // namespace cloister::cli
