// The header of a NumPy array file (.npy, versions 1 to 3).
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/result.h"

namespace cloister::data {

// Longer headers are refused; NumPy itself reads 10,000 bytes.
inline constexpr std::size_t kMaxNpyHeaderBytes = 65536;
inline constexpr std::size_t kMaxNpyRank = 64;

struct NpyHeader {
  Dtype dtype = Dtype::uint8;
  std::vector<std::int64_t> shape;
  std::uint64_t data_offset = 0;  // of the first element, from the beginning
  std::uint64_t data_size = 0;    // bytes of all elements
};

// Reads the header of an array of `size` bytes, header included, from its first bytes (kMaxNpyHeaderBytes are enough
// for all). `name` is the whole name for messages: "'a.npz' (array 'x')".
// Errors: bad_data for damage, an array of another size than the header says, or one that Cloister does not read:
// Fortran order, big-endian, objects, structures, and types without a dtype, each with the way out.
Result<NpyHeader> parse_npy_header(std::span<const std::byte> bytes, std::uint64_t size, std::string_view name);

}  // namespace cloister::data
