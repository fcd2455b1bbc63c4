#include "cloister/cli/cache.h"

#include <cstdlib>

namespace cloister::cli {

std::filesystem::path cache_directory() {
  const auto variable = [](const char* name) -> std::filesystem::path {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (const auto cache = variable("CLOISTER_CACHE"); !cache.empty()) return cache / "code";
  // The XDG specification: a relative path counts as none.
  if (const auto cache = variable("XDG_CACHE_HOME"); cache.is_absolute()) return cache / "cloister" / "code";
  if (const auto home = variable("HOME"); home.is_absolute()) return home / ".cache" / "cloister" / "code";
  return {};
}

}  // namespace cloister::cli
