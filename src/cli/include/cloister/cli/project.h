// New projects for authors: a folder with a small workload, built by one command against the SDK beside this program.
#pragma once

#include <filesystem>
#include <string>

#include "cloister/base/result.h"

namespace cloister::cli {

enum class Language { cpp, rust };

// Where the parts of the SDK lie, as absolute paths.
struct Sdk {
  std::filesystem::path command;  // the program that is to run workloads
  std::filesystem::path wit;      // the contract
  std::filesystem::path tool;     // cloister-wit
  std::filesystem::path cpp, rust;
  std::filesystem::path operators;  // generated headers of the C++ SDK; empty when they lie with the others
  std::filesystem::path lock;       // the versions of crates that the Rust SDK was built with

  // The SDK of the installation that the program `command` belongs to (../share/cloister from it), or of the checkout
  // that it was built from (../CMakeCache.txt names it). Errors: unsupported when there is neither.
  static Result<Sdk> find(const std::filesystem::path& command);
};

// Makes the folder `name` in `parent` and the project in it, whole or not at all.
// Errors: invalid_argument for a name that is not 1 to 64 of a-z, 0-9, _ and - with a letter first, for one that the
// language keeps for itself, and for a folder that exists; unsupported for an SDK without this language, or in a path
// that make or cargo cannot take; io.
Result<void> create_project(const Sdk& sdk, Language language, const std::string& name,
                            const std::filesystem::path& parent);

// The component that a build of the project leaves, relative to its folder.
std::string component_of_project(Language language, const std::string& name);

}  // namespace cloister::cli
