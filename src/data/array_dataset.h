// Datasets of arrays with one first dimension: sample i is row i of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/result.h"
#include "cloister/data/dataset.h"
#include "hashed_file.h"

namespace cloister::data {

// An array, row-major and little-endian: in the file from `offset` on, or whole in `memory`.
struct StoredArray {
  std::string name;
  Dtype dtype = Dtype::uint8;
  std::vector<std::int64_t> shape;  // [n, ...]
  std::uint64_t offset = 0;
  std::shared_ptr<const std::vector<std::byte>> memory = nullptr;  // none: it lies in the file
};

// Errors: bad_data, naming the file and the array, for no arrays, one without a first dimension, first dimensions that
// differ, no samples, samples of no bytes, or a name that is not UTF-8.
// REQUIRES: names differ; the arrays' bytes lie within the file, or are as many as the shape takes.
Result<Dataset::Pointer> make_array_dataset(std::shared_ptr<HashedFile> file, std::vector<StoredArray> arrays);

}  // namespace cloister::data
