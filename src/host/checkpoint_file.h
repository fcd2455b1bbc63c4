// A checkpoint on disk: a safetensors file with a record in its metadata and a digest over all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint_record.h"
#include "cloister/base/hash.h"
#include "cloister/base/result.h"
#include "cloister/data/safetensors.h"

namespace cloister::host {

// Names of the tensors inside. Those of the workload have prefixes, so that none can be taken for another.
inline constexpr std::string_view kGeneratorState = "generator";
inline constexpr std::string_view kMetrics = "metrics";
inline constexpr std::string_view kPosition = "position";
[[nodiscard]] std::string tensor_key(std::string_view name);           // "tensor/NAME"
[[nodiscard]] std::string optimizer_steps_key(std::string_view name);  // "optimizer/NAME/step"
[[nodiscard]] std::string optimizer_state_key(std::string_view name, std::size_t parameter,
                                              std::string_view state);  // "optimizer/NAME/3/exp_avg"

// One tensor to write: `with_bytes` calls what it is given with the bytes of it, once.
struct CheckpointTensor {
  data::TensorSpec spec;
  std::function<Result<void>(const std::function<Result<void>(std::span<const std::byte>)>&)> with_bytes;
};

// Replaces the file at `path` as a whole and durably, or not at all. `admit` is asked first whether that many bytes may
// be written. Errors: invalid_argument for two tensors of one name; io; what `admit` and the tensors say.
Result<void> write_checkpoint(const std::filesystem::path& path, const CheckpointRecord& record,
                              std::vector<CheckpointTensor> tensors,
                              const std::function<Result<void>(std::uint64_t bytes)>& admit);

// An open checkpoint, every byte of it checked. Thread safety: none.
class CheckpointFile {
 public:
  // Errors: io; bad_data for a file that is no checkpoint, or is damaged.
  static Result<CheckpointFile> open(const std::filesystem::path& path);

  [[nodiscard]] const CheckpointRecord& record() const { return record_; }
  [[nodiscard]] const Digest& digest() const { return digest_; }
  // Sorted by the bytes of their names; the digest is none of them.
  [[nodiscard]] std::span<const data::StoredTensor> tensors() const;
  [[nodiscard]] const data::StoredTensor* find(std::string_view name) const { return file_.find(name); }
  // REQUIRES: bytes.size() == tensor.size, a tensor of this file. Errors: bad_data when it has changed since; io.
  Result<void> read(const data::StoredTensor& tensor, std::span<std::byte> bytes) const {
    return file_.read(tensor, bytes);
  }
  // The contents of a tensor of bytes; empty when there is none of this name. Errors: as read; bad_data for another
  // dtype.
  [[nodiscard]] Result<std::string> text(std::string_view name) const;

 private:
  CheckpointFile(data::SafetensorsFile file, CheckpointRecord record, const Digest& digest)
      : file_(std::move(file)), record_(std::move(record)), digest_(digest) {}

  data::SafetensorsFile file_;
  CheckpointRecord record_;
  Digest digest_;
};

}  // namespace cloister::host
