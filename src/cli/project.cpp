#include "cloister/cli/project.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cloister/base/file.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTemplate = 1 << 20;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// The source folder of a build tree; empty when `build` is none.
fs::path source_of_build(const fs::path& build) {
  constexpr std::string_view kKey = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  std::ifstream cache(build / "CMakeCache.txt");
  for (std::string line; std::getline(cache, line);) {
    if (line.starts_with(kKey)) return line.substr(kKey.size());
  }
  return {};
}

struct Template {
  std::string_view source, destination;
};
constexpr std::array kCppFiles{Template{"Makefile.in", "Makefile"}, Template{"README.md.in", "README.md"},
                               Template{"gitignore.in", ".gitignore"}, Template{"workload.cpp.in", "workload.cpp"}};
constexpr std::array kRustFiles{Template{"Cargo.toml.in", "Cargo.toml"}, Template{"README.md.in", "README.md"},
                                Template{"gitignore.in", ".gitignore"}, Template{"lib.rs.in", "src/lib.rs"},
                                Template{"config.toml.in", ".cargo/config.toml"}};

std::span<const Template> templates_of(Language language) {
  if (language == Language::cpp) return kCppFiles;
  return kRustFiles;
}

// Crates that Rust's standard library or the SDK already has, and words that cannot be a crate.
constexpr std::array<std::string_view, 58> kTakenInRust{
    "abstract", "alloc",   "as",     "async",    "await", "become",     "box",         "break",  "cloister", "const",
    "continue", "core",    "crate",  "do",       "dyn",   "else",       "enum",        "extern", "false",    "final",
    "fn",       "for",     "gen",    "if",       "impl",  "in",         "let",         "loop",   "macro",    "match",
    "mod",      "move",    "mut",    "override", "priv",  "proc_macro", "pub",         "ref",    "return",   "self",
    "static",   "std",     "struct", "super",    "test",  "trait",      "true",        "try",    "type",     "typeof",
    "unsafe",   "unsized", "use",    "virtual",  "where", "while",      "wit_bindgen", "yield"};

std::string crate_name(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Result<void> check_name(Language language, const std::string& name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  if (name.empty() || name.size() > 64 || !is_letter(name.front()) || !std::all_of(name.begin(), name.end(), fits)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no name for a project; take 1 to 64 of a-z, 0-9, _ and -, a letter first", name));
  }
  if (language == Language::rust &&
      std::find(kTakenInRust.begin(), kTakenInRust.end(), crate_name(name)) != kTakenInRust.end()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' means something else to Rust; take another name for the project", name));
  }
  return {};
}

// make and cargo read paths in a syntax of their own; what would need quoting there is refused.
Result<void> check_path(const fs::path& path) {
  static constexpr std::string_view kPlain = "/._-+,@=~";
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  const std::string& text = path.native();
  if (std::all_of(text.begin(), text.end(), fits)) return {};
  return fail(
      ErrorCode::unsupported,
      fmt::format("make and cargo cannot take the path '{}' of the SDK; move Cloister to one without spaces and "
                  "signs",
                  text));
}

using Values = std::vector<std::pair<std::string_view, std::string>>;

Values values_of(const Sdk& sdk, Language language, const std::string& name) {
  std::string includes = fmt::format("-I {}", (sdk.cpp / "include").string());
  if (!sdk.operators.empty()) includes += fmt::format(" -I {}", sdk.operators.string());
  return {{"@NAME@", name},
          {"@CRATE@", crate_name(name)},
          {"@COMPONENT@", component_of_project(language, name)},
          {"@CLOISTER@", sdk.command.string()},
          {"@CLOISTER_WIT@", sdk.tool.string()},
          {"@WIT@", sdk.wit.string()},
          {"@INCLUDES@", includes},
          {"@SDK@", (language == Language::cpp ? sdk.cpp : sdk.rust).string()}};
}

std::string fill(std::string text, const Values& values) {
  for (const auto& [key, value] : values) {
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + value.size())) {
      text.replace(at, key.size(), value);
    }
  }
  return text;
}

Result<void> write(const fs::path& path, const std::string& text) {
  std::error_code ignored;  // a folder that is missing makes the next line fail
  fs::create_directories(path.parent_path(), ignored);
  return write_file(path.string(), std::string_view(text));
}

Result<void> fill_folder(const Sdk& sdk, Language language, const std::string& name, const fs::path& folder) {
  const fs::path templates = (language == Language::cpp ? sdk.cpp : sdk.rust) / "template";
  const Values values = values_of(sdk, language, name);
  for (const auto& [source, destination] : templates_of(language)) {
    CLOISTER_TRY(std::string text, read_text_file((templates / source).string(), kMaxTemplate));
    CLOISTER_CHECK(write(folder / destination, fill(std::move(text), values)));
  }
  if (language == Language::rust) {
    CLOISTER_TRY(const std::string lock, read_text_file(sdk.lock.string(), kMaxTemplate));
    CLOISTER_CHECK(write(folder / "Cargo.lock", lock));
  }
  return {};
}

}  // namespace

Result<Sdk> Sdk::find(const fs::path& command) {
  const fs::path prefix = command.parent_path().parent_path();
  const fs::path share = prefix / "share/cloister";
  if (is_there(share / "sdk")) {
    return Sdk{.command = command,
               .wit = share / "wit",
               .tool = prefix / "bin/cloister-wit",
               .cpp = share / "sdk/cpp",
               .rust = share / "sdk/rust",
               .operators = {},
               .lock = share / "sdk/rust/Cargo.lock"};
  }
  const fs::path source = source_of_build(prefix);
  if (source.empty() || !is_there(source / "guest")) {
    return fail(ErrorCode::unsupported,
                fmt::format("there is no SDK beside '{}' (in '{}'); run make install, or use the command of a checkout",
                            command.string(), share.string()));
  }
  return Sdk{.command = command,
             .wit = source / "wit",
             .tool = prefix / "rust/cloister-wit/cloister-wit",
             .cpp = source / "guest/cpp",
             .rust = source / "guest/rust",
             .operators = prefix / "operators/guest",
             .lock = source / "Cargo.lock"};
}

Result<void> create_project(const Sdk& sdk, Language language, const std::string& name, const fs::path& parent) {
  CLOISTER_CHECK(check_name(language, name));
  const fs::path& home = language == Language::cpp ? sdk.cpp : sdk.rust;
  if (!is_there(home / "template")) {
    return fail(ErrorCode::unsupported,
                fmt::format("the SDK has no part for this language: '{}' is not there", home.string()));
  }
  for (const fs::path* path : {&home, &sdk.wit, &sdk.tool, &sdk.command}) CLOISTER_CHECK(check_path(*path));
  const fs::path folder = parent / name;
  if (mkdir(folder.c_str(), 0777) != 0) {
    if (errno == EEXIST) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("'{}' exists already; take another name, or remove it", folder.string()));
    }
    return fail_errno("make the folder", folder.string(), errno);
  }
  const Result<void> filled = fill_folder(sdk, language, name, folder);
  if (!filled) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);  // made above, so all in it is ours
  }
  return filled;
}

std::string component_of_project(Language language, const std::string& name) {
  if (language == Language::cpp) return name + ".wasm";
  return fmt::format("target/wasm32-wasip2/release/{}.wasm", crate_name(name));
}

}  // namespace cloister::cli
