#include "image_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cloister/base/bytes.h"
#include "cloister/data/image.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

// Each file costs its name, identity and digest in memory.
constexpr std::size_t kMaxFiles = 1 << 22;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

Result<UniqueFd> open_folder(int root, const std::string& path, const std::string& shown, int flags) {
  UniqueFd fd(::openat(root, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
  if (!fd) return fail_errno("open the folder", shown, errno);
  return fd;
}

// Names in a folder, sorted by bytes, without those that begin with a dot.
Result<std::vector<std::string>> names_in(int folder, const std::string& shown) {
  // fdopendir takes its descriptor over, and reading moves its position: it gets one of its own.
  CLOISTER_TRY(UniqueFd own, open_folder(folder, ".", shown, 0));
  const int fd = ::fcntl(own.get(), F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<DIR, CloseFolder> listing(fd >= 0 ? ::fdopendir(fd) : nullptr);
  if (!listing) return fail_errno("list", shown, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (entry->d_name[0] == '.') continue;
    if (names.size() == kMaxFiles) {
      return fail(ErrorCode::bad_data, fmt::format("'{}' has more than {} entries; split it", shown, kMaxFiles));
    }
    names.emplace_back(entry->d_name);
    errno = 0;
  }
  if (errno != 0) return fail_errno("list", shown, errno);
  std::sort(names.begin(), names.end());
  return names;
}

bool is_image_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(name.substr(dot + 1));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return ending == "png" || ending == "jpg" || ending == "jpeg";
}

Result<ImageFile> examine(const ImageFolder& contents, const UniqueFd& class_folder, const std::string& class_name,
                          const std::string& name) {
  ImageFile image{.path = class_name + "/" + name,
                  .label = static_cast<std::uint16_t>(contents.classes.size() - 1),
                  .identity = {}};
  if (!is_utf8(name)) {
    return fail(ErrorCode::bad_data,
                fmt::format("a file of the class '{}' has a name that is not UTF-8; rename it", class_name));
  }
  struct stat status{};
  if (::fstatat(class_folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail_errno("examine", image.path, errno);
  }
  if (S_ISREG(status.st_mode)) {
    image.identity = FileIdentity::of(status);
  } else {
    // A link, folder, FIFO or device: opening it gives the reason, unless it has become a file meanwhile.
    CLOISTER_TRY(const File file, File::open_beneath(contents.folder.get(), image.path, image.path));
    image.identity = file.identity();
  }
  if (image.identity.size > kMaxImageFileBytes) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' has {} bytes; image files of at most {} are read", image.path,
                                                 image.identity.size, kMaxImageFileBytes));
  }
  return image;
}

Result<void> add_class(ImageFolder& contents, const std::string& name) {
  if (!is_utf8(name)) {
    return fail(ErrorCode::bad_data,
                fmt::format("a class folder of '{}' has a name that is not UTF-8; rename it", contents.path));
  }
  if (contents.classes.size() == kMaxClasses) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' has more than {} classes", contents.path, kMaxClasses));
  }
  contents.classes.push_back(name);
  const std::string shown = contents.path + "/" + name;
  CLOISTER_TRY(const UniqueFd folder, open_folder(contents.folder.get(), name, shown, O_NOFOLLOW));
  CLOISTER_TRY(const auto names, names_in(folder.get(), shown));
  const std::size_t before = contents.files.size();
  for (const std::string& file : names) {
    if (!is_image_name(file)) continue;
    if (contents.files.size() == kMaxFiles) {
      return fail(ErrorCode::bad_data, fmt::format("'{}' has more than {} images; split it", contents.path, kMaxFiles));
    }
    CLOISTER_TRY(auto image, examine(contents, folder, name, file));
    contents.files.push_back(std::move(image));
  }
  if (contents.files.size() == before) {
    return fail(ErrorCode::bad_data, fmt::format("the class folder '{}' has no PNG or JPEG; remove or fill it", shown));
  }
  return {};
}

}  // namespace

Result<void> read_image_file(const ImageFolder& contents, std::size_t index, std::vector<std::byte>& bytes) {
  const ImageFile& image = contents.files[index];
  const auto changed = [&] {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' changed while it was being read; leave it alone during a run", image.path));
  };
  CLOISTER_TRY(const File file, File::open_beneath(contents.folder.get(), image.path, image.path));
  if (file.identity() != image.identity) return changed();
  if (contents.meter != nullptr) CLOISTER_CHECK(contents.meter->charge(file.size()));
  bytes.resize(static_cast<std::size_t>(file.size()));
  CLOISTER_CHECK(file.read(0, bytes));
  CLOISTER_CHECK(file.unchanged());
  if (!contents.digests->note(index, sha256(bytes))) return changed();
  return {};
}

Result<std::shared_ptr<ImageFolder>> list_image_folder(const std::string& path) {
  auto contents = std::make_shared<ImageFolder>();
  contents->path = path;
  CLOISTER_TRY(contents->folder, open_folder(AT_FDCWD, path, path, 0));
  CLOISTER_TRY(const auto names, names_in(contents->folder.get(), path));
  for (const std::string& name : names) {
    struct stat status{};
    if (::fstatat(contents->folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return fail_errno("examine", path + "/" + name, errno);
    }
    if (S_ISDIR(status.st_mode)) {
      CLOISTER_CHECK(add_class(*contents, name));
    } else if (S_ISLNK(status.st_mode) || is_image_name(name)) {
      return fail(ErrorCode::bad_data,
                  fmt::format("'{}/{}' is no class folder; put images into a folder a class", path, name));
    }
  }
  if (contents->files.empty()) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' has no class folders with PNG or JPEG files", path));
  }
  contents->digests = std::make_unique<DigestTable>(contents->files.size());
  return contents;
}

}  // namespace cloister::data
