// The header parser: what it accepts must be sound, and writing it again must give what was read.
#include "fuzz.h"
#include "safetensors_header.h"

#include "cloister/base/bytes.h"

using cloister::data::parse_safetensors_header;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The first two bytes say how many bytes of data follow the header.
  if (size < 2) return 0;
  const std::uint64_t data_size = std::uint64_t{data[0]} << 8 | data[1];
  const std::string_view json(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto header = parse_safetensors_header(json, 8, data_size, "fuzz");
  if (!header) {
    FUZZ_REQUIRE(!header.error().message.empty());
    return 0;
  }
  std::uint64_t total = 0;
  std::vector<cloister::data::TensorSpec> specs;
  for (const auto& tensor : header->tensors) {
    FUZZ_REQUIRE(tensor.offset >= 8 && tensor.offset - 8 <= data_size && tensor.size <= data_size);
    FUZZ_REQUIRE(tensor.offset - 8 + tensor.size <= data_size);
    FUZZ_REQUIRE(*cloister::checked_byte_size(tensor.shape, element_size(tensor.dtype)) == tensor.size);
    total += tensor.size;
    specs.push_back(tensor);
  }
  FUZZ_REQUIRE(total == data_size);
  const auto written = cloister::data::make_safetensors_header(specs, header->metadata);
  FUZZ_REQUIRE(written.has_value());
  const auto again = parse_safetensors_header(*written, 8, data_size, "again");
  FUZZ_REQUIRE(again.has_value() && again->tensors.size() == specs.size() && again->metadata == header->metadata);
  return 0;
}
