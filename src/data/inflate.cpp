#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cloister/base/bytes.h"
#include "zip.h"

namespace cloister::data {
namespace {

// A raw deflate stream being inflated.
class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] bool ended() const { return ended_; }

  // Inflates `in` to the front of `out`, which moves on; false for damage.
  bool feed(std::span<std::byte> in, std::span<std::byte>& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    while (!ended_) {
      const auto piece = out.first(std::min<std::size_t>(out.size(), std::numeric_limits<uInt>::max()));
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      out = out.subspan(piece.size() - stream_.avail_out);
      ended_ = result == Z_STREAM_END;
      if (result == Z_BUF_ERROR) return stream_.avail_in == 0;  // wants more bytes; or more room, which there is not
      if (result != Z_OK && !ended_) return false;
    }
    return stream_.avail_in == 0;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::vector<std::byte>> inflate_member(const ZipMember& member, const ReadAt& read, std::string_view name) {
  constexpr std::uint64_t kPieceBytes = 65536;
  constexpr std::uint64_t kMostFold = 1032;  // deflate cannot do better
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::bad_data, fmt::format("the member '{}' of '{}' {}", clipped(member.name, 100), name, why));
  };
  if (member.size / kMostFold > member.compressed_size) {
    return bad(fmt::format("says that its {} bytes are {} compressed ones, which cannot be", member.size,
                           member.compressed_size));
  }
  std::vector<std::byte> contents(static_cast<std::size_t>(member.size));
  std::span<std::byte> room(contents);
  std::array<std::byte, kPieceBytes> piece;
  Inflater inflater;
  if (!inflater.ready()) return fail(ErrorCode::internal, "there is no memory to inflate an .npz file");
  for (std::uint64_t done = 0; done < member.compressed_size;) {
    const auto in =
        std::span(piece).first(static_cast<std::size_t>(std::min(kPieceBytes, member.compressed_size - done)));
    CLOISTER_CHECK(read(member.data_offset + done, in));
    done += in.size();
    if (!inflater.feed(in, room)) return bad("is damaged: it does not inflate; save or fetch the file anew");
  }
  if (!inflater.ended() || !room.empty()) {
    return bad(fmt::format(
        "is damaged: it does not inflate to the {} bytes that the directory says; save or fetch the file anew",
        member.size));
  }
  auto crc = crc32(0, nullptr, 0);
  for (std::span<const std::byte> rest(contents); !rest.empty();) {
    const auto part = rest.first(std::min<std::size_t>(rest.size(), 1 << 30));
    crc = crc32(crc, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
    rest = rest.subspan(part.size());
  }
  if (crc != member.crc) return bad("is damaged: its checksum does not agree; save or fetch the file anew");
  return contents;
}

}  // namespace cloister::data
