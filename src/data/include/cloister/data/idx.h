// IDX, the format of MNIST: a big-endian header with a type and up to 8 sizes, then the elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/file.h"
#include "cloister/base/result.h"

namespace cloister::data {

inline constexpr std::size_t kMaxIdxRank = 8;

struct IdxHeader {
  Dtype dtype = Dtype::uint8;       // uint8, int8, int16, int32, float32 or float64
  std::vector<std::int64_t> shape;  // 1 to 8 sizes, each below 2^32
  std::uint64_t data_offset = 0;    // of the first element in the file
  std::uint64_t data_size = 0;      // bytes of all elements
};

// Reads the header of a file of `file_size` bytes from its first bytes (36 are enough for all).
// Errors: bad_data for a wrong magic number, type or rank, sizes that overflow, or a file of another size than they
// say.
Result<IdxHeader> parse_idx_header(std::span<const std::byte> bytes, std::uint64_t file_size, std::string_view name);

// The header for `shape` and `dtype`. Errors: invalid_argument for what IDX cannot say.
Result<std::vector<std::byte>> make_idx_header(Dtype dtype, std::span<const std::int64_t> shape);

// Turns elements of `size` bytes between big-endian and the machine's little-endian, in place.
void swap_idx_elements(std::span<std::byte> bytes, std::size_t size);

// A small IDX file as a whole.
struct IdxArray {
  Dtype dtype = Dtype::uint8;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;  // little-endian, row-major
};

// Errors: as parse_idx_header and File; bad_data for a file of more than `limit` bytes.
Result<IdxArray> read_idx(const std::string& path, std::uint64_t limit);

// Writes uint8 arrays, piece by piece and atomically.
class IdxWriter {
 public:
  // Errors: invalid_argument for a rank of 0 or above 8 or a size below 0 or from 2^32; as AtomicFile.
  static Result<IdxWriter> create(const std::string& path, std::span<const std::int64_t> shape);

  // The next elements. Errors: invalid_argument for more than the shape holds; io.
  Result<void> write(std::span<const std::byte> elements);

  // Errors: invalid_argument unless all elements were written; io.
  Result<void> commit();

 private:
  IdxWriter(AtomicFile file, std::string path, std::uint64_t left)
      : file_(std::move(file)), path_(std::move(path)), left_(left) {}

  AtomicFile file_;
  std::string path_;
  std::uint64_t left_;
};

}  // namespace cloister::data
