// Datasets in a folder of class folders of images.
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "cloister/data/image.h"
#include "image_finisher.h"
#include "image_folder.h"
#include "open_dataset.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

constexpr std::string_view kDatasetTag = "cloister:dataset:folder:1\n";
constexpr std::size_t kImageColumn = 0;

struct Contents {
  std::shared_ptr<const ImageFolder> folder;
  ImageShape first_shape;  // of the first image that can be decoded
  std::vector<Column> columns;
};

// What ends a pass or an opening that may leave nothing out.
Unexpected<Error> broken_file(const Error& why) {
  return fail(why.code, fmt::format("{}; mend or remove it, or leave such files out with --skip-broken", why.message));
}

class FolderReader final : public SampleReader {
 public:
  FolderReader(std::shared_ptr<const Contents> contents, const ImageForm& form)
      : contents_(std::move(contents)), form_(form), finisher_(form) {}

  Result<std::uint64_t> read(std::span<const Run> runs, std::uint64_t place, std::span<const Target> targets,
                             const std::stop_token& stop) override {
    std::uint64_t done = 0;
    for (const Run& run : runs) {
      for (std::uint64_t index = run.first; index < run.first + run.count; ++index, ++place) {
        if (stop.stop_requested()) return fail_interrupted();
        CLOISTER_TRY(const bool read, read_sample(static_cast<std::size_t>(index), place, done, targets));
        if (read) ++done;
      }
    }
    return done;
  }

  Result<void> finish() override { return {}; }
  std::vector<BrokenSample> take_broken() override { return std::exchange(broken_, {}); }

 private:
  // Puts a sample at place `to` of the targets; false when it was left out.
  Result<bool> read_sample(std::size_t index, std::uint64_t place, std::uint64_t to, std::span<const Target> targets) {
    const ImageFile& file = contents_->folder->files[index];
    const auto size = static_cast<std::size_t>(form_.shape.bytes());
    for (const Target& target : targets) {
      if (target.column != kImageColumn) {
        reinterpret_cast<std::int64_t*>(target.bytes.data())[to] = file.label;
        continue;
      }
      CLOISTER_TRY(const bool read, read_image(index, place, target.bytes.subspan(to * size, size)));
      if (!read) return false;
    }
    return true;
  }

  Result<bool> read_image(std::size_t index, std::uint64_t place, std::span<std::byte> pixels) {
    const std::string& name = contents_->folder->files[index].path;
    CLOISTER_CHECK(read_image_file(*contents_->folder, index, file_));
    const Result<ImageShape> stored = inspect_image(file_, name);
    if (!stored) return leave_out(index, stored.error());
    CLOISTER_CHECK(finisher_.check(*stored, name));
    if (finisher_.fits(*stored)) {
      if (const auto decoded = decode_image(file_, name, *stored, pixels); !decoded) {
        return leave_out(index, decoded.error());
      }
      finisher_.finish_in_place(place, pixels);
      return true;
    }
    decoded_.resize(static_cast<std::size_t>(stored->bytes()));
    if (const auto decoded = decode_image(file_, name, *stored, decoded_); !decoded) {
      return leave_out(index, decoded.error());
    }
    finisher_.finish(place, *stored, decoded_, pixels);
    return true;
  }

  Result<bool> leave_out(std::size_t index, const Error& why) {
    if (!form_.skip_broken) return broken_file(why);
    broken_.push_back({index, contents_->folder->files[index].path, why.message});
    return false;
  }

  std::shared_ptr<const Contents> contents_;
  ImageForm form_;
  ImageFinisher finisher_;
  std::vector<BrokenSample> broken_;
  std::vector<std::byte> file_;
  std::vector<std::byte> decoded_;
};

class FolderDataset final : public StoredDataset {
 public:
  explicit FolderDataset(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

  [[nodiscard]] std::uint64_t size() const override { return contents_->folder->files.size(); }
  [[nodiscard]] const std::vector<Column>& columns() const override { return contents_->columns; }
  [[nodiscard]] std::optional<ImageShape> image_shape() const override { return contents_->first_shape; }

  [[nodiscard]] std::optional<Digest> digest() const override {
    const ImageFolder& folder = *contents_->folder;
    Sha256 hash;
    hash.update(kDatasetTag).update_u64(folder.files.size());
    for (const ImageFile& file : folder.files) hash.update_u64(file.path.size()).update(file.path);
    return folder.digests->combine(std::move(hash));
  }

  Result<Digest> complete_digest() const override {
    const ImageFolder& folder = *contents_->folder;
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < folder.files.size(); ++i) {
      if (!folder.digests->knows(i)) CLOISTER_CHECK(read_image_file(folder, i, bytes));
    }
    return *digest();
  }

  [[nodiscard]] std::unique_ptr<SampleReader> reader(const ImageForm& form) const override {
    return std::make_unique<FolderReader>(contents_, form);
  }
  [[nodiscard]] ReadMeter* meter() const override { return contents_->folder->meter.get(); }

 private:
  std::shared_ptr<const Contents> contents_;
};

// The shape of the first image; of the first that has one, when broken ones are left out.
Result<ImageShape> first_shape(const ImageFolder& folder, bool skip_broken) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < folder.files.size(); ++i) {
    CLOISTER_CHECK(read_image_file(folder, i, bytes));
    auto shape = inspect_image(bytes, folder.files[i].path);
    if (shape) return shape;
    if (!skip_broken) return broken_file(shape.error());
  }
  return fail(ErrorCode::bad_data, fmt::format("'{}' has no image that can be decoded", folder.path));
}

}  // namespace

Result<Dataset::Pointer> open_folder_dataset(const std::string& path, const OpenOptions& options) {
  auto contents = std::make_shared<Contents>();
  CLOISTER_TRY(auto folder, list_image_folder(path));
  folder->meter = options.meter;
  contents->folder = std::move(folder);
  CLOISTER_TRY(contents->first_shape, first_shape(*contents->folder, options.skip_broken));
  std::vector<std::int64_t> shape{-1, -1};  // files are not opened to see whether all are of one size
  if (contents->first_shape.channels > 1) shape.push_back(contents->first_shape.channels);
  contents->columns = image_columns(std::move(shape), contents->folder->classes);
  return std::make_shared<const Dataset>(std::make_shared<const FolderDataset>(std::move(contents)));
}

}  // namespace cloister::data
