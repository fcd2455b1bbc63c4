// The IDX header: what it accepts must agree with the size of the file, and writing it again must give the same bytes.
#include "cloister/data/idx.h"

#include <algorithm>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto header = cloister::data::parse_idx_header(bytes, size, "fuzz");
  if (!header) {
    FUZZ_REQUIRE(!header.error().message.empty());
    return 0;
  }
  FUZZ_REQUIRE(header->data_offset + header->data_size == size);
  const auto written = cloister::data::make_idx_header(header->dtype, header->shape);
  FUZZ_REQUIRE(written.has_value() && written->size() == header->data_offset);
  FUZZ_REQUIRE(std::equal(written->begin(), written->end(), bytes.begin()));
  return 0;
}
