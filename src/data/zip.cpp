#include "zip.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cloister/base/bytes.h"

namespace cloister::data {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64LocatorSignature = 0x07064b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64LocatorBytes = 20;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint64_t kMaxCommentBytes = 65535;
constexpr std::uint16_t kExtra64 = 1;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint16_t kEncrypted = 1;  // of the flags
constexpr auto kAll32 = std::numeric_limits<std::uint32_t>::max();
constexpr auto kAll16 = std::numeric_limits<std::uint16_t>::max();

class Directory {
 public:
  Directory(std::uint64_t file_size, const ReadAt& read, std::string_view name)
      : file_size_(file_size), read_(read), name_(name), what_(fmt::format("the ZIP directory of '{}'", name)) {}

  Result<std::vector<ZipMember>> members() {
    CLOISTER_CHECK(find_end());
    CLOISTER_TRY(const auto bytes, bytes_at(begin_, size_));
    ByteReader reader(bytes, what_);
    std::vector<ZipMember> members;
    for (std::uint64_t i = 0; i < count_; ++i) {
      CLOISTER_TRY(ZipMember member, entry(reader));
      members.push_back(std::move(member));
    }
    if (reader.remaining() != 0) return bad("its directory has more bytes than its entries take");
    for (ZipMember& member : members) CLOISTER_CHECK(locate(member));
    CLOISTER_CHECK(check_layout(members));
    return members;
  }

 private:
  [[nodiscard]] Unexpected<Error> bad(std::string_view why) const {
    return fail(ErrorCode::bad_data, fmt::format("'{}' is no .npz file that can be used: {}", name_, why));
  }

  Result<std::vector<std::byte>> bytes_at(std::uint64_t offset, std::uint64_t size) const {
    if (offset > file_size_ || size > file_size_ - offset) {
      return bad(fmt::format("its directory points to {} bytes at {}, beyond its {}", size, offset, file_size_));
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    CLOISTER_CHECK(read_(offset, bytes));
    return bytes;
  }

  // The end record stands before a comment, at the very end.
  Result<void> find_end() {
    const std::uint64_t tail_size = std::min(file_size_, kEndBytes + kMaxCommentBytes);
    CLOISTER_TRY(const auto tail, bytes_at(file_size_ - tail_size, tail_size));
    for (std::size_t at = tail.size() + 1 - std::min<std::size_t>(tail.size() + 1, kEndBytes); at-- > 0;) {
      ByteReader reader{std::span(tail).subspan(at), what_};
      CLOISTER_TRY(const auto signature, reader.little<std::uint32_t>());
      if (signature != kEndSignature) continue;
      CLOISTER_TRY(const auto rest, reader.take(16));
      CLOISTER_TRY(const auto comment, reader.little<std::uint16_t>());
      if (reader.remaining() == comment) return read_end(rest, file_size_ - tail_size + at);
    }
    return bad("it does not end with a ZIP directory; it is no ZIP or truncated");
  }

  Result<void> read_end(std::span<const std::byte> bytes, std::uint64_t end) {
    ByteReader reader(bytes, what_);
    CLOISTER_TRY(const auto disk, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto directory_disk, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto count_here, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto count, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto size, reader.little<std::uint32_t>());
    CLOISTER_TRY(const auto begin, reader.little<std::uint32_t>());
    count_ = count;
    size_ = size;
    begin_ = begin;
    end_ = end;
    if (count == kAll16 || size == kAll32 || begin == kAll32) {
      CLOISTER_CHECK(read_end64(end));
    } else if (disk != 0 || directory_disk != 0 || count_here != count) {
      return bad("it is one of several volumes; write a single file");
    }
    if (count_ > kMaxZipMembers || size_ > kMaxZipDirectoryBytes) {
      return bad(fmt::format("its directory says {} members in {} bytes; at most {} in {} are read", count_, size_,
                             kMaxZipMembers, kMaxZipDirectoryBytes));
    }
    if (begin_ > end_ || size_ > end_ - begin_) return bad("its directory does not lie before its end");
    return {};
  }

  Result<void> read_end64(std::uint64_t end) {
    if (end < kEnd64LocatorBytes) return bad("it says that it is ZIP64, but has no such directory");
    CLOISTER_TRY(const auto locator_bytes, bytes_at(end - kEnd64LocatorBytes, kEnd64LocatorBytes));
    ByteReader locator(locator_bytes, what_);
    CLOISTER_TRY(const auto locator_signature, locator.little<std::uint32_t>());
    CLOISTER_TRY(const auto disk, locator.little<std::uint32_t>());
    CLOISTER_TRY(const auto at, locator.little<std::uint64_t>());
    CLOISTER_TRY(const auto disks, locator.little<std::uint32_t>());
    if (locator_signature != kEnd64LocatorSignature || disk != 0 || disks > 1) {
      return bad("it says that it is ZIP64, but has no such directory");
    }
    CLOISTER_TRY(const auto bytes, bytes_at(at, kEnd64Bytes));
    ByteReader reader(bytes, what_);
    CLOISTER_TRY(const auto signature, reader.little<std::uint32_t>());
    if (signature != kEnd64Signature) return bad("it says that it is ZIP64, but has no such directory");
    CLOISTER_CHECK(reader.take(20));  // sizes, versions and disks
    CLOISTER_TRY(const auto count_here, reader.little<std::uint64_t>());
    CLOISTER_TRY(count_, reader.little<std::uint64_t>());
    CLOISTER_TRY(size_, reader.little<std::uint64_t>());
    CLOISTER_TRY(begin_, reader.little<std::uint64_t>());
    if (count_here != count_) return bad("it is one of several volumes; write a single file");
    end_ = std::min(end_, at);
    return {};
  }

  Result<ZipMember> entry(ByteReader& reader) const {
    CLOISTER_TRY(const auto signature, reader.little<std::uint32_t>());
    if (signature != kEntrySignature) return bad("an entry of its directory does not begin as one");
    CLOISTER_CHECK(reader.take(4));  // versions
    CLOISTER_TRY(const auto flags, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto method, reader.little<std::uint16_t>());
    CLOISTER_CHECK(reader.take(4));  // time and date
    ZipMember member;
    CLOISTER_TRY(member.crc, reader.little<std::uint32_t>());
    CLOISTER_TRY(const auto compressed, reader.little<std::uint32_t>());
    CLOISTER_TRY(const auto size, reader.little<std::uint32_t>());
    CLOISTER_TRY(const auto name_size, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto extra_size, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto comment_size, reader.little<std::uint16_t>());
    CLOISTER_CHECK(reader.take(8));  // disk and attributes
    CLOISTER_TRY(const auto offset, reader.little<std::uint32_t>());
    CLOISTER_TRY(const auto name, reader.take(name_size));
    CLOISTER_TRY(const auto extra, reader.take(extra_size));
    CLOISTER_CHECK(reader.take(comment_size));
    member.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
    member.compressed_size = compressed;
    member.size = size;
    member.data_offset = offset;  // of its header, until locate()
    if (size == kAll32 || compressed == kAll32 || offset == kAll32) CLOISTER_CHECK(read_extra64(extra, member));
    if (!is_utf8(member.name)) return bad("a member has a name that is not UTF-8");
    if ((flags & kEncrypted) != 0) return bad(fmt::format("its member '{}' is encrypted", clipped(member.name, 100)));
    if (method != kStored && method != kDeflated) {
      return bad(fmt::format("its member '{}' is compressed by method {}; write it with numpy.savez",
                             clipped(member.name, 100), method));
    }
    member.deflated = method == kDeflated;
    if (!member.deflated && member.compressed_size != member.size) {
      return bad(fmt::format("its member '{}' is stored in {} bytes, but has {}", clipped(member.name, 100),
                             member.compressed_size, member.size));
    }
    return member;
  }

  // The sizes that did not fit into 32 bits.
  Result<void> read_extra64(std::span<const std::byte> extra, ZipMember& member) const {
    ByteReader fields(extra, what_);
    while (fields.remaining() != 0) {
      CLOISTER_TRY(const auto id, fields.little<std::uint16_t>());
      CLOISTER_TRY(const auto length, fields.little<std::uint16_t>());
      CLOISTER_TRY(const auto bytes, fields.take(length));
      if (id != kExtra64) continue;
      ByteReader sizes(bytes, what_);
      for (std::uint64_t* size : {&member.size, &member.compressed_size, &member.data_offset}) {
        if (*size != kAll32) continue;
        CLOISTER_TRY(*size, sizes.little<std::uint64_t>());
      }
      return {};
    }
    return bad(fmt::format("its member '{}' lacks its 64-bit sizes", clipped(member.name, 100)));
  }

  // Skips the member's own header, whose sizes may be unknown when it was written; the directory's count.
  Result<void> locate(ZipMember& member) const {
    const auto outside = [&] {
      return bad(fmt::format("its member '{}' does not lie before its directory", clipped(member.name, 100)));
    };
    if (member.data_offset > begin_ || begin_ - member.data_offset < kLocalBytes) return outside();
    CLOISTER_TRY(const auto bytes, bytes_at(member.data_offset, kLocalBytes));
    ByteReader reader(bytes, what_);
    CLOISTER_TRY(const auto signature, reader.little<std::uint32_t>());
    CLOISTER_CHECK(reader.take(4));  // version and flags
    CLOISTER_TRY(const auto method, reader.little<std::uint16_t>());
    CLOISTER_CHECK(reader.take(16));  // time, CRC and sizes
    CLOISTER_TRY(const auto name_size, reader.little<std::uint16_t>());
    CLOISTER_TRY(const auto extra_size, reader.little<std::uint16_t>());
    if (signature != kLocalSignature || (method == kDeflated) != member.deflated || name_size != member.name.size()) {
      return bad(fmt::format("its member '{}' is not where its directory says", clipped(member.name, 100)));
    }
    member.data_offset += kLocalBytes + name_size + extra_size;
    if (member.data_offset > begin_ || member.compressed_size > begin_ - member.data_offset) return outside();
    return {};
  }

  Result<void> check_layout(std::vector<ZipMember>& members) const {
    std::sort(members.begin(), members.end(), [](const ZipMember& a, const ZipMember& b) { return a.name < b.name; });
    const auto same = std::adjacent_find(members.begin(), members.end(),
                                         [](const ZipMember& a, const ZipMember& b) { return a.name == b.name; });
    if (same != members.end()) return bad(fmt::format("it has the member '{}' twice", clipped(same->name, 100)));
    std::sort(members.begin(), members.end(), [](const ZipMember& a, const ZipMember& b) {
      return std::pair(a.data_offset, a.compressed_size) < std::pair(b.data_offset, b.compressed_size);
    });
    for (std::size_t i = 1; i < members.size(); ++i) {
      if (members[i].data_offset < members[i - 1].data_offset + members[i - 1].compressed_size) {
        return bad(fmt::format("its members '{}' and '{}' overlap", clipped(members[i - 1].name, 100),
                               clipped(members[i].name, 100)));
      }
    }
    return {};
  }

  std::uint64_t file_size_;
  const ReadAt& read_;
  std::string_view name_;
  std::string what_;
  std::uint64_t count_ = 0;
  std::uint64_t size_ = 0;   // of the directory
  std::uint64_t begin_ = 0;  // where it begins
  std::uint64_t end_ = 0;    // where it must have ended
};

}  // namespace

Result<std::vector<ZipMember>> read_zip_directory(std::uint64_t file_size, const ReadAt& read, std::string_view name) {
  return Directory(file_size, read, name).members();
}

}  // namespace cloister::data
