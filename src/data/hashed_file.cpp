#include "hashed_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloister::data {
namespace {

// The first bytes of what is hashed for a file's digest; docs/data.md has the scheme.
constexpr std::string_view kFileTag = "cloister:file:1\n";

std::size_t chunk_count(std::uint64_t size) {
  return static_cast<std::size_t>((size + HashedFile::kChunkBytes - 1) / HashedFile::kChunkBytes);
}

}  // namespace

bool DigestTable::note(std::size_t index, const Digest& digest) {
  const std::lock_guard lock(mutex_);
  if (known_[index]) return digests_[index] == digest;
  digests_[index] = digest;
  known_[index] = true;
  ++known_count_;
  return true;
}

bool DigestTable::knows(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return known_[index];
}

std::optional<Digest> DigestTable::combine(Sha256 hash) const {
  const std::lock_guard lock(mutex_);
  if (known_count_ < digests_.size()) return std::nullopt;
  for (const Digest& digest : digests_) hash.update(digest);
  return hash.finish();
}

Result<std::shared_ptr<HashedFile>> HashedFile::open(const std::string& path, std::shared_ptr<ReadMeter> meter) {
  CLOISTER_TRY(File file, File::open(path));
  if (file.size() > kMaxBytes) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' has more than 16 TiB; split it", path));
  }
  return std::make_shared<HashedFile>(std::move(file), std::move(meter));
}

HashedFile::HashedFile(File file, std::shared_ptr<ReadMeter> meter)
    : file_(std::move(file)), meter_(std::move(meter)), chunks_(chunk_count(file_.size())) {}

std::uint64_t HashedFile::chunk_bytes(std::uint64_t chunk) const {
  return std::min(kChunkBytes, file_.size() - chunk * kChunkBytes);
}

Result<void> HashedFile::note(std::uint64_t chunk, const Digest& digest) {
  if (chunks_.note(static_cast<std::size_t>(chunk), digest)) return {};
  return fail(ErrorCode::bad_data,
              fmt::format("'{}' changed while it was being read; leave it alone during a run", file_.path()));
}

std::optional<Digest> HashedFile::digest() const {
  Sha256 hash;
  hash.update(kFileTag).update_u64(file_.size()).update_u64(kChunkBytes);
  return chunks_.combine(std::move(hash));
}

Result<Digest> HashedFile::complete_digest() {
  Sha256 hash;
  std::vector<std::byte> bytes;
  for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) {
    if (chunks_.knows(chunk)) continue;
    bytes.resize(static_cast<std::size_t>(chunk_bytes(chunk)));
    CLOISTER_CHECK(file_.read(chunk * kChunkBytes, bytes));
    CLOISTER_CHECK(note(chunk, hash.update(bytes).finish()));
  }
  CLOISTER_CHECK(file_.unchanged());
  return *digest();
}

Result<void> HashedReader::read(std::uint64_t offset, std::span<std::byte> bytes) {
  if (bytes.empty()) return {};
  if (offset != position_ && part_way()) CLOISTER_CHECK(finish_chunk());
  const std::uint64_t inside = offset % HashedFile::kChunkBytes;
  if (offset != position_ && inside != 0) {
    const auto head = bytes.first(std::min<std::size_t>(bytes.size(), HashedFile::kChunkBytes - inside));
    CLOISTER_CHECK(read_inside_chunk(offset, head));
    offset += head.size();
    bytes = bytes.subspan(head.size());
  }
  if (bytes.empty()) return {};
  position_ = offset;
  while (!bytes.empty()) {
    // Strides end at chunk borders, so that a chunk is whole in the cache when it is hashed.
    const std::uint64_t stride = kStrideBytes - position_ % HashedFile::kChunkBytes;
    const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), stride));
    CLOISTER_CHECK(fetch(position_, piece));
    CLOISTER_CHECK(hash(piece));
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Result<void> HashedReader::read_in_pieces(std::uint64_t offset, std::span<std::byte> bytes,
                                          const std::stop_token& stop) {
  constexpr std::size_t kPieceBytes = 1 << 20;
  while (!bytes.empty()) {
    if (stop.stop_requested()) return fail(ErrorCode::interrupted, "the reading of a file was stopped");
    const auto piece = bytes.first(std::min(bytes.size(), kPieceBytes));
    CLOISTER_CHECK(read(offset, piece));
    offset += piece.size();
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Result<void> HashedReader::finish() {
  if (part_way()) CLOISTER_CHECK(finish_chunk());
  return file_->file().unchanged();
}

Result<void> HashedReader::read_inside_chunk(std::uint64_t offset, std::span<std::byte> bytes) {
  if (offset >= file_->file().size() || bytes.size() > file_->file().size() - offset) {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' is truncated: it ends at byte {}", file_->file().path(), file_->file().size()));
  }
  const std::uint64_t chunk = offset / HashedFile::kChunkBytes;
  scratch_.resize(static_cast<std::size_t>(file_->chunk_bytes(chunk)));
  CLOISTER_CHECK(fetch(chunk * HashedFile::kChunkBytes, scratch_));
  CLOISTER_CHECK(file_->note(chunk, sha256(scratch_)));
  std::copy_n(scratch_.begin() + static_cast<std::ptrdiff_t>(offset % HashedFile::kChunkBytes), bytes.size(),
              bytes.begin());
  return {};
}

Result<void> HashedReader::fetch(std::uint64_t offset, std::span<std::byte> bytes) const {
  CLOISTER_CHECK(file_->charge(bytes.size()));
  return file_->file().read(offset, bytes);
}

// Hashes the bytes that were read at position_ and moves it past them.
Result<void> HashedReader::hash(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t chunk = position_ / HashedFile::kChunkBytes;
    const std::uint64_t left = file_->chunk_bytes(chunk) - position_ % HashedFile::kChunkBytes;
    const auto part = bytes.first(std::min<std::size_t>(bytes.size(), left));
    hash_.update(part);
    position_ += part.size();
    bytes = bytes.subspan(part.size());
    if (part.size() == left) {
      CLOISTER_CHECK(file_->note(chunk, hash_.finish()));
      // The last chunk may be short; the position beyond it must not look part-way.
      position_ = (chunk + 1) * HashedFile::kChunkBytes;
    }
  }
  return {};
}

Result<void> HashedReader::finish_chunk() {
  const std::uint64_t chunk = position_ / HashedFile::kChunkBytes;
  const std::uint64_t left = file_->chunk_bytes(chunk) - position_ % HashedFile::kChunkBytes;
  scratch_.resize(static_cast<std::size_t>(left));
  CLOISTER_CHECK(fetch(position_, scratch_));
  return hash(scratch_);
}

}  // namespace cloister::data
