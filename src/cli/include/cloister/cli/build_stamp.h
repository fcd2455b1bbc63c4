// Which build of Cloister this is: two of one version may differ.
#pragma once

#include <string_view>

namespace cloister::cli {

struct BuildStamp {
  std::string_view sources;  // the commit, "-dirty-" and a digest after it for other sources; or "sources-" and one
  std::string_view rust_profile;  // "fat" is what ships
};

// Defined in a generated source, the only one that is compiled again when the commit changes.
[[nodiscard]] BuildStamp build_stamp();

}  // namespace cloister::cli
