// The hazards of tests/guests/hazards: what each is, what must happen to it, and its component.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"

namespace cloister::hazards {

struct Hazard {
  std::string name;
  std::string status;               // of the run, or "refused" when it is not loaded
  int code = 0;                     // the command's exit code
  std::string says;                 // words of its sentence; empty: any, or none where it ends well
  std::vector<std::string> limits;  // as for --limit
  bool torch = false;               // needs operators that only libtorch has
  bool once = false;                // too slow to be run again and again
};

// The table hazards.toml, by name. Errors: io; bad_data for a row of another form, or two of one name.
Result<std::vector<Hazard>> read_table(const std::filesystem::path& folder);

// The component of NAME.wat, binary: whole where the file has one, otherwise in the frame of frame.wat. In either,
// `REPEAT N {text}` stands for N copies of the text, in which # is the number of the copy and ## the next number.
// Errors: io; bad_data for text that is not well-formed.
Result<std::vector<std::byte>> assemble(const std::filesystem::path& folder, std::string_view name);

}  // namespace cloister::hazards
