// The JSON header of a safetensors file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/data/safetensors.h"

namespace cloister::data {

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;  // sorted by name
  std::map<std::string, std::string> metadata;
};

// Parses and checks the header of the file `name`, whose data of `data_size` bytes begin at `data_offset`.
// Errors: as SafetensorsFile::open.
Result<SafetensorsHeader> parse_safetensors_header(std::string_view json, std::uint64_t data_offset,
                                                   std::uint64_t data_size, std::string_view name);

// The header for tensors whose data follow each other in the order given; padded with spaces to a multiple of 8.
// Errors: invalid_argument for sizes that overflow.
Result<std::string> make_safetensors_header(const std::vector<TensorSpec>& tensors,
                                            const std::map<std::string, std::string>& metadata);

}  // namespace cloister::data
