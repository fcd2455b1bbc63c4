// The rows of a CSV file (RFC 4180): fields between commas, quoted ones with commas, line breaks and doubled quotes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "read_at.h"

namespace cloister::data {

inline constexpr std::size_t kMaxCsvRowBytes = 1 << 22;
inline constexpr std::size_t kMaxCsvFields = 65536;

// Reads one row after the other in blocks that grow; memory is bounded by a row and a block.
// Thread safety: none.
class CsvScanner {
 public:
  // `name` is the file's, for messages.
  CsvScanner(std::uint64_t file_size, ReadAt read, std::string name);

  // Goes to the row that begins at `offset`, on line `line`.
  void seek(std::uint64_t offset, std::uint64_t line);

  // Takes the next row; false at the end. Lines end with LF or CR LF, the last one with the file.
  // Errors: bad_data naming the line, for bad quoting, NUL bytes, a CR by itself, and rows beyond the bounds; as
  // reading.
  Result<bool> next();

  // Of the row taken last, without quotes; valid until the next call of next() or seek().
  [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }
  [[nodiscard]] std::uint64_t line() const { return line_; }
  // Where the next row begins.
  [[nodiscard]] std::uint64_t next_offset() const { return block_offset_ + begin_; }
  [[nodiscard]] std::uint64_t next_line() const { return next_line_; }

  // The error for the row taken last: "'x.csv' cannot be read: line 3 WHY".
  [[nodiscard]] Unexpected<Error> bad(std::string_view why) const;

 private:
  struct Field {
    std::size_t begin = 0;  // from the beginning of the row
    std::size_t end = 0;
    bool escaped = false;  // has doubled quotes
  };

  Result<bool> fill();
  Result<void> end_field(std::size_t end);
  void take(std::size_t size);

  std::uint64_t file_size_;
  ReadAt read_;
  std::string name_;
  std::vector<char> block_;
  std::uint64_t block_offset_ = 0;  // of block_[0] in the file
  std::size_t begin_ = 0;           // of the row, in block_
  std::size_t end_ = 0;             // of what was read into block_
  std::size_t read_bytes_ = 0;      // of the next piece
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
  Field field_;
  std::vector<Field> places_;
  std::vector<std::string_view> fields_;
};

}  // namespace cloister::data
