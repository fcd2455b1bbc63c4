// A guest's text on its way to a person's terminal or picture.
#pragma once

#include <string>
#include <string_view>

namespace cloister::cli {

// Makes guest text harmless for a terminal: only printable characters, line feeds and tabs come through. Control
// characters (C0, DEL, C1), characters that reorder text (Unicode's bidirectional controls) and bytes that are not
// UTF-8 become \xNN, so that no guest can move the cursor, set the title, or fake the lines of Cloister. Text comes in
// pieces; a character split between two is held back until it is whole. Thread safety: none.
class TerminalSanitizer {
 public:
  // The harmless form of what is complete so far.
  [[nodiscard]] std::string feed(std::string_view bytes);
  // What was held back, when no more text comes.
  [[nodiscard]] std::string finish();

 private:
  std::string pending_;
};

// One text as a whole, and on one line: line feeds become spaces. For names and messages of guests inside sentences.
[[nodiscard]] std::string single_line(std::string_view text);

// The same inside XML: as text, or as an attribute's value between double quotes.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace cloister::cli
