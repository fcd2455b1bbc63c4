#include "cloister/data/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cloister/base/bytes.h"

namespace cloister::data {
namespace {

struct IdxType {
  std::uint8_t code;
  Dtype dtype;
};
constexpr std::array<IdxType, 6> kTypes{{{0x08, Dtype::uint8},
                                         {0x09, Dtype::int8},
                                         {0x0b, Dtype::int16},
                                         {0x0c, Dtype::int32},
                                         {0x0d, Dtype::float32},
                                         {0x0e, Dtype::float64}}};
constexpr std::size_t kMaxHeaderBytes = 4 + 4 * kMaxIdxRank;

Unexpected<Error> bad(std::string message) { return fail(ErrorCode::bad_data, std::move(message)); }

}  // namespace

Result<IdxHeader> parse_idx_header(std::span<const std::byte> bytes, std::uint64_t file_size, std::string_view name) {
  const std::string what = fmt::format("the IDX header of '{}'", name);
  ByteReader reader(bytes, what);
  CLOISTER_TRY(const auto magic, reader.big<std::uint32_t>());
  if (magic >> 16 == 0x1f8b) return bad(fmt::format("'{}' is compressed with gzip; unpack it first", name));
  const std::uint32_t code = magic >> 8 & 0xff;
  const std::uint32_t rank = magic & 0xff;
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const IdxType& t) { return t.code == code; });
  if (magic >> 16 != 0 || type == kTypes.end()) {
    return bad(fmt::format("'{}' is not an IDX file: it begins with {:08x}", name, magic));
  }
  if (rank == 0 || rank > kMaxIdxRank) {
    return bad(fmt::format("'{}' has {} dimensions; IDX files of 1 to {} are read", name, rank, kMaxIdxRank));
  }

  IdxHeader header;
  header.dtype = type->dtype;
  for (std::uint32_t i = 0; i < rank; ++i) {
    CLOISTER_TRY(const auto size, reader.big<std::uint32_t>());
    header.shape.push_back(size);
  }
  header.data_offset = reader.offset();
  const auto data_size = checked_byte_size(header.shape, element_size(header.dtype));
  if (!data_size) return bad(fmt::format("'{}' is damaged: {}", name, data_size.error().message));
  header.data_size = *data_size;
  const auto whole = checked_add(header.data_offset, header.data_size);
  if (!whole || *whole != file_size) {
    return bad(fmt::format(
        "'{}' has {} bytes, but its header says {} elements of {}, which take {}; it is {}, so fetch it anew", name,
        file_size, shape_text(header.shape), dtype_name(header.dtype),
        whole ? fmt::to_string(*whole) : "more than a file can have",
        whole && *whole < file_size ? "damaged" : "truncated"));
  }
  return header;
}

Result<std::vector<std::byte>> make_idx_header(Dtype dtype, std::span<const std::int64_t> shape) {
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const IdxType& t) { return t.dtype == dtype; });
  if (type == kTypes.end()) {
    return fail(ErrorCode::invalid_argument, fmt::format("IDX has no {} elements; use uint8", dtype_name(dtype)));
  }
  if (shape.empty() || shape.size() > kMaxIdxRank) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("an IDX file has 1 to {} dimensions, not {}", kMaxIdxRank, shape.size()));
  }
  std::vector<std::byte> header{std::byte{0}, std::byte{0}, std::byte{type->code},
                                static_cast<std::byte>(shape.size())};
  for (const std::int64_t size : shape) {
    if (size < 0 || size > std::numeric_limits<std::uint32_t>::max()) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the sizes of an IDX file are 0 to 2^32 - 1, unlike {}", shape_text(shape)));
    }
    for (int shift = 24; shift >= 0; shift -= 8) header.push_back(static_cast<std::byte>(size >> shift));
  }
  return header;
}

void swap_idx_elements(std::span<std::byte> bytes, std::size_t size) {
  if (size == 1) return;
  for (auto element = bytes.begin(); element != bytes.end(); element += static_cast<std::ptrdiff_t>(size)) {
    std::reverse(element, element + static_cast<std::ptrdiff_t>(size));
  }
}

Result<IdxArray> read_idx(const std::string& path, std::uint64_t limit) {
  CLOISTER_TRY(const File file, File::open(path));
  std::array<std::byte, kMaxHeaderBytes> first{};
  const auto head = std::span(first).first(std::min<std::size_t>(first.size(), file.size()));
  CLOISTER_CHECK(file.read(0, head));
  CLOISTER_TRY(IdxHeader header, parse_idx_header(head, file.size(), path));
  if (header.data_size > limit) {
    return bad(fmt::format("'{}' has {} bytes of elements, more than the {} that are taken here", path,
                           header.data_size, limit));
  }
  IdxArray array{header.dtype, std::move(header.shape), {}};
  array.bytes.resize(static_cast<std::size_t>(header.data_size));
  CLOISTER_CHECK(file.read(header.data_offset, array.bytes));
  CLOISTER_CHECK(file.unchanged());
  swap_idx_elements(array.bytes, element_size(array.dtype));
  return array;
}

Result<IdxWriter> IdxWriter::create(const std::string& path, std::span<const std::int64_t> shape) {
  CLOISTER_TRY(const auto header, make_idx_header(Dtype::uint8, shape));
  CLOISTER_TRY(const std::uint64_t size, checked_byte_size(shape, 1));
  CLOISTER_TRY(AtomicFile file, AtomicFile::create(path));
  CLOISTER_CHECK(file.write(header));
  return IdxWriter(std::move(file), path, size);
}

Result<void> IdxWriter::write(std::span<const std::byte> elements) {
  if (elements.size() > left_) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} elements were given for '{}', which takes {} more", elements.size(), path_, left_));
  }
  CLOISTER_CHECK(file_.write(elements));
  left_ -= elements.size();
  return {};
}

Result<void> IdxWriter::commit() {
  if (left_ != 0) {
    return fail(ErrorCode::invalid_argument, fmt::format("'{}' still lacks {} elements", path_, left_));
  }
  return file_.commit();
}

}  // namespace cloister::data
