#include "checkpoint_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cloister::host {
namespace {

// The digest of the rest: '~' sorts behind all other names, so it is written when everything is hashed.
constexpr std::string_view kDigest = "~sha256";

data::TensorSpec digest_spec() { return {std::string(kDigest), Dtype::uint8, {sizeof(Digest::bytes)}}; }

void hash_text(Sha256& hash, std::string_view text) { hash.update_u64(text.size()).update(text); }

void hash_metadata(Sha256& hash, const Metadata& metadata) {
  hash.update_u64(metadata.size());
  for (const auto& [key, value] : metadata) {
    hash_text(hash, key);
    hash_text(hash, value);
  }
}

// Names, dtypes and shapes as well as the bytes that are hashed next.
void hash_spec(Sha256& hash, const data::TensorSpec& spec) {
  hash_text(hash, spec.name);
  hash_text(hash, dtype_name(spec.dtype));
  hash.update_u64(spec.shape.size());
  for (const std::int64_t size : spec.shape) hash.update_u64(static_cast<std::uint64_t>(size));
}

// The digest of what the file holds, after every tensor was read.
Result<Digest> digest_of(const data::SafetensorsFile& file) {
  Sha256 hash;
  hash_metadata(hash, file.metadata());
  // In the order in which they were written.
  std::vector<const data::StoredTensor*> tensors;
  for (const data::StoredTensor& tensor : file.tensors()) {
    if (tensor.name != kDigest) tensors.push_back(&tensor);
  }
  // Empty tensors lie where the next begins, behind or before it: the writer's order decides.
  std::stable_sort(tensors.begin(), tensors.end(), [](const data::StoredTensor* a, const data::StoredTensor* b) {
    return element_size(a->dtype) > element_size(b->dtype);
  });
  for (const data::StoredTensor* tensor : tensors) {
    hash_spec(hash, *tensor);
    CLOISTER_CHECK(file.read_pieces(*tensor, [&](std::span<const std::byte> bytes) -> Result<void> {
      hash.update(bytes);
      return {};
    }));
  }
  return hash.finish();
}

}  // namespace

std::string tensor_key(std::string_view name) { return fmt::format("tensor/{}", name); }
std::string optimizer_steps_key(std::string_view name) { return fmt::format("optimizer/{}/step", name); }
std::string optimizer_state_key(std::string_view name, std::size_t parameter, std::string_view state) {
  return fmt::format("optimizer/{}/{}/{}", name, parameter, state);
}

Result<void> write_checkpoint(const std::filesystem::path& path, const CheckpointRecord& record,
                              std::vector<CheckpointTensor> tensors,
                              const std::function<Result<void>(std::uint64_t bytes)>& admit) {
  std::vector<data::TensorSpec> specs;
  specs.reserve(tensors.size() + 1);
  std::map<std::string_view, const CheckpointTensor*> by_name;
  for (const CheckpointTensor& tensor : tensors) {
    specs.push_back(tensor.spec);
    by_name.emplace(tensor.spec.name, &tensor);
  }
  specs.push_back(digest_spec());
  const Metadata metadata = checkpoint_metadata(record);
  CLOISTER_TRY(auto writer, data::SafetensorsWriter::create(path.string(), std::move(specs), metadata));
  CLOISTER_CHECK(admit(writer.file_bytes()));
  Sha256 hash;
  hash_metadata(hash, metadata);
  for (const data::TensorSpec& spec : writer.order()) {
    if (spec.name == kDigest) break;
    hash_spec(hash, spec);
    CLOISTER_CHECK(by_name.find(spec.name)->second->with_bytes([&](std::span<const std::byte> bytes) {
      hash.update(bytes);
      return writer.write(bytes);
    }));
  }
  const Digest digest = hash.finish();
  CLOISTER_CHECK(writer.write(std::as_bytes(std::span(digest.bytes))));
  return writer.commit();
}

Result<CheckpointFile> CheckpointFile::open(const std::filesystem::path& path) {
  const std::string shown = path.string();
  CLOISTER_TRY(auto file, data::SafetensorsFile::open(shown));
  CLOISTER_TRY(CheckpointRecord record, parse_checkpoint_metadata(file.metadata(), shown));
  const data::StoredTensor* stored = file.find(kDigest);
  Digest saved;
  if (stored == nullptr || stored->dtype != Dtype::uint8 || stored->size != saved.bytes.size()) {
    return fail(ErrorCode::bad_data, fmt::format("the checkpoint '{}' has no digest of itself; it was not written by "
                                                 "Cloister, or changed since",
                                                 shown));
  }
  CLOISTER_CHECK(file.read(*stored, std::as_writable_bytes(std::span(saved.bytes))));
  CLOISTER_TRY(const Digest digest, digest_of(file));
  if (digest != saved) {
    return fail(ErrorCode::bad_data, fmt::format("the checkpoint '{}' is damaged: its contents are not those that were "
                                                 "saved; put an undamaged copy there, or start the run afresh",
                                                 shown));
  }
  return CheckpointFile(std::move(file), std::move(record), digest);
}

std::span<const data::StoredTensor> CheckpointFile::tensors() const {
  // The digest's name is the last.
  return std::span(file_.tensors()).first(file_.tensors().size() - 1);
}

Result<std::string> CheckpointFile::text(std::string_view name) const {
  const data::StoredTensor* stored = find(name);
  std::string text;
  if (stored == nullptr) return text;
  if (stored->dtype != Dtype::uint8) {
    return fail(ErrorCode::bad_data, fmt::format("the checkpoint's '{}' is {}, not bytes; it was not written by "
                                                 "Cloister",
                                                 name, dtype_name(stored->dtype)));
  }
  text.resize(static_cast<std::size_t>(stored->size));
  CLOISTER_CHECK(read(*stored, std::as_writable_bytes(std::span(text))));
  return text;
}

}  // namespace cloister::host
