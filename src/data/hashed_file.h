// Reading a file while proving that its contents stay what they were: each chunk is hashed as it is first used, and
// every later use must hash to the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/file.h"
#include "cloister/base/hash.h"
#include "cloister/base/result.h"
#include "cloister/data/read_meter.h"

namespace cloister::data {

// The digests of the parts of something, noted as they become known.
// Thread safety: all functions may be called from several threads.
class DigestTable {
 public:
  explicit DigestTable(std::size_t count) : digests_(count), known_(count, false) {}

  [[nodiscard]] std::size_t size() const { return digests_.size(); }

  // Notes the digest of part `index`, or compares it with the one noted before: false when they differ.
  [[nodiscard]] bool note(std::size_t index, const Digest& digest);
  [[nodiscard]] bool knows(std::size_t index) const;
  // The digests of all parts in order fed to `hash` and finished, if all are known.
  [[nodiscard]] std::optional<Digest> combine(Sha256 hash) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Digest> digests_;
  std::vector<bool> known_;
  std::size_t known_count_ = 0;
};

// A file on a grid of chunks of 16 KiB, the last one shorter. Small enough that reading one sample of a shuffled pass
// hashes little more than the sample; large enough that the table is 0.2 % of the file.
class HashedFile {
 public:
  static constexpr std::uint64_t kChunkBytes = 16384;
  // Files beyond it would need too large a table. 16 TiB.
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 44;

  // `meter`, if any, is told of what readers read. Errors: as File::open; bad_data for a file beyond kMaxBytes.
  static Result<std::shared_ptr<HashedFile>> open(const std::string& path, std::shared_ptr<ReadMeter> meter = nullptr);
  explicit HashedFile(File file, std::shared_ptr<ReadMeter> meter = nullptr);

  [[nodiscard]] const File& file() const { return file_; }
  [[nodiscard]] ReadMeter* meter() const { return meter_.get(); }
  // Tells the meter. Errors: its own.
  Result<void> charge(std::uint64_t bytes) const {
    if (meter_ == nullptr) return {};
    return meter_->charge(bytes);
  }
  [[nodiscard]] std::uint64_t chunk_bytes(std::uint64_t chunk) const;
  Result<void> note(std::uint64_t chunk, const Digest& digest);

  [[nodiscard]] std::optional<Digest> digest() const;
  Result<Digest> complete_digest();

 private:
  File file_;
  std::shared_ptr<ReadMeter> meter_;
  DigestTable chunks_;
};

// Reads a HashedFile. A chunk that is read from its beginning in consecutive calls is hashed on the way and read once;
// of any other chunk the whole is read, hashed, and the part that was asked for is copied out of it.
// Thread safety: none.
class HashedReader {
 public:
  explicit HashedReader(std::shared_ptr<HashedFile> file) : file_(std::move(file)) {}

  // Fills `bytes` from `offset`. Contents of a chunk that is still part-way are proved by a later call or by finish().
  // Errors: bad_data for a file that is shorter than that, or has changed; io; what the file's meter says.
  Result<void> read(std::uint64_t offset, std::span<std::byte> bytes);

  // The same, with a look at `stop` at least once a MiB. Errors: as read; interrupted.
  Result<void> read_in_pieces(std::uint64_t offset, std::span<std::byte> bytes, const std::stop_token& stop);

  // Proves what is part-way, reading the rest of that chunk, and that the file is as it was opened.
  Result<void> finish();

 private:
  // Bytes that are read at once: what was read is hashed while it is still in the processor's cache.
  static constexpr std::uint64_t kStrideBytes = 16 * HashedFile::kChunkBytes;

  Result<void> read_inside_chunk(std::uint64_t offset, std::span<std::byte> bytes);
  Result<void> hash(std::span<const std::byte> bytes);
  Result<void> finish_chunk();
  // From the file alone; the meter is told.
  Result<void> fetch(std::uint64_t offset, std::span<std::byte> bytes) const;
  [[nodiscard]] bool part_way() const { return position_ % HashedFile::kChunkBytes != 0; }

  std::shared_ptr<HashedFile> file_;
  Sha256 hash_;                 // of the bytes from the beginning of its chunk to position_
  std::uint64_t position_ = 0;  // at the beginning of a chunk: nothing is part-way
  std::vector<std::byte> scratch_;
};

}  // namespace cloister::data
