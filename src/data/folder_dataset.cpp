// Datasets in a folder of class folders of images.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "cloister/base/bytes.h"
#include "cloister/data/image.h"
#include "hashed_file.h"
#include "open_dataset.h"
#include "sample_reader.h"

namespace cloister::data {
namespace {

constexpr std::string_view kDatasetTag = "cloister:dataset:folder:1\n";
// Each file costs its name, identity and digest in memory.
constexpr std::size_t kMaxFiles = 1 << 22;

struct ImageFile {
  std::string path;  // relative to the dataset: CLASS/NAME
  std::uint16_t label = 0;
  FileIdentity identity;
};

struct Contents {
  std::string path;
  UniqueFd folder;
  std::vector<ImageFile> files;
  std::vector<std::string> classes;
  ImageShape first_shape;
  std::unique_ptr<DigestTable> digests;  // of whole files
};

// The whole file of sample `index`, proved to be what it was at the opening and in earlier passes.
Result<void> read_image_file(const Contents& contents, std::size_t index, std::vector<std::byte>& bytes) {
  const ImageFile& image = contents.files[index];
  const auto changed = [&] {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' changed while it was being read; leave it alone during a run", image.path));
  };
  CLOISTER_TRY(const File file, File::open_beneath(contents.folder.get(), image.path, image.path));
  if (file.identity() != image.identity) return changed();
  bytes.resize(static_cast<std::size_t>(file.size()));
  CLOISTER_CHECK(file.read(0, bytes));
  CLOISTER_CHECK(file.unchanged());
  if (!contents.digests->note(index, sha256(bytes))) return changed();
  return {};
}

class FolderReader final : public SampleReader {
 public:
  explicit FolderReader(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

  Result<void> read(std::span<const std::uint32_t> samples, const ImageShape& shape, const BatchOptions& options,
                    std::span<std::byte> pixels, std::span<std::int64_t> labels, const std::stop_token& stop) override {
    const auto size = static_cast<std::size_t>(shape.bytes());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (stop.stop_requested()) return fail_interrupted();
      labels[i] = contents_->files[samples[i]].label;
      CLOISTER_CHECK(read_one(samples[i], shape, options, pixels.subspan(i * size, size)));
    }
    return {};
  }

  Result<void> finish() override { return {}; }

 private:
  Result<void> read_one(std::size_t index, const ImageShape& shape, const BatchOptions& options,
                        std::span<std::byte> pixels) {
    const std::string& name = contents_->files[index].path;
    CLOISTER_CHECK(read_image_file(*contents_, index, file_));
    CLOISTER_TRY(const ImageShape stored, inspect_image(file_, name));
    if (!options.resize && (stored.height != shape.height || stored.width != shape.width)) {
      return fail(
          ErrorCode::bad_data,
          fmt::format("the image '{}' has {} x {} pixels, but the first one {} x {}; ask for a size to resize to", name,
                      stored.height, stored.width, shape.height, shape.width));
    }
    if (!options.rgb && stored.channels != shape.channels) {
      return fail(ErrorCode::bad_data, fmt::format("the image '{}' is {}, unlike the first one; ask for rgb", name,
                                                   stored.channels == 1 ? "grey" : "coloured"));
    }
    if (stored == shape) return decode_image(file_, name, shape, pixels);
    decoded_.resize(static_cast<std::size_t>(stored.bytes()));
    CLOISTER_CHECK(decode_image(file_, name, stored, decoded_));
    converter_.convert(stored, decoded_, shape, pixels);
    return {};
  }

  std::shared_ptr<const Contents> contents_;
  ImageConverter converter_;
  std::vector<std::byte> file_;
  std::vector<std::byte> decoded_;
};

class FolderDataset final : public Dataset {
 public:
  explicit FolderDataset(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

  [[nodiscard]] std::uint64_t size() const override { return contents_->files.size(); }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return contents_->classes; }
  [[nodiscard]] ImageShape image_shape() const override { return contents_->first_shape; }

  [[nodiscard]] std::optional<Digest> digest() const override {
    Sha256 hash;
    hash.update(kDatasetTag).update_u64(contents_->files.size());
    for (const ImageFile& file : contents_->files) hash.update_u64(file.path.size()).update(file.path);
    return contents_->digests->combine(std::move(hash));
  }

  Result<Digest> complete_digest() const override {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < contents_->files.size(); ++i) {
      if (!contents_->digests->knows(i)) CLOISTER_CHECK(read_image_file(*contents_, i, bytes));
    }
    return *digest();
  }

  [[nodiscard]] std::unique_ptr<SampleReader> reader() const override {
    return std::make_unique<FolderReader>(contents_);
  }

 private:
  std::shared_ptr<const Contents> contents_;
};

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

Result<ImageFile> examine(const Contents& contents, const UniqueFd& class_folder, const std::string& class_name,
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

Result<void> add_class(Contents& contents, const std::string& name) {
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

Result<std::shared_ptr<const Dataset>> open_folder_dataset(const std::string& path) {
  auto contents = std::make_shared<Contents>();
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
  std::vector<std::byte> first;
  CLOISTER_CHECK(read_image_file(*contents, 0, first));
  CLOISTER_TRY(contents->first_shape, inspect_image(first, contents->files[0].path));
  return std::make_shared<const FolderDataset>(std::move(contents));
}

}  // namespace cloister::data
