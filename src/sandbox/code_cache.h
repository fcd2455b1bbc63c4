// Machine code on disk, between processes. What it hands out will be executed, so it hands out only what it wrote.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cloister/base/file.h"
#include "cloister/base/hash.h"
#include "cloister/base/result.h"

namespace cloister::sandbox {

// A directory of this user's, closed to writes by others, with one file an entry. Each carries its key and an
// HMAC-SHA-256 (RFC 2104) over key and code, made with a random secret that lies in the directory, readable by its
// user alone: a file that was copied here from elsewhere, damaged or truncated is not an entry, and is deleted.
// The entries stay within the defaults of CodeBound (code_folder.h); when one was used is the time of its file.
// Thread safety: all functions; processes may share the directory.
class CodeCache {
 public:
  // Opens the directory, which is made, with its parents, if absent. Errors: invalid_argument when it is a symbolic
  // link, another user's or writable by others; io.
  static Result<CodeCache> open(const std::string& directory);

  // The code of this key, which counts as used now, or nothing.
  [[nodiscard]] std::optional<std::vector<std::byte>> load(const Digest& key) const;

  // Keeps the code, which appears whole or not at all, and evicts what is then beyond the bound. Errors: io.
  Result<void> store(const Digest& key, std::span<const std::byte> code) const;

  // Deletes the entry, as one that was authentic but did not load.
  void remove(const Digest& key) const;

 private:
  using Secret = std::array<std::byte, 32>;
  CodeCache(UniqueFd directory, std::string path, const Secret& secret)
      : directory_(std::move(directory)), path_(std::move(path)), secret_(secret) {}

  static Result<Secret> load_or_make_secret(int directory, const std::string& path);
  [[nodiscard]] Digest authenticate(const Digest& key, std::span<const std::byte> code) const;

  UniqueFd directory_;
  std::string path_;
  Secret secret_;
};

}  // namespace cloister::sandbox
