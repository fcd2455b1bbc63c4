// The arrays of a NumPy archive (.npz).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "array_dataset.h"
#include "cloister/base/result.h"
#include "zip.h"

namespace cloister::data {

// Most bytes that the compressed arrays of a file may have together once inflated: they are kept in memory.
inline constexpr std::uint64_t kMaxInflatedBytes = std::uint64_t{1} << 30;

// The arrays, sorted by the bytes of their names; the contents of compressed ones inflated, others left in the file.
// Errors: as read_zip_directory, inflate_member and parse_npy_header; bad_data for members that are no arrays and for
// more than kMaxInflatedBytes.
Result<std::vector<StoredArray>> read_npz(std::uint64_t file_size, const ReadAt& read, std::string_view name);

}  // namespace cloister::data
