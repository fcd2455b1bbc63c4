#include "cloister/base/wasm_sections.h"

#include <gtest/gtest.h>

#include <string>

namespace cloister {
namespace {

const std::string kModule("\0asm\1\0\0\0", 8);
const std::string kComponent("\0asm\x0d\0\1\0", 8);

// Sizes below 128 are one byte.
std::string section(char id, const std::string& contents) {
  return std::string{id, static_cast<char>(contents.size())} + contents;
}

std::string custom(const std::string& name, const std::string& contents) {
  return section(0, std::string(1, static_cast<char>(name.size())) + name + contents);
}

Result<std::vector<std::string>> find(const std::string& binary, std::string_view name = "note") {
  CLOISTER_TRY(const auto found, find_custom_sections(std::as_bytes(std::span(binary)), name));
  std::vector<std::string> texts;
  for (const auto bytes : found) texts.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return texts;
}

TEST(WasmSections, AreFoundInModulesAndComponentsAtAnyDepth) {
  const std::string inner = kModule + section(1, "types") + custom("note", "a") + custom("other", "b");
  const std::string nested = kComponent + section(1, inner) + custom("note", "c");
  const auto found = find(kComponent + section(7, "x") + section(4, nested) + custom("note", ""));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (std::vector<std::string>{"a", "c", ""}));
}

TEST(WasmSections, ASectionOfACoreModuleIsNotLookedInto) {
  const auto found = find(kModule + section(1, kModule + custom("note", "a")));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->empty());
}

TEST(WasmSections, WhatIsCutShortIsAnError) {
  const std::string whole = kComponent + section(1, kModule + custom("note", "abc"));
  ASSERT_TRUE(find(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (size == kComponent.size()) continue;  // an empty component
    EXPECT_FALSE(find(whole.substr(0, size))) << size;
  }
}

TEST(WasmSections, HostileSizesAreErrors) {
  for (const std::string& size : {std::string("\xff\xff\xff\xff\x0f"), std::string("\xff\xff\xff\xff\x1f"),
                                  std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"), std::string("\x80\x80")}) {
    EXPECT_FALSE(find(kModule + '\0' + size + "abc"));
    EXPECT_FALSE(find(kModule + section(0, size + "abc")));
  }
  EXPECT_FALSE(find("not WebAssembly"));
}

TEST(WasmSections, DepthAndNumberAreBounded) {
  // Sizes above 127 take two bytes.
  const auto wrap = [](const std::string& inside) {
    return kComponent + '\4' + static_cast<char>(0x80 | (inside.size() & 0x7f)) +
           static_cast<char>(inside.size() >> 7) + inside;
  };
  std::string nested = kComponent;
  for (std::size_t depth = 0; depth < kMaxWasmDepth; ++depth) nested = wrap(nested);
  EXPECT_TRUE(find(nested));
  EXPECT_FALSE(find(wrap(nested)));

  std::string many = kModule;
  for (std::size_t i = 0; i < kMaxWasmSections; ++i) many += section(1, "");
  EXPECT_TRUE(find(many));
  EXPECT_FALSE(find(many + section(1, "")));
}

}  // namespace
}  // namespace cloister
