// ZIP files as NumPy writes them (.npz): the directory of their members, and inflating one.
// Format: APPNOTE.TXT 6.3, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "read_at.h"

namespace cloister::data {

inline constexpr std::uint64_t kMaxZipMembers = 65536;
inline constexpr std::uint64_t kMaxZipDirectoryBytes = std::uint64_t{1} << 24;

struct ZipMember {
  std::string name;
  bool deflated = false;              // else stored as it is
  std::uint32_t crc = 0;              // CRC-32 of the contents
  std::uint64_t data_offset = 0;      // in the file
  std::uint64_t compressed_size = 0;  // bytes in the file; of a stored member, `size`
  std::uint64_t size = 0;             // bytes of the contents
};

// The members in the order of their data, which do not overlap; with ZIP64. `name` is the file's, for messages.
// Errors: bad_data for damage, more than the bounds above, two members of one name, encryption, other compressions,
// several volumes; as `read`.
Result<std::vector<ZipMember>> read_zip_directory(std::uint64_t file_size, const ReadAt& read, std::string_view name);

// The contents of a deflated member. The caller bounds member.size, which is allocated at once.
// Errors: bad_data for damage, contents of another size or CRC; as `read`.
Result<std::vector<std::byte>> inflate_member(const ZipMember& member, const ReadAt& read, std::string_view name);

}  // namespace cloister::data
