// What components and guests say, inside a sentence.
#pragma once

#include <string>
#include <utility>

namespace cloister::sandbox {

// The text with a space for each control character of ASCII: a name of a component's or guest's own may hold any.
[[nodiscard]] inline std::string one_line(std::string text) {
  for (char& each : text) {
    if (static_cast<unsigned char>(each) < 0x20 || each == 0x7F) each = ' ';
  }
  return text;
}

}  // namespace cloister::sandbox
