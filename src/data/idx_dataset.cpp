// Datasets in a pair of IDX files.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <vector>

#include "cloister/base/bytes.h"
#include "cloister/data/idx.h"
#include "cloister/data/image.h"
#include "hashed_file.h"
#include "image_finisher.h"
#include "open_dataset.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

constexpr std::string_view kDatasetTag = "cloister:dataset:idx:1\n";
constexpr std::size_t kImageColumn = 0;
constexpr std::uint64_t kMaxImages = std::uint64_t{1} << 28;

// A whole IDX file on the grid of chunks: what is shared by a dataset and its passes.
struct Contents {
  std::shared_ptr<HashedFile> images;
  std::shared_ptr<HashedFile> labels;
  std::uint64_t data_offset = 0;  // of the first image
  ImageShape shape;
  std::vector<std::uint16_t> classes_of;  // label of each sample
  std::vector<Column> columns;
};

class IdxReader final : public SampleReader {
 public:
  IdxReader(std::shared_ptr<const Contents> contents, const ImageForm& form)
      : contents_(std::move(contents)), form_(form), finisher_(form), reader_(contents_->images) {}

  Result<std::uint64_t> read(std::span<const Run> runs, std::uint64_t place, std::span<const Target> targets,
                             const std::stop_token& stop) override {
    std::uint64_t count = 0;
    for (const Run& run : runs) count += run.count;
    for (const Target& target : targets) {
      if (target.column == kImageColumn) {
        CLOISTER_CHECK(read_images(runs, place, target.bytes, stop));
      } else {
        CLOISTER_CHECK(copy_labels(runs, target.bytes));
      }
    }
    return count;
  }

  Result<void> finish() override { return reader_.finish(); }

 private:
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t sample) const {
    return contents_->data_offset + sample * contents_->shape.bytes();
  }

  // They are kept in memory.
  Result<void> copy_labels(std::span<const Run> runs, std::span<std::byte> bytes) const {
    CLOISTER_CHECK(contents_->labels->charge(bytes.size()));
    auto* out = reinterpret_cast<std::int64_t*>(bytes.data());
    for (const Run& run : runs) {
      const auto first = contents_->classes_of.begin() + static_cast<std::ptrdiff_t>(run.first);
      out = std::copy_n(first, run.count, out);
    }
    return {};
  }

  Result<void> read_images(std::span<const Run> runs, std::uint64_t place, std::span<std::byte> pixels,
                           const std::stop_token& stop) {
    const ImageShape& stored = contents_->shape;
    const auto size = static_cast<std::size_t>(form_.shape.bytes());
    const bool direct = finisher_.leaves_as_is(stored);
    if (!direct) stored_.resize(static_cast<std::size_t>(stored.bytes()));
    for (const Run& run : runs) {
      // Neighbours in the file that are neighbours in the batch are read at once, straight into place.
      const auto images = pixels.first(static_cast<std::size_t>(run.count) * size);
      pixels = pixels.subspan(images.size());
      if (direct) {
        CLOISTER_CHECK(reader_.read_in_pieces(offset_of(run.first), images, stop));
        continue;
      }
      for (std::uint64_t i = 0; i < run.count; ++i, ++place) {
        if (stop.stop_requested()) return fail_interrupted();
        const auto image = images.subspan(static_cast<std::size_t>(i) * size, size);
        if (finisher_.fits(stored)) {
          CLOISTER_CHECK(reader_.read(offset_of(run.first + i), image));
          finisher_.finish_in_place(place, image);
        } else {
          CLOISTER_CHECK(reader_.read(offset_of(run.first + i), stored_));
          finisher_.finish(place, stored, stored_, image);
        }
      }
    }
    return contents_->images->file().unchanged();
  }

  std::shared_ptr<const Contents> contents_;
  ImageForm form_;
  ImageFinisher finisher_;
  HashedReader reader_;
  std::vector<std::byte> stored_;
};

class IdxDataset final : public StoredDataset {
 public:
  explicit IdxDataset(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

  [[nodiscard]] std::uint64_t size() const override { return contents_->classes_of.size(); }
  [[nodiscard]] const std::vector<Column>& columns() const override { return contents_->columns; }
  [[nodiscard]] std::optional<ImageShape> image_shape() const override { return contents_->shape; }

  [[nodiscard]] std::optional<Digest> digest() const override {
    const auto images = contents_->images->digest();
    const auto labels = contents_->labels->digest();
    if (!images || !labels) return std::nullopt;
    return Sha256().update(kDatasetTag).update(*images).update(*labels).finish();
  }

  Result<Digest> complete_digest() const override {
    CLOISTER_CHECK(contents_->images->complete_digest());
    CLOISTER_CHECK(contents_->labels->complete_digest());
    return *digest();
  }

  [[nodiscard]] std::unique_ptr<SampleReader> reader(const ImageForm& form) const override {
    return std::make_unique<IdxReader>(contents_, form);
  }
  [[nodiscard]] ReadMeter* meter() const override { return contents_->images->meter(); }

 private:
  std::shared_ptr<const Contents> contents_;
};

}  // namespace

// `images` -> `labels` and `idxN` -> `idx1` in the file's own name.
Result<std::string> labels_path_of(const std::string& images_path) {
  const std::size_t slash = images_path.rfind('/');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  std::string name = images_path.substr(begin);
  const std::size_t images = name.find("images");
  if (images == std::string::npos || !is_idx_name(name)) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("'{}' is neither a folder, nor a .csv, .npy, .npz, .safetensors or .txt file, nor an IDX file with "
                    "'images' in its name, by which its labels would be found; give one of these",
                    images_path));
  }
  name.replace(images, 6, "labels");
  const std::size_t idx = name.find("idx");
  if (idx != std::string::npos && idx + 3 < name.size()) name[idx + 3] = '1';
  return images_path.substr(0, begin) + name;
}

namespace {

Result<IdxHeader> read_header(const HashedFile& file) {
  std::array<std::byte, 4 + 4 * kMaxIdxRank> first{};
  const auto head = std::span(first).first(std::min<std::size_t>(first.size(), file.file().size()));
  CLOISTER_CHECK(file.file().read(0, head));
  return parse_idx_header(head, file.file().size(), file.file().path());
}

Result<void> read_images_header(Contents& contents) {
  const std::string& path = contents.images->file().path();
  CLOISTER_TRY(const IdxHeader header, read_header(*contents.images));
  const auto& shape = header.shape;
  const bool is_images = header.dtype == Dtype::uint8 && (shape.size() == 3 || shape.size() == 4);
  const std::int64_t channels = shape.size() == 4 ? shape[3] : 1;
  if (!is_images || (channels != 1 && channels != 3)) {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' holds {} of {}; a dataset's images are uint8 of [n, height, width], or of that and 1 "
                            "or 3 channels",
                            path, shape_text(shape), dtype_name(header.dtype)));
  }
  const auto size = static_cast<std::uint64_t>(shape[0]);
  const auto height = static_cast<std::uint64_t>(shape[1]);
  const auto width = static_cast<std::uint64_t>(shape[2]);
  const bool small = height <= kMaxSide && width <= kMaxSide && height * width <= kMaxPixels && size <= kMaxImages;
  if (!small || size == 0 || height == 0 || width == 0) {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' holds {}; datasets of 1 to {} images of at most {} pixels, {} a side, are read", path,
                            shape_text(shape), kMaxImages, kMaxPixels, kMaxSide));
  }
  contents.data_offset = header.data_offset;
  contents.shape = {static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width),
                    static_cast<std::uint32_t>(channels)};
  contents.classes_of.resize(static_cast<std::size_t>(size));
  return {};
}

std::int64_t label_at(std::span<const std::byte> bytes, Dtype dtype) {
  std::uint64_t bits = 0;
  for (std::size_t i = element_size(dtype); i-- > 0;) bits = bits << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  const auto unused = static_cast<unsigned>(64 - 8 * element_size(dtype));
  if (dtype == Dtype::uint8) return static_cast<std::int64_t>(bits);
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

Result<void> read_labels(Contents& contents) {
  const std::string& path = contents.labels->file().path();
  CLOISTER_TRY(const IdxHeader header, read_header(*contents.labels));
  const std::size_t count = contents.classes_of.size();
  if (is_floating_point(header.dtype) || header.shape.size() != 1 ||
      static_cast<std::uint64_t>(header.shape[0]) != count) {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' holds {} of {}, but '{}' needs {} whole numbers as labels", path,
                            shape_text(header.shape), dtype_name(header.dtype), contents.images->file().path(), count));
  }
  const std::size_t size = element_size(header.dtype);
  std::vector<std::byte> bytes(static_cast<std::size_t>(header.data_size));
  HashedReader reader(contents.labels);
  std::vector<std::byte> skipped(static_cast<std::size_t>(header.data_offset));
  CLOISTER_CHECK(reader.read(0, skipped));
  CLOISTER_CHECK(reader.read(header.data_offset, bytes));
  CLOISTER_CHECK(reader.finish());
  swap_idx_elements(bytes, size);
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t label = label_at(std::span(bytes).subspan(i * size, size), header.dtype);
    if (label < 0 || label >= static_cast<std::int64_t>(kMaxClasses)) {
      return fail(ErrorCode::bad_data,
                  fmt::format("'{}' has the label {} at {}; labels are 0 to {}", path, label, i, kMaxClasses - 1));
    }
    largest = std::max(largest, label);
    contents.classes_of[i] = static_cast<std::uint16_t>(label);
  }
  std::vector<std::int64_t> shape{contents.shape.height, contents.shape.width};
  if (contents.shape.channels > 1) shape.push_back(contents.shape.channels);
  contents.columns = image_columns(std::move(shape), numbered_classes(largest));
  return {};
}

}  // namespace

Result<Dataset::Pointer> open_idx_dataset(const std::string& images_path, const OpenOptions& options) {
  CLOISTER_TRY(const std::string labels_path, labels_path_of(images_path));
  auto contents = std::make_shared<Contents>();
  CLOISTER_TRY(contents->images, HashedFile::open(images_path, options.meter));
  CLOISTER_CHECK(read_images_header(*contents));
  if (std::error_code ignored; !std::filesystem::exists(labels_path, ignored)) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' has no labels: there is no '{}'", images_path, labels_path));
  }
  CLOISTER_TRY(contents->labels, HashedFile::open(labels_path, options.meter));
  CLOISTER_CHECK(read_labels(*contents));
  return std::make_shared<const Dataset>(std::make_shared<const IdxDataset>(std::move(contents)));
}

}  // namespace cloister::data
