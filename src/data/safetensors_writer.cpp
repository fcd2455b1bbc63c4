#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "cloister/base/bytes.h"
#include "cloister/data/safetensors.h"
#include "safetensors_header.h"

namespace cloister::data {
namespace {

Result<void> check_name(std::string_view name) {
  if (name == "__metadata__" || !is_utf8(name)) {
    return fail(ErrorCode::invalid_argument, "a tensor's name must be UTF-8 and not __metadata__; choose another");
  }
  return {};
}

}  // namespace

Result<SafetensorsWriter> SafetensorsWriter::create(const std::string& path, std::vector<TensorSpec> tensors,
                                                    const std::map<std::string, std::string>& metadata) {
  for (const TensorSpec& tensor : tensors) CLOISTER_CHECK(check_name(tensor.name));
  for (const auto& [key, value] : metadata) {
    if (!is_utf8(key) || !is_utf8(value)) {
      return fail(ErrorCode::invalid_argument, "the metadata of a safetensors file must be UTF-8");
    }
  }
  std::sort(tensors.begin(), tensors.end(), [](const TensorSpec& a, const TensorSpec& b) { return a.name < b.name; });
  const auto repeated = std::adjacent_find(tensors.begin(), tensors.end(),
                                           [](const TensorSpec& a, const TensorSpec& b) { return a.name == b.name; });
  if (repeated != tensors.end()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("two tensors are named '{}'; a file keeps one of a name", repeated->name));
  }
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorSpec& a, const TensorSpec& b) {
    return element_size(a.dtype) > element_size(b.dtype);
  });

  CLOISTER_TRY(const std::string header, make_safetensors_header(tensors, metadata));
  CLOISTER_TRY(AtomicFile file, AtomicFile::create(path));
  std::array<std::byte, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<std::byte>(header.size() >> (8 * i));
  CLOISTER_CHECK(file.write(length));
  CLOISTER_CHECK(file.write(header));
  std::uint64_t file_bytes = length.size() + header.size();
  for (const TensorSpec& tensor : tensors) {
    // The header says where each ends, so none of these overflows.
    CLOISTER_TRY(const std::uint64_t size, checked_byte_size(tensor.shape, element_size(tensor.dtype)));
    file_bytes += size;
  }
  return SafetensorsWriter(std::move(file), path, std::move(tensors), file_bytes);
}

Result<void> SafetensorsWriter::write(std::span<const std::byte> bytes) {
  if (next_ == tensors_.size()) {
    return fail(ErrorCode::invalid_argument, fmt::format("'{}' has all its tensors already", path_));
  }
  const TensorSpec& tensor = tensors_[next_];
  CLOISTER_TRY(const std::uint64_t size, checked_byte_size(tensor.shape, element_size(tensor.dtype)));
  if (bytes.size() != size) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the tensor '{}' takes {} bytes, not {}", tensor.name, size, bytes.size()));
  }
  CLOISTER_CHECK(file_.write(bytes));
  ++next_;
  return {};
}

Result<void> SafetensorsWriter::commit() {
  if (next_ != tensors_.size()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' still lacks the tensor '{}'", path_, tensors_[next_].name));
  }
  return file_.commit();
}

}  // namespace cloister::data
