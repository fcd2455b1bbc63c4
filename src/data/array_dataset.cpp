#include "array_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cloister/base/bytes.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

struct Contents {
  std::shared_ptr<HashedFile> file;
  std::vector<StoredArray> arrays;
  std::vector<std::uint64_t> sample_bytes;  // of each array
  std::vector<Column> columns;
  std::uint64_t size = 0;
};

class ArrayReader final : public SampleReader {
 public:
  explicit ArrayReader(std::shared_ptr<const Contents> contents)
      : contents_(std::move(contents)), readers_(contents_->arrays.size()) {}

  Result<std::uint64_t> read(std::span<const Run> runs, std::uint64_t /*place*/, std::span<const Target> targets,
                             const std::stop_token& stop) override {
    std::uint64_t count = 0;
    for (const Run& run : runs) count += run.count;
    for (const Target& target : targets) {
      const auto bytes = target.bytes.first(static_cast<std::size_t>(count * contents_->sample_bytes[target.column]));
      CLOISTER_CHECK(read_array(target.column, runs, bytes, stop));
      CLOISTER_CHECK(check_bools(target.column, bytes));
    }
    CLOISTER_CHECK(contents_->file->file().unchanged());
    return count;
  }

  Result<void> finish() override {
    for (std::optional<HashedReader>& reader : readers_) {
      if (reader) CLOISTER_CHECK(reader->finish());
    }
    return {};
  }

 private:
  Result<void> read_array(std::size_t index, std::span<const Run> runs, std::span<std::byte> bytes,
                          const std::stop_token& stop) {
    const StoredArray& array = contents_->arrays[index];
    const std::uint64_t size = contents_->sample_bytes[index];
    std::optional<HashedReader>& reader = readers_[index];
    if (!reader) reader.emplace(contents_->file);
    for (const Run& run : runs) {
      const auto piece = bytes.first(static_cast<std::size_t>(run.count * size));
      bytes = bytes.subspan(piece.size());
      if (array.memory == nullptr) {
        CLOISTER_CHECK(reader->read_in_pieces(array.offset + run.first * size, piece, stop));
      } else {
        CLOISTER_CHECK(contents_->file->charge(piece.size()));
        std::copy_n(array.memory->begin() + static_cast<std::ptrdiff_t>(run.first * size), piece.size(), piece.begin());
      }
    }
    return {};
  }

  // Engines rely on it.
  Result<void> check_bools(std::size_t index, std::span<const std::byte> bytes) const {
    const StoredArray& array = contents_->arrays[index];
    if (array.dtype != Dtype::bool_) return {};
    const auto odd = std::find_if(bytes.begin(), bytes.end(), [](std::byte byte) { return byte > std::byte{1}; });
    if (odd == bytes.end()) return {};
    return fail(ErrorCode::bad_data,
                fmt::format("the array '{}' of '{}' is of bool and has the byte {}; only 0 and 1 are bools", array.name,
                            contents_->file->file().path(), std::to_integer<int>(*odd)));
  }

  std::shared_ptr<const Contents> contents_;
  std::vector<std::optional<HashedReader>> readers_;  // one an array that is read: each goes on where it was
};

class ArrayDataset final : public StoredDataset {
 public:
  explicit ArrayDataset(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

  [[nodiscard]] std::uint64_t size() const override { return contents_->size; }
  [[nodiscard]] const std::vector<Column>& columns() const override { return contents_->columns; }
  [[nodiscard]] std::optional<Digest> digest() const override { return contents_->file->digest(); }
  Result<Digest> complete_digest() const override { return contents_->file->complete_digest(); }
  [[nodiscard]] std::unique_ptr<SampleReader> reader(const ImageForm& /*form*/) const override {
    return std::make_unique<ArrayReader>(contents_);
  }
  [[nodiscard]] ReadMeter* meter() const override { return contents_->file->meter(); }

 private:
  std::shared_ptr<const Contents> contents_;
};

}  // namespace

Result<Dataset::Pointer> make_array_dataset(std::shared_ptr<HashedFile> file, std::vector<StoredArray> arrays) {
  const std::string path = file->file().path();
  if (arrays.empty()) return fail(ErrorCode::bad_data, fmt::format("'{}' has no arrays", path));
  auto contents = std::make_shared<Contents>();
  for (const StoredArray& array : arrays) {
    const auto bad = [&](std::string_view why) {
      return fail(ErrorCode::bad_data, fmt::format("the array '{}' of '{}' {}", clipped(array.name, 100), path, why));
    };
    if (!is_utf8(array.name)) return bad("has a name that is not UTF-8; rename it");
    if (array.shape.empty()) {
      return bad("is a single number; a dataset's arrays have a first dimension, which counts the samples");
    }
    if (&array != arrays.data() && array.shape[0] != arrays[0].shape[0]) {
      return bad(fmt::format("has {} rows, but '{}' has {}; all arrays of a dataset have one row a sample",
                             array.shape[0], clipped(arrays[0].name, 100), arrays[0].shape[0]));
    }
    Column column;
    column.name = array.name;
    column.dtype = array.dtype;
    column.shape.assign(array.shape.begin() + 1, array.shape.end());
    CLOISTER_TRY(const std::uint64_t bytes, checked_byte_size(column.shape, element_size(array.dtype)));
    if (array.shape[0] == 0 || bytes == 0) {
      return bad(fmt::format("has the shape {}, which holds nothing; a dataset has at least one sample of one number",
                             shape_text(array.shape)));
    }
    contents->sample_bytes.push_back(bytes);
    contents->columns.push_back(std::move(column));
  }
  contents->size = static_cast<std::uint64_t>(arrays[0].shape[0]);
  contents->file = std::move(file);
  contents->arrays = std::move(arrays);
  return std::make_shared<const Dataset>(std::make_shared<const ArrayDataset>(std::move(contents)));
}

}  // namespace cloister::data
