// What errors must be.
#pragma once

#include <algorithm>
#include <string>

#include "cloister/base/bytes.h"
#include "cloister/base/result.h"
#include "fuzz.h"

// One sentence: a line of UTF-8 that says something. For whoever did not choose what it quotes.
inline void require_sentence(const cloister::Error& error) {
  const std::string& text = error.message;
  const bool is_sentence = !text.empty() && cloister::is_utf8(text) && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (!is_sentence) std::fprintf(stderr, "the error: %s\n", text.c_str());
  FUZZ_REQUIRE(is_sentence);
}

// What an operator is told of the own input, which the command makes one printable line of.
inline void require_message(const cloister::Error& error) { FUZZ_REQUIRE(!error.message.empty()); }
