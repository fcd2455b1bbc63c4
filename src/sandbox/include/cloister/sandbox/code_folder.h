// The folder in which a Runtime keeps machine code, for those who look after it: what lies there, and less of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cloister/base/result.h"

namespace cloister::sandbox {

// The code of one component for one engine and processor.
struct CodeEntry {
  std::string name;  // of its file: a digest that tells nothing else
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point used;  // made, or loaded by a run, last
};

// What a folder may hold. The defaults are those that hold after every compilation.
struct CodeBound {
  std::uint64_t bytes = std::uint64_t{1} << 30;      // of all entries together; 0: no entry at all
  std::chrono::seconds age = std::chrono::days(90);  // since an entry was used
};

struct CodeEviction {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

// The entries, least recently used first; none where there is no folder, which is not made. Other files than entries
// are not listed, links are not followed.
// Errors, here and below: invalid_argument when the folder is a symbolic link, another user's or writable by others;
// io.
Result<std::vector<CodeEntry>> list_code(const std::string& directory);

// Removes what was not used for longer than the bound's age, then the least recently used until the rest fits; says
// what it removed. Also removes what writers that were killed more than an hour ago left half-written. Safe beside
// processes that load and store: at worst one compiles again.
Result<CodeEviction> evict_code(const std::string& directory, const CodeBound& bound);

}  // namespace cloister::sandbox
