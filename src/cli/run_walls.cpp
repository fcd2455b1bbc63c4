#include "cloister/cli/run_walls.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

#include "cloister/data/dataset.h"
#include "cloister/engine/backend_code.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

Result<bool> are_wanted() {
  const char* value = std::getenv("CLOISTER_WALLS");
  const std::string_view wish = value == nullptr ? "on" : value;
  if (wish == "off") return false;
  if (wish == "on" || wish.empty()) return true;
  return fail(ErrorCode::invalid_argument, fmt::format("CLOISTER_WALLS is '{}'; it takes on or off", wish));
}

std::vector<walls::Wall> all_down() {
  std::vector<walls::Wall> walls = walls::offered();
  for (walls::Wall& wall : walls) {
    wall.on = false;
    wall.detail = "CLOISTER_WALLS=off";
  }
  return walls;
}

// What cannot be made now is told by who wants to write there.
void make_cache(const fs::path& cache) {
  std::error_code ignored;
  fs::create_directories(folder_of(cache), ignored);
  ::mkdir(cache.c_str(), 0700);
}

}  // namespace

Result<std::vector<walls::Wall>> walls_of_runs() {
  CLOISTER_TRY(const bool wanted, are_wanted());
  return wanted ? walls::offered() : all_down();
}

Result<std::vector<walls::Wall>> raise_walls(const RunPlan& plan, const RunDirectory& directory) {
  CLOISTER_TRY(const bool wanted, are_wanted());
  if (!wanted) return all_down();
  walls::Needs needs{.read = {plan.component}, .write = {directory.path()}};
  for (const auto& [name, path] : plan.request.grants.datasets) {
    needs.read.push_back(path);
    if (const auto labels = data::labels_path_of(path.string())) needs.read.emplace_back(*labels);
  }
  for (const auto& [name, path] : plan.request.grants.models) needs.read.push_back(path);
  for (const auto& [name, path] : plan.request.grants.outputs) {
    if (!path.empty()) needs.replace.push_back(folder_of(path));
  }
  if (const fs::path& cache = plan.host.cache_directory; !cache.empty()) {
    make_cache(cache);
    needs.write.push_back(cache);
  }
  // A run that never starts leaves no folder behind.
  for (const fs::path& made : directory.made()) needs.remove_folder.push_back(folder_of(made));
  if (plan.host.backend == host::BackendKind::torch) {
    const fs::path library =
        plan.host.torch_library.empty() ? engine::torch_backend_library() : plan.host.torch_library;
    for (fs::path& folder : engine::backend_code_folders(library)) needs.read.push_back(std::move(folder));
    needs.gpu = plan.host.device.kind == engine::Device::Kind::cuda;
  }
  return walls::raise(needs);
}

}  // namespace cloister::cli
