// Datasets of raw text, and of safetensors: arrays that lie in their files as they are.
#include <fmt/format.h>

#include "array_dataset.h"
#include "cloister/data/safetensors.h"
#include "open_dataset.h"

namespace cloister::data {

Result<Dataset::Pointer> open_text_dataset(const std::string& path, const OpenOptions& options) {
  CLOISTER_TRY(auto file, HashedFile::open(path, options.meter));
  if (file->file().size() == 0) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' is empty; a text has at least one byte", path));
  }
  StoredArray text;
  text.name = "text";
  text.shape = {static_cast<std::int64_t>(file->file().size())};
  return make_array_dataset(std::move(file), {std::move(text)});
}

Result<Dataset::Pointer> open_safetensors_dataset(const std::string& path, const OpenOptions& options) {
  CLOISTER_TRY(const SafetensorsFile file, SafetensorsFile::open(path, options.meter));
  std::vector<StoredArray> arrays;
  for (const StoredTensor& tensor : file.tensors()) {
    StoredArray& array = arrays.emplace_back();
    array.name = tensor.name;
    array.dtype = tensor.dtype;
    array.shape = tensor.shape;
    array.offset = tensor.offset;
  }
  return make_array_dataset(file.file(), std::move(arrays));
}

}  // namespace cloister::data
