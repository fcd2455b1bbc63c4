// Counting in texts that were drawn or printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cloister::cli {

// How often `part` stands in `text`.
inline std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace cloister::cli
