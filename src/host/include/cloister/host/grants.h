// What an operator lets a workload see and write: names in the workload, paths outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cloister/base/result.h"

namespace cloister::host {

enum class GrantKind : std::uint8_t { dataset, model, output };

// "dataset", "model", "output".
[[nodiscard]] std::string_view grant_kind_name(GrantKind kind);

// A workload sees the names, never the paths.
struct Grants {
  using Named = std::map<std::string, std::filesystem::path, std::less<>>;
  Named datasets;
  Named models;
  Named outputs;  // files to write; they need not exist
  // Of the machine, in place of the virtual clock and of numbers that follow from the seed: two runs differ then.
  bool clock = false;
  bool randomness = false;

  [[nodiscard]] const Named& of(GrantKind kind) const;
  [[nodiscard]] Named& of(GrantKind kind);
};

// A grant's name is 1 to 64 of A-Za-z0-9_.- and does not start with a dot, so that it is safe as a file name.
// Errors: invalid_argument.
[[nodiscard]] Result<void> check_grant_name(std::string_view name);

// Adds the grant of `--grant KIND:NAME=PATH`, KIND being dataset or model, or of `--grant clock` or `--grant
// randomness`. Errors: invalid_argument for another form, a bad name, or a name that this kind has already.
[[nodiscard]] Result<void> add_grant(Grants& grants, std::string_view text);

// Adds the output of `--out NAME=PATH`. Errors: as add_grant.
[[nodiscard]] Result<void> add_output(Grants& grants, std::string_view text);

// Adds one grant whose parts are known. Errors: as add_grant.
[[nodiscard]] Result<void> add_grant(Grants& grants, GrantKind kind, std::string_view name, std::filesystem::path path);

// The dataset or model that something written at `path` would change, as in "the dataset 'train'": `path` is the
// granted file or the labels that belong to it, or is or lies in the granted folder.
[[nodiscard]] std::optional<std::string> granted_at(const Grants& grants, const std::filesystem::path& path);

}  // namespace cloister::host
