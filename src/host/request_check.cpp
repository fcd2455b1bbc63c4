#include "request_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cloister/base/file.h"
#include "cloister/data/dataset.h"

namespace cloister::host {
namespace {

namespace fs = std::filesystem;

Result<void> check_exists(GrantKind kind, const std::string& name, const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return {};
  const std::string reason = error ? error.message() : std::string("it does not exist");
  return fail(ErrorCode::io, fmt::format("the {} '{}' cannot be granted from '{}': {}; correct the path",
                                         grant_kind_name(kind), name, path.string(), reason));
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

Result<void> check_writable(const std::string& name, const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return fail(ErrorCode::io,
                fmt::format("the output '{}' cannot be written to '{}', which is a folder; give it a file's path", name,
                            path.string()));
  }
  if (access(folder_of(path).c_str(), W_OK | X_OK) == 0) return {};
  return fail(ErrorCode::io,
              fmt::format("the output '{}' cannot be written to '{}': {}; make the folder or choose another", name,
                          path.string(), std::system_category().message(errno)));
}

// Where `path` leads, whether or not there is anything.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  const fs::path canonical = fs::weakly_canonical(absolute, error);
  return error ? absolute.lexically_normal() : canonical;
}

// Whether `path` is `granted` or lies in it.
bool lies_in(const fs::path& path, const fs::path& granted) {
  const fs::path output = resolved(path);
  const fs::path root = resolved(granted);
  return std::mismatch(root.begin(), root.end(), output.begin(), output.end()).first == root.end();
}

}  // namespace

std::optional<std::string> granted_at(const Grants& grants, const fs::path& path) {
  for (const GrantKind kind : {GrantKind::dataset, GrantKind::model}) {
    for (const auto& [name, granted] : grants.of(kind)) {
      bool is_read = lies_in(path, granted);
      if (kind == GrantKind::dataset && !is_read) {
        const auto labels = data::labels_path_of(granted.string());
        is_read = labels && lies_in(path, *labels);
      }
      if (is_read) return fmt::format("the {} '{}'", grant_kind_name(kind), name);
    }
  }
  return std::nullopt;
}

Result<void> check_request(const RunRequest& request) {
  for (const GrantKind kind : {GrantKind::dataset, GrantKind::model, GrantKind::output}) {
    for (const auto& [name, path] : request.grants.of(kind)) {
      CLOISTER_CHECK(check_grant_name(name));
      CLOISTER_CHECK(kind == GrantKind::output ? check_writable(name, path) : check_exists(kind, name, path));
    }
  }
  for (const auto& [output, path] : request.grants.outputs) {
    if (const auto granted = granted_at(request.grants, path)) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the output '{}' would be written to '{}', on {}, and grants are never changed; give it "
                              "another path",
                              output, path.string(), *granted));
    }
  }
  return {};
}

}  // namespace cloister::host
