#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cloister/base/bytes.h"
#include "cloister/data/safetensors.h"
#include "hashed_file.h"
#include "safetensors_header.h"

namespace cloister::data {

Result<SafetensorsFile> SafetensorsFile::open(const std::string& path, std::shared_ptr<ReadMeter> meter) {
  SafetensorsFile opened;
  CLOISTER_TRY(opened.file_, HashedFile::open(path, std::move(meter)));
  const std::uint64_t file_size = opened.file_->file().size();
  std::array<std::byte, 8> length_bytes{};
  if (file_size < length_bytes.size()) {
    return fail(
        ErrorCode::bad_data,
        fmt::format("'{}' is no safetensors file: it has {} bytes only; save or fetch it anew", path, file_size));
  }
  HashedReader reader(opened.file_);
  CLOISTER_CHECK(reader.read(0, length_bytes));
  CLOISTER_TRY(const auto length, ByteReader(length_bytes, path).little<std::uint64_t>());
  if (length > kMaxHeaderBytes || length > file_size - length_bytes.size()) {
    return fail(ErrorCode::bad_data,
                fmt::format("'{}' is no safetensors file or truncated: it says that its header takes {} bytes of {}; "
                            "headers of at most {} are read; save or fetch it anew",
                            path, length, file_size, kMaxHeaderBytes));
  }
  std::string json(static_cast<std::size_t>(length), '\0');
  CLOISTER_CHECK(reader.read(length_bytes.size(), std::as_writable_bytes(std::span(json))));
  CLOISTER_CHECK(reader.finish());
  const std::uint64_t data_offset = length_bytes.size() + length;
  CLOISTER_TRY(auto header, parse_safetensors_header(json, data_offset, file_size - data_offset, path));
  opened.tensors_ = std::move(header.tensors);
  opened.metadata_ = std::move(header.metadata);
  return opened;
}

const StoredTensor* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                      [](const StoredTensor& tensor, std::string_view n) { return tensor.name < n; });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

Result<void> SafetensorsFile::read(const StoredTensor& tensor, std::span<std::byte> bytes) const {
  if (bytes.size() != tensor.size) {
    return fail(ErrorCode::invalid_argument, fmt::format("the tensor '{}' has {} bytes, but {} were asked for",
                                                         tensor.name, tensor.size, bytes.size()));
  }
  HashedReader reader(file_);
  CLOISTER_CHECK(reader.read(tensor.offset, bytes));
  return reader.finish();
}

Result<void> SafetensorsFile::read_pieces(const StoredTensor& tensor,
                                          const std::function<Result<void>(std::span<const std::byte>)>& take) const {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
  HashedReader reader(file_);
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min(kPiece, tensor.size)));
  for (std::uint64_t done = 0; done < tensor.size; done += piece.size()) {
    const std::span<std::byte> bytes(piece.data(), std::min<std::uint64_t>(piece.size(), tensor.size - done));
    CLOISTER_CHECK(reader.read(tensor.offset + done, bytes));
    CLOISTER_CHECK(take(bytes));
  }
  return reader.finish();
}

std::optional<Digest> SafetensorsFile::digest() const { return file_->digest(); }

Result<Digest> SafetensorsFile::complete_digest() const { return file_->complete_digest(); }

}  // namespace cloister::data
