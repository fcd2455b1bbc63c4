// The header of an .npy file: what is accepted must account for each byte of the file.
#include "npy_header.h"

#include <algorithm>

#include "cloister/base/bytes.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto head = std::as_bytes(std::span(data, std::min(size, cloister::data::kMaxNpyHeaderBytes)));
  const auto header = cloister::data::parse_npy_header(head, size, "fuzz");
  if (!header) {
    FUZZ_REQUIRE(!header.error().message.empty());
    return 0;
  }
  FUZZ_REQUIRE(header->data_offset <= size && header->data_size == size - header->data_offset);
  const auto bytes = cloister::checked_byte_size(header->shape, element_size(header->dtype));
  FUZZ_REQUIRE(bytes && *bytes == header->data_size);
  return 0;
}
