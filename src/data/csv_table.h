// What a CSV file holds: its columns, found by reading all of it, and where its rows are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/data/dataset.h"
#include "csv_scanner.h"

namespace cloister::data {

// Where every so manieth row begins: at most kMaxEntries places whatever the number of rows.
// Thread safety: as a container.
class CsvRowIndex {
 public:
  static constexpr std::size_t kMaxEntries = 1 << 20;

  // REQUIRES: called for each row in order.
  void add(std::uint64_t offset);
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

  struct Entry {
    std::uint64_t row = 0;
    std::uint64_t offset = 0;
  };
  // The last known row that is not after `row`. REQUIRES: row < rows().
  [[nodiscard]] Entry before(std::uint64_t row) const;

 private:
  std::uint64_t stride_ = 16;
  std::uint64_t rows_ = 0;
  std::vector<std::uint64_t> offsets_;
};

struct CsvTable {
  std::vector<Column> columns;  // int64 and float32 numbers; int64 with classes for words
  CsvRowIndex index;
};

// Bytes that the names of all classes take together, with 64 for each.
inline constexpr std::size_t kMaxCsvClassBytes = std::size_t{1} << 26;

// Reads a file of `file_size` bytes to its end, twice if it has words. `name` is for messages.
// Errors: bad_data naming the line for what CsvScanner refuses, a row of another width than the header, no header, no
// rows, names that are not UTF-8 or repeated, words that are not UTF-8; bad_data for too many classes; interrupted; as
// `read`.
Result<CsvTable> read_csv_table(std::uint64_t file_size, const ReadAt& read, const std::string& name,
                                const std::stop_token& stop);

}  // namespace cloister::data
