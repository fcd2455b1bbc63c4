// safetensors: named tensors in one file, a JSON header and then their bytes; nothing in it can be executed.
// Format: https://huggingface.co/docs/safetensors
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/file.h"
#include "cloister/base/hash.h"
#include "cloister/base/result.h"
#include "cloister/data/read_meter.h"

namespace cloister::data {

class HashedFile;

// Name (UTF-8), type and sizes of a tensor.
struct TensorSpec {
  std::string name;
  Dtype dtype = Dtype::float32;
  std::vector<std::int64_t> shape;
};

struct StoredTensor : TensorSpec {
  std::uint64_t offset = 0;  // of its bytes in the file
  std::uint64_t size = 0;    // in bytes
};

// An open file, its header checked: UTF-8 JSON of bounded depth without duplicate names, known dtypes, sizes that agree
// with the shapes, data that fill the rest of the file without overlap or hole.
// Thread safety: all functions may be called from several threads.
class SafetensorsFile {
 public:
  static constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
  static constexpr std::size_t kMaxRank = 64;

  // `meter`, if any, is told of what is read, now and later. Errors: io; invalid_argument for what is not a file;
  // bad_data for one that is damaged or lies, or has a dtype that Cloister has not; what the meter says.
  static Result<SafetensorsFile> open(const std::string& path, std::shared_ptr<ReadMeter> meter = nullptr);

  // Sorted by the bytes of their names.
  [[nodiscard]] const std::vector<StoredTensor>& tensors() const { return tensors_; }
  [[nodiscard]] const StoredTensor* find(std::string_view name) const;
  // The texts of `__metadata__`.
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // The bytes of a tensor of this file: row-major, little-endian. REQUIRES: bytes.size() == tensor.size.
  // Errors: bad_data when the file has changed since it was opened; io.
  Result<void> read(const StoredTensor& tensor, std::span<std::byte> bytes) const;

  // The same bytes in order, in pieces of at most one MiB. Errors: as read; what `take` says, which ends it.
  Result<void> read_pieces(const StoredTensor& tensor,
                           const std::function<Result<void>(std::span<const std::byte>)>& take) const;

  // As Dataset: SHA-256 of the contents by the scheme of docs/data.md, known once all tensors were read, or completed.
  [[nodiscard]] std::optional<Digest> digest() const;
  Result<Digest> complete_digest() const;

  // For the module's own readers.
  [[nodiscard]] const std::shared_ptr<HashedFile>& file() const { return file_; }

 private:
  std::shared_ptr<HashedFile> file_;
  std::vector<StoredTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

// Writes a file tensor by tensor, so that no second copy of a large model exists. The same tensors give the same bytes:
// they lie by falling element size, then by the bytes of their names, which also aligns each one.
// Thread safety: none.
class SafetensorsWriter {
 public:
  // Errors: invalid_argument for two tensors of one name, a name that is not UTF-8 or is `__metadata__`, or sizes that
  // overflow; as AtomicFile.
  static Result<SafetensorsWriter> create(const std::string& path, std::vector<TensorSpec> tensors,
                                          const std::map<std::string, std::string>& metadata = {});

  // Size of the whole file.
  [[nodiscard]] std::uint64_t file_bytes() const { return file_bytes_; }

  // The order in which the bytes of the tensors are expected.
  [[nodiscard]] const std::vector<TensorSpec>& order() const { return tensors_; }

  // All bytes of the next tensor in that order. Errors: invalid_argument for another number of bytes; io.
  Result<void> write(std::span<const std::byte> bytes);

  // Errors: invalid_argument when tensors are missing; io.
  Result<void> commit();

 private:
  SafetensorsWriter(AtomicFile file, std::string path, std::vector<TensorSpec> tensors, std::uint64_t file_bytes)
      : file_(std::move(file)), path_(std::move(path)), tensors_(std::move(tensors)), file_bytes_(file_bytes) {}

  AtomicFile file_;
  std::string path_;
  std::vector<TensorSpec> tensors_;
  std::uint64_t file_bytes_;
  std::size_t next_ = 0;
};

}  // namespace cloister::data
