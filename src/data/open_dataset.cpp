#include "open_dataset.h"

#include <sys/stat.h>

#include <cerrno>

#include "cloister/base/file.h"

namespace cloister::data {

Result<std::shared_ptr<const Dataset>> open_dataset(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return fail_errno("open", path, errno);
  return S_ISDIR(status.st_mode) ? open_folder_dataset(path) : open_idx_dataset(path);
}

}  // namespace cloister::data
