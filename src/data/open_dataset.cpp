#include "open_dataset.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "cloister/base/file.h"

namespace cloister::data {
namespace {

struct Format {
  std::string_view ending;
  Result<Dataset::Pointer> (*open)(const std::string& path, const OpenOptions& options);
};
constexpr std::array<Format, 5> kFormats{{{".csv", open_csv_dataset},
                                          {".npy", open_npy_dataset},
                                          {".npz", open_npz_dataset},
                                          {".safetensors", open_safetensors_dataset},
                                          {".txt", open_text_dataset}}};

const Format* format_of(std::string_view path) {
  const auto matches = [path](const Format& format) {
    if (path.size() < format.ending.size()) return false;
    const std::string_view ending = path.substr(path.size() - format.ending.size());
    return std::equal(ending.begin(), ending.end(), format.ending.begin(), [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
  };
  const auto found = std::find_if(kFormats.begin(), kFormats.end(), matches);
  return found == kFormats.end() ? nullptr : &*found;
}

}  // namespace

Result<Dataset::Pointer> open_dataset(const std::string& path, const OpenOptions& options) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return fail_errno("open", path, errno);
  if (S_ISDIR(status.st_mode)) return open_folder_dataset(path, options);
  const Format* format = format_of(path);
  return format != nullptr ? format->open(path, options) : open_idx_dataset(path, options);
}

bool is_idx_name(std::string_view path) { return format_of(path) == nullptr; }

}  // namespace cloister::data
