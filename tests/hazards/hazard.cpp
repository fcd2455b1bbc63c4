#include "hazard.h"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <wasmtime.h>

#include <charconv>
#include <set>
#include <span>

#include "cloister/base/file.h"

namespace cloister::hazards {
namespace {

constexpr std::uint64_t kLongestText = 1 << 20;

void append_copy(std::string& out, std::string_view text, std::size_t number) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '#') {
      out += text[i];
    } else if (text.substr(i, 2) == "##") {
      out += std::to_string(number + 1);
      ++i;
    } else {
      out += std::to_string(number);
    }
  }
}

Result<std::string> repeat(std::string_view text) {
  constexpr std::string_view kWord = "REPEAT ";
  std::string out;
  while (true) {
    const auto at = text.find(kWord);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + kWord.size());
    std::size_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    const auto end = text.find('}');
    if (read.ec != std::errc() || !text.starts_with(" {") || end == std::string_view::npos) {
      return fail(ErrorCode::bad_data, "a REPEAT is not `REPEAT N {text}`");
    }
    for (std::size_t i = 0; i < count; ++i) append_copy(out, text.substr(2, end - 2), i);
    text.remove_prefix(end + 1);
  }
}

void replace(std::string& text, std::string_view word, std::string_view by) {
  text.replace(text.find(word), word.size(), by);
}

Result<std::string> whole_text(const std::filesystem::path& folder, std::string_view name) {
  CLOISTER_TRY(const std::string own, read_text_file(folder / fmt::format("{}.wat", name), kLongestText));
  CLOISTER_TRY(std::string fields, repeat(own));
  if (fields.find("\n(component") != std::string::npos) return fields;
  CLOISTER_TRY(std::string frame, read_text_file(folder / "frame.wat", kLongestText));
  // The comment at its top names both words.
  frame.erase(0, frame.find("\n(component") + 1);
  replace(
      frame, "POST_RETURN",
      fields.find("\"post-return\"") == std::string::npos ? "" : R"((post-return (core func $hazard "post-return")))");
  replace(frame, "FIELDS", fields);
  return frame;
}

}  // namespace

Result<std::vector<Hazard>> read_table(const std::filesystem::path& folder) {
  CLOISTER_TRY(const std::string text, read_text_file(folder / "hazards.toml", kLongestText));
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::bad_data, fmt::format("hazards.toml: {}", error.description()));
  }
  const std::set<std::string_view> statuses{"ok", "failed", "trap", "limit", "refused"};
  std::vector<Hazard> hazards;
  for (const auto& [name, row] : table) {
    Hazard hazard;
    hazard.name = name.str();
    const toml::table* fields = row.as_table();
    if (fields != nullptr) {
      hazard.status = (*fields)["status"].value_or(std::string());
      hazard.code = (*fields)["code"].value_or(-1);
      hazard.says = (*fields)["says"].value_or(std::string());
      hazard.torch = (*fields)["torch"].value_or(false);
      hazard.once = (*fields)["once"].value_or(false);
      if (const toml::array* limits = (*fields)["limits"].as_array()) {
        for (const auto& limit : *limits) hazard.limits.push_back(limit.value_or(std::string()));
      }
    }
    if (!statuses.contains(hazard.status) || hazard.code < 0) {
      return fail(ErrorCode::bad_data, fmt::format("the row '{}' of hazards.toml has no status or code", hazard.name));
    }
    hazards.push_back(std::move(hazard));
  }
  return hazards;
}

Result<std::vector<std::byte>> assemble(const std::filesystem::path& folder, std::string_view name) {
  CLOISTER_TRY(const std::string text, whole_text(folder, name));
  wasm_byte_vec_t binary;
  if (wasmtime_error_t* error = wasmtime_wat2wasm(text.data(), text.size(), &binary)) {
    wasm_name_t message;
    wasmtime_error_message(error, &message);
    auto refused = fail(ErrorCode::bad_data, fmt::format("{}.wat: {}", name, std::string(message.data, message.size)));
    wasm_name_delete(&message);
    wasmtime_error_delete(error);
    return refused;
  }
  const auto bytes = std::as_bytes(std::span(binary.data, binary.size));
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  wasm_byte_vec_delete(&binary);
  return copy;
}

}  // namespace cloister::hazards
