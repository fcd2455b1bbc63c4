// Whole passes over datasets, collected for comparison.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloister/data/batch_stream.h"
#include "temporary_folder.h"

namespace cloister::data {

// The elements of a tensor of a batch, of its own dtype T.
template <class T>
std::vector<T> elements(const BatchTensor& tensor) {
  EXPECT_EQ(element_size(tensor.dtype), sizeof(T));
  std::size_t count = 1;
  for (const std::int64_t size : tensor.shape) count *= static_cast<std::size_t>(size);
  const auto* first = reinterpret_cast<const T*>(tensor.bytes.data());
  return {first, first + count};
}

struct Pass {
  std::vector<Batch> batches;
  std::vector<BrokenSample> broken;
  std::string error;  // empty when all went well
  ErrorCode code = ErrorCode::internal;

  // The elements of the tensor `index` of all batches, one after the other.
  template <class T>
  [[nodiscard]] std::vector<T> all(std::size_t index) const {
    std::vector<T> whole;
    for (const Batch& batch : batches) {
      const auto part = elements<T>(batch.tensors.at(index));
      whole.insert(whole.end(), part.begin(), part.end());
    }
    return whole;
  }
  // Of images:
  [[nodiscard]] std::vector<std::int64_t> labels() const { return all<std::int64_t>(1); }
  [[nodiscard]] Bytes pixels() const { return all<std::byte>(0); }
};

inline Pass run_pass(const Dataset::Pointer& dataset, const BatchOptions& options) {
  Pass pass;
  const auto fail_with = [&](const Error& error) {
    pass.error = error.message;
    pass.code = error.code;
  };
  const auto stream = BatchStream::start(dataset, options, heap_buffers());
  if (!stream) {
    fail_with(stream.error());
    return pass;
  }
  for (;;) {
    auto batch = (*stream)->next();
    for (BrokenSample& sample : (*stream)->take_broken()) pass.broken.push_back(std::move(sample));
    if (!batch) {
      fail_with(batch.error());
      return pass;
    }
    if (!*batch) return pass;
    pass.batches.push_back(**std::move(batch));
  }
}

inline Pass run_pass(const std::string& path, const BatchOptions& options) {
  const auto dataset = open_dataset(path, {.skip_broken = options.skip_broken});
  if (!dataset) {
    Pass pass;
    pass.error = dataset.error().message;
    pass.code = dataset.error().code;
    return pass;
  }
  return run_pass(*dataset, options);
}

}  // namespace cloister::data
