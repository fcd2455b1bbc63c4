// Datasets of NumPy's arrays.
#include <fmt/format.h>

#include <algorithm>

#include "array_dataset.h"
#include "cloister/base/bytes.h"
#include "npy_header.h"
#include "npz.h"
#include "open_dataset.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

constexpr std::string_view kArrayEnding = ".npy";

// The header of an array of `size` bytes at `offset`.
Result<NpyHeader> read_header(std::uint64_t offset, std::uint64_t size, const ReadAt& read, std::string_view name) {
  std::vector<std::byte> head(static_cast<std::size_t>(std::min<std::uint64_t>(size, kMaxNpyHeaderBytes)));
  CLOISTER_CHECK(read(offset, head));
  return parse_npy_header(head, size, name);
}

Result<StoredArray> read_member(const ZipMember& member, const ReadAt& read, std::string_view name) {
  const std::string shown = fmt::format("'{}' (array '{}')", name, clipped(member.name, 100));
  if (!member.name.ends_with(kArrayEnding)) {
    return fail(ErrorCode::bad_data, fmt::format("{} is no array of NumPy's; write the file with numpy.savez", shown));
  }
  StoredArray array;
  array.name = member.name.substr(0, member.name.size() - kArrayEnding.size());
  NpyHeader header;
  if (member.deflated) {
    CLOISTER_TRY(auto contents, inflate_member(member, read, name));
    CLOISTER_TRY(header, parse_npy_header(std::span(contents).first(std::min(contents.size(), kMaxNpyHeaderBytes)),
                                          contents.size(), shown));
    contents.erase(contents.begin(), contents.begin() + static_cast<std::ptrdiff_t>(header.data_offset));
    array.memory = std::make_shared<const std::vector<std::byte>>(std::move(contents));
  } else {
    CLOISTER_TRY(header, read_header(member.data_offset, member.size, read, shown));
    array.offset = member.data_offset + header.data_offset;
  }
  array.dtype = header.dtype;
  array.shape = std::move(header.shape);
  return array;
}

}  // namespace

Result<std::vector<StoredArray>> read_npz(std::uint64_t file_size, const ReadAt& read, std::string_view name) {
  CLOISTER_TRY(const auto members, read_zip_directory(file_size, read, name));
  // All of them before the first is inflated: a file with too many costs no time.
  std::uint64_t inflated = 0;
  for (const ZipMember& member : members) {
    if (!member.deflated) continue;
    if (member.size > kMaxInflatedBytes - inflated) {
      return fail(ErrorCode::bad_data,
                  fmt::format("the compressed arrays of '{}' have more than {} bytes together; write them with "
                              "numpy.savez, which does not compress",
                              name, kMaxInflatedBytes));
    }
    inflated += member.size;
  }
  std::vector<StoredArray> arrays;
  for (const ZipMember& member : members) {
    CLOISTER_TRY(auto array, read_member(member, read, name));
    arrays.push_back(std::move(array));
  }
  std::sort(arrays.begin(), arrays.end(), [](const StoredArray& a, const StoredArray& b) { return a.name < b.name; });
  return arrays;
}

Result<Dataset::Pointer> open_npz_dataset(const std::string& path, const OpenOptions& options) {
  CLOISTER_TRY(auto file, HashedFile::open(path, options.meter));
  HashedReader reader(file);
  // Inflating reads in small pieces, so a stop ends it soon.
  const ReadAt read = [&](std::uint64_t offset, std::span<std::byte> bytes) -> Result<void> {
    if (options.stop.stop_requested()) return fail_interrupted();
    return reader.read(offset, bytes);
  };
  CLOISTER_TRY(auto arrays, read_npz(file->file().size(), read, path));
  CLOISTER_CHECK(reader.finish());
  return make_array_dataset(std::move(file), std::move(arrays));
}

Result<Dataset::Pointer> open_npy_dataset(const std::string& path, const OpenOptions& options) {
  CLOISTER_TRY(auto file, HashedFile::open(path, options.meter));
  HashedReader reader(file);
  const ReadAt read = [&reader](std::uint64_t offset, std::span<std::byte> bytes) {
    return reader.read(offset, bytes);
  };
  CLOISTER_TRY(NpyHeader header, read_header(0, file->file().size(), read, fmt::format("'{}'", path)));
  CLOISTER_CHECK(reader.finish());
  StoredArray array;
  array.name = "array";
  array.dtype = header.dtype;
  array.shape = std::move(header.shape);
  array.offset = header.data_offset;
  return make_array_dataset(std::move(file), {std::move(array)});
}

}  // namespace cloister::data
