#include "csv_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>

#include "cloister/base/bytes.h"
#include "csv_fields.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

constexpr std::uint64_t kStopRows = 4096;  // between two looks at a stop token
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// The columns' names; the scanner stands behind the header then.
Result<std::vector<Column>> read_names(std::uint64_t file_size, const ReadAt& read, const std::string& name,
                                       CsvScanner& scanner) {
  std::array<std::byte, kByteOrderMark.size()> first{};
  if (file_size >= first.size()) {
    CLOISTER_CHECK(read(0, first));
    const auto mark = std::as_bytes(std::span(kByteOrderMark));
    if (std::equal(first.begin(), first.end(), mark.begin())) scanner.seek(first.size(), 1);
  }
  CLOISTER_TRY(const bool any, scanner.next());
  if (!any) return fail(ErrorCode::bad_data, fmt::format("'{}' is empty; its first row names the columns", name));
  std::vector<Column> columns;
  std::set<std::string_view> names;
  for (const std::string_view field : scanner.fields()) {
    if (!is_utf8(field)) return scanner.bad("has a column name that is not UTF-8; save the file as UTF-8");
    if (!names.insert(field).second) {
      return scanner.bad(fmt::format("has two columns named '{}'; rename one", clipped(field, 100)));
    }
    columns.emplace_back().name = field;
  }
  return columns;
}

// Calls each(fields) for all rows after the header.
template <class Each>
Result<void> for_each_row(CsvScanner& scanner, std::size_t width, const std::stop_token& stop, const Each& each) {
  for (std::uint64_t row = 0;; ++row) {
    if (row % kStopRows == 0 && stop.stop_requested()) return fail_interrupted();
    const std::uint64_t offset = scanner.next_offset();
    CLOISTER_TRY(const bool any, scanner.next());
    if (!any) return {};
    if (scanner.fields().size() != width) {
      const std::size_t found = scanner.fields().size();
      return scanner.bad(fmt::format("has {} field{}, but the header has {}; give each row one for each column", found,
                                     found == 1 ? "" : "s", width));
    }
    CLOISTER_CHECK(each(scanner.fields(), offset));
  }
}

// The words of the columns of text, sorted by their bytes.
class Words {
 public:
  explicit Words(std::span<const CsvKind> kinds) : kinds_(kinds.begin(), kinds.end()), words_(kinds.size()) {}

  Result<void> add(const CsvScanner& scanner, std::span<const Column> columns) {
    const auto fields = scanner.fields();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (kinds_[i] != CsvKind::text) continue;
      word_.assign(fields[i]);
      if (words_[i].contains(word_)) continue;
      if (!is_utf8(word_)) return scanner.bad("has a text that is not UTF-8; save the file as UTF-8");
      bytes_ += word_.size() + 64;
      if (words_[i].size() == kMaxClasses || bytes_ > kMaxCsvClassBytes) {
        return scanner.bad(
            fmt::format("has one more text for the column '{}' than can be classes ({}, and {} bytes in "
                        "all); leave the column out of the file",
                        clipped(columns[i].name, 100), kMaxClasses, kMaxCsvClassBytes));
      }
      words_[i].insert(word_);
    }
    return {};
  }

  void move_to(std::vector<Column>& columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (kinds_[i] != CsvKind::text) continue;
      columns[i].classes_are_contents = true;
      columns[i].classes.assign(words_[i].begin(), words_[i].end());
      std::sort(columns[i].classes.begin(), columns[i].classes.end());
      words_[i].clear();
    }
  }

 private:
  std::vector<CsvKind> kinds_;
  std::vector<std::unordered_set<std::string>> words_;  // by column
  std::size_t bytes_ = 0;
  std::string word_;
};

}  // namespace

void CsvRowIndex::add(std::uint64_t offset) {
  if (rows_++ % stride_ != 0) return;
  if (offsets_.size() == kMaxEntries) {
    for (std::size_t i = 0; i < kMaxEntries / 2; ++i) offsets_[i] = offsets_[2 * i];
    offsets_.resize(kMaxEntries / 2);
    stride_ *= 2;
    // The number of entries is even, so this row is one of those that are kept.
  }
  offsets_.push_back(offset);
}

CsvRowIndex::Entry CsvRowIndex::before(std::uint64_t row) const {
  const std::uint64_t entry = row / stride_;
  return {entry * stride_, offsets_[static_cast<std::size_t>(entry)]};
}

Result<CsvTable> read_csv_table(std::uint64_t file_size, const ReadAt& read, const std::string& name,
                                const std::stop_token& stop) {
  CsvTable table;
  CsvScanner scanner(file_size, read, name);
  CLOISTER_TRY(table.columns, read_names(file_size, read, name, scanner));
  const std::uint64_t first_row = scanner.next_offset();
  const std::uint64_t first_line = scanner.next_line();

  const std::size_t width = table.columns.size();
  std::vector<CsvKind> kinds(width, CsvKind::empty);
  std::vector<bool> has_empty(width, false);
  const auto examine = [&](std::span<const std::string_view> fields, std::uint64_t offset) -> Result<void> {
    table.index.add(offset);
    for (std::size_t i = 0; i < width; ++i) {
      if (kinds[i] == CsvKind::text) continue;
      const CsvKind kind = kind_of(fields[i]);
      if (kind == CsvKind::empty) has_empty[i] = true;
      kinds[i] = std::max(kinds[i], kind);
    }
    return {};
  };
  CLOISTER_CHECK(for_each_row(scanner, width, stop, examine));
  if (table.index.rows() == 0) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' has no rows under its header", name));
  }
  for (std::size_t i = 0; i < width; ++i) {
    const bool real =
        kinds[i] == CsvKind::real || kinds[i] == CsvKind::empty || (kinds[i] == CsvKind::whole && has_empty[i]);
    table.columns[i].dtype = real ? Dtype::float32 : Dtype::int64;
  }
  if (std::find(kinds.begin(), kinds.end(), CsvKind::text) == kinds.end()) return table;

  Words words(kinds);
  scanner.seek(first_row, first_line);
  const auto collect = [&](std::span<const std::string_view> /*fields*/, std::uint64_t /*offset*/) {
    return words.add(scanner, table.columns);
  };
  CLOISTER_CHECK(for_each_row(scanner, width, stop, collect));
  words.move_to(table.columns);
  return table;
}

}  // namespace cloister::data
