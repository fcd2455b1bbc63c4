#include "locations.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "cloister/base/file.h"

namespace cloister::bench {
namespace {

namespace fs = std::filesystem;

Result<std::string> existing(const fs::path& path, std::string_view remedy) {
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    return fail(ErrorCode::io, fmt::format("'{}' is not there: {}", path.string(), remedy));
  return path.string();
}

}  // namespace

Result<Locations> Locations::find() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return fail(ErrorCode::io, fmt::format("cannot tell where this program lies: {}", error.message()));
  Locations found;
  found.programs = self.parent_path();
  found.components = found.programs.parent_path() / "components";
  const char* cache = std::getenv("CLOISTER_CACHE");
  const char* home = std::getenv("HOME");
  found.cache =
      cache != nullptr && *cache != '\0' ? fs::path(cache) : fs::path(home != nullptr ? home : "/") / ".cache/cloister";
  return found;
}

Result<std::string> Locations::program(const std::string& name) const {
  return existing(programs / name, "build it with `make build`");
}

Result<std::string> Locations::component(const std::string& name) const {
  return existing(components / (name + ".wasm"), "build it with `make build`");
}

Result<std::string> Locations::fetched(const fs::path& relative) const {
  return existing(cache / relative, "fetch it with `make data`");
}

Result<ScratchFolder> ScratchFolder::create() {
  std::error_code ignored;
  std::string path = (fs::temp_directory_path(ignored) / "cloister-bench-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) return fail_errno("make the folder", path, errno);
  return ScratchFolder(path);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace cloister::bench
