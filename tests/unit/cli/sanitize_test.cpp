#include "cloister/cli/sanitize.h"

#include <gtest/gtest.h>

namespace cloister::cli {
namespace {

std::string whole(std::string_view text) {
  TerminalSanitizer sanitizer;
  std::string out = sanitizer.feed(text);
  return out + sanitizer.finish();
}

TEST(Sanitize, KeepsPrintableText) {
  EXPECT_EQ(whole("loss 0.5\n\tépoque 日本 \U0001F600"), "loss 0.5\n\tépoque 日本 \U0001F600");
}

TEST(Sanitize, EscapesWhatMovesATerminal) {
  EXPECT_EQ(whole("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(whole("a\rb\bc\x7f"), "a\\x0db\\x08c\\x7f");
  EXPECT_EQ(whole(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(whole("\xc2\x9b"
                  "31m"),
            "\\xc2\\x9b31m");  // CSI as a C1 control character
}

TEST(Sanitize, EscapesWhatReordersText) { EXPECT_EQ(whole("\u202Eabc"), "\\xe2\\x80\\xaeabc"); }

TEST(Sanitize, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(whole("\xff"), "\\xff");
  EXPECT_EQ(whole("\xc0\x9b"), "\\xc0\\x9b");           // overlong
  EXPECT_EQ(whole("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(whole("\xe2\x82z"), "\\xe2\\x82z");         // cut short
  EXPECT_EQ(whole("\xe2\x82"), "\\xe2\\x82");
}

TEST(Sanitize, JoinsCharactersAcrossPieces) {
  TerminalSanitizer sanitizer;
  EXPECT_EQ(sanitizer.feed("a\xe2"), "a");
  EXPECT_EQ(sanitizer.feed("\x82"), "");
  EXPECT_EQ(sanitizer.feed("\xac!"), "€!");
  EXPECT_EQ(sanitizer.finish(), "");
}

TEST(Sanitize, SplittingDoesNotHelpAnEscapeThrough) {
  TerminalSanitizer sanitizer;
  EXPECT_EQ(sanitizer.feed("\xc2"), "");
  EXPECT_EQ(sanitizer.feed("\x9b"), "\\xc2\\x9b");
}

TEST(Sanitize, SingleLine) { EXPECT_EQ(single_line("bad\nthing\there\n\n"), "bad thing here"); }

}  // namespace
}  // namespace cloister::cli
