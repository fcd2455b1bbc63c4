#include "cloister/cli/sanitize.h"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>

#include "cloister/base/bytes.h"

namespace cloister::cli {
namespace {

// Bytes of the UTF-8 character that begins with this byte; 0 for a byte that begins none.
std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

char32_t decode(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  constexpr unsigned kFirstMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t point = byte(0) & kFirstMask[character.size()];
  for (std::size_t i = 1; i < character.size(); ++i) point = point << 6 | (byte(i) & 0x3F);
  return point;
}

bool is_harmless(char32_t point) {
  if (point == U'\n' || point == U'\t') return true;
  if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return false;
  const bool reorders = point == 0x61C || point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
                        (point >= 0x2066 && point <= 0x2069);
  return !reorders;
}

void escape(std::string_view bytes, std::string& out) {
  for (const char byte : bytes) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
  }
}

// Moves all complete characters of `text`, made harmless, to `out`. What is left could still become a character.
void sanitize(std::string_view& text, std::string& out) {
  while (!text.empty()) {
    const std::size_t length = length_of(static_cast<unsigned char>(text.front()));
    std::size_t have = 1;
    while (have < length && have < text.size() && (static_cast<unsigned char>(text[have]) & 0xC0) == 0x80) ++have;
    if (have < length && have == text.size()) return;
    const std::string_view character = text.substr(0, have);
    if (have == length && is_utf8(character) && is_harmless(decode(character))) {
      out += character;
    } else {
      escape(character, out);
    }
    text.remove_prefix(have);
  }
}

}  // namespace

std::string TerminalSanitizer::feed(std::string_view bytes) {
  std::string joined;
  if (!pending_.empty()) {
    joined = std::move(pending_);
    joined += bytes;
    bytes = joined;
  }
  std::string out;
  out.reserve(bytes.size());
  sanitize(bytes, out);
  pending_ = bytes;
  return out;
}

std::string TerminalSanitizer::finish() {
  std::string out;
  escape(pending_, out);
  pending_.clear();
  return out;
}

std::string single_line(std::string_view text) {
  TerminalSanitizer sanitizer;
  std::string line = sanitizer.feed(text);
  line += sanitizer.finish();
  while (!line.empty() && line.back() == '\n') line.pop_back();
  for (char& character : line) {
    if (character == '\n' || character == '\t') character = ' ';
  }
  return line;
}

std::string xml_text(std::string_view text) {
  const std::string line = single_line(text);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    switch (line[i]) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\xEF':  // XML knows no U+FFFE and no U+FFFF
        if (line.compare(i, 3, "\uFFFE") == 0 || line.compare(i, 3, "\uFFFF") == 0) {
          out += "\uFFFD";
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        out += line[i];
    }
  }
  return out;
}

}  // namespace cloister::cli
