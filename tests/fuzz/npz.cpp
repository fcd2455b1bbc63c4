// .npz archives: the arrays of what is accepted must lie within the file, or be whole in memory.
#include "npz.h"

#include "cloister/base/bytes.h"
#include "fuzz.h"
#include "memory_file.h"

using namespace cloister::data;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const auto arrays = read_npz(size, read_from(file), "fuzz");
  if (!arrays) {
    FUZZ_REQUIRE(!arrays.error().message.empty());
    return 0;
  }
  std::uint64_t stored = 0;
  for (const StoredArray& array : *arrays) {
    const auto bytes = cloister::checked_byte_size(array.shape, element_size(array.dtype));
    FUZZ_REQUIRE(bytes.has_value());
    if (array.memory != nullptr) {
      FUZZ_REQUIRE(array.memory->size() == *bytes);
      continue;
    }
    FUZZ_REQUIRE(array.offset <= size && *bytes <= size - array.offset);
    stored += *bytes;
  }
  FUZZ_REQUIRE(stored <= size);
  return 0;
}
