// Datasets in a CSV file.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "csv_fields.h"
#include "csv_scanner.h"
#include "csv_table.h"
#include "hashed_file.h"
#include "open_dataset.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

struct Contents {
  std::shared_ptr<HashedFile> file;
  CsvTable table;
};

ReadAt read_of(HashedReader& reader) {
  return [&reader](std::uint64_t offset, std::span<std::byte> bytes) { return reader.read(offset, bytes); };
}

class CsvReader final : public SampleReader {
 public:
  explicit CsvReader(std::shared_ptr<const Contents> contents)
      : contents_(std::move(contents)),
        reader_(contents_->file),
        scanner_(contents_->file->file().size(), read_of(reader_), contents_->file->file().path()) {}
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  Result<std::uint64_t> read(std::span<const Run> runs, std::uint64_t /*place*/, std::span<const Target> targets,
                             const std::stop_token& stop) override {
    constexpr std::uint64_t kStopRows = 256;
    std::uint64_t done = 0;
    for (const Run& run : runs) {
      CLOISTER_CHECK(go_to(run.first));
      for (std::uint64_t i = 0; i < run.count; ++i, ++done) {
        if (done % kStopRows == 0 && stop.stop_requested()) return fail_interrupted();
        CLOISTER_CHECK(take_row());
        for (const Target& target : targets) {
          CLOISTER_CHECK(put(target.column, target.bytes.data() + done * element_bytes(target.column)));
        }
      }
    }
    CLOISTER_CHECK(contents_->file->file().unchanged());
    return done;
  }

  Result<void> finish() override { return reader_.finish(); }

 private:
  [[nodiscard]] std::size_t element_bytes(std::size_t column) const {
    return element_size(contents_->table.columns[column].dtype);
  }

  // What the opening found is no longer so.
  [[nodiscard]] Unexpected<Error> changed() const {
    return fail(ErrorCode::bad_data, fmt::format("'{}' changed while it was being read; leave it alone during a run",
                                                 contents_->file->file().path()));
  }

  Result<void> take_row() {
    const Result<bool> any = scanner_.next();
    if (!any && any.error().code != ErrorCode::bad_data) return Unexpected(any.error());
    if (!any || !*any || scanner_.fields().size() != contents_->table.columns.size()) return changed();
    ++next_row_;
    return {};
  }

  // Makes `row` the next one that is taken.
  Result<void> go_to(std::uint64_t row) {
    const CsvRowIndex::Entry entry = contents_->table.index.before(row);
    if (next_row_ > row || next_row_ < entry.row) {
      scanner_.seek(entry.offset, entry.row + 2);
      next_row_ = entry.row;
    }
    while (next_row_ < row) CLOISTER_CHECK(take_row());
    return {};
  }

  Result<void> put(std::size_t index, std::byte* out) const {
    const Column& column = contents_->table.columns[index];
    const std::string_view field = scanner_.fields()[index];
    if (column.dtype == Dtype::float32) {
      const auto real = parse_real(field);
      if (!real) return changed();
      std::memcpy(out, &*real, sizeof(*real));
      return {};
    }
    std::optional<std::int64_t> whole;
    if (!column.classes_are_contents) {
      whole = parse_whole(field);
    } else if (const auto word = std::lower_bound(column.classes.begin(), column.classes.end(), field);
               word != column.classes.end() && *word == field) {
      whole = word - column.classes.begin();
    }
    if (!whole) return changed();
    std::memcpy(out, &*whole, sizeof(*whole));
    return {};
  }

  std::shared_ptr<const Contents> contents_;
  HashedReader reader_;
  CsvScanner scanner_;
  std::uint64_t next_row_ = ~std::uint64_t{0};  // unknown: the first read goes there
};

class CsvDataset final : public StoredDataset {
 public:
  explicit CsvDataset(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

  [[nodiscard]] std::uint64_t size() const override { return contents_->table.index.rows(); }
  [[nodiscard]] const std::vector<Column>& columns() const override { return contents_->table.columns; }
  [[nodiscard]] std::optional<Digest> digest() const override { return contents_->file->digest(); }
  Result<Digest> complete_digest() const override { return contents_->file->complete_digest(); }
  [[nodiscard]] std::unique_ptr<SampleReader> reader(const ImageForm& /*form*/) const override {
    return std::make_unique<CsvReader>(contents_);
  }
  [[nodiscard]] ReadMeter* meter() const override { return contents_->file->meter(); }

 private:
  std::shared_ptr<const Contents> contents_;
};

}  // namespace

Result<Dataset::Pointer> open_csv_dataset(const std::string& path, const OpenOptions& options) {
  auto contents = std::make_shared<Contents>();
  CLOISTER_TRY(contents->file, HashedFile::open(path, options.meter));
  HashedReader reader(contents->file);
  CLOISTER_TRY(contents->table, read_csv_table(contents->file->file().size(), read_of(reader), path, options.stop));
  CLOISTER_CHECK(reader.finish());
  return std::make_shared<const Dataset>(std::make_shared<const CsvDataset>(std::move(contents)));
}

}  // namespace cloister::data
