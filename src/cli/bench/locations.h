// Where the files lie that benchmarks work with.
#pragma once

#include <filesystem>
#include <string>

#include "cloister/base/result.h"

namespace cloister::bench {

struct Locations {
  std::filesystem::path programs;    // the folder of this program: cloister and the native programs
  std::filesystem::path components;  // the workloads' components
  std::filesystem::path cache;       // CLOISTER_CACHE, else ~/.cache/cloister

  // Errors: io when the system does not say where this program lies.
  static Result<Locations> find();

  // A program, a component or a fetched file that must be there. Errors: io, saying how to get it.
  [[nodiscard]] Result<std::string> program(const std::string& name) const;
  [[nodiscard]] Result<std::string> component(const std::string& name) const;
  [[nodiscard]] Result<std::string> fetched(const std::filesystem::path& relative) const;
};

// A folder of its own for a benchmark's temporary files, removed with all that is in it at the end of the scope.
class ScratchFolder {
 public:
  // Errors: io.
  static Result<ScratchFolder> create();
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace cloister::bench
