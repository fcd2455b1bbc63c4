// CSV tables: what is accepted must have a row at each place of the index, of the width of the header, and numbers
// where its columns say so.
#include <algorithm>

#include "csv_fields.h"
#include "csv_table.h"
#include "fuzz.h"
#include "memory_file.h"

using namespace cloister::data;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const auto table = read_csv_table(size, read_from(file), "fuzz", {});
  if (!table) {
    FUZZ_REQUIRE(!table.error().message.empty());
    return 0;
  }
  const std::uint64_t rows = table->index.rows();
  FUZZ_REQUIRE(rows > 0 && rows <= size);
  CsvScanner scanner(size, read_from(file), "fuzz");
  const CsvRowIndex::Entry last = table->index.before(rows - 1);
  FUZZ_REQUIRE(last.row < rows && last.offset < size);
  scanner.seek(table->index.before(0).offset, 2);
  for (std::uint64_t row = 0; row < rows; ++row) {
    if (row == last.row) FUZZ_REQUIRE(scanner.next_offset() == last.offset);
    const auto any = scanner.next();
    FUZZ_REQUIRE(any && *any && scanner.fields().size() == table->columns.size());
    for (std::size_t i = 0; i < table->columns.size(); ++i) {
      const Column& column = table->columns[i];
      const std::string field(scanner.fields()[i]);
      if (column.classes_are_contents) {
        FUZZ_REQUIRE(std::binary_search(column.classes.begin(), column.classes.end(), field));
      } else if (column.dtype == cloister::Dtype::int64) {
        FUZZ_REQUIRE(parse_whole(field).has_value());
      } else {
        FUZZ_REQUIRE(parse_real(field).has_value());
      }
    }
  }
  const auto end = scanner.next();
  FUZZ_REQUIRE(end && !*end);
  return 0;
}
