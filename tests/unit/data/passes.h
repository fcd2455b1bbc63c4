// Whole passes over datasets, collected for comparison.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloister/data/dataset.h"
#include "temporary_folder.h"

namespace cloister::data {

struct Pass {
  std::vector<Batch> batches;
  std::string error;  // empty when all went well
  ErrorCode code = ErrorCode::internal;

  [[nodiscard]] std::vector<std::int64_t> labels() const {
    std::vector<std::int64_t> all;
    for (const Batch& batch : batches) {
      const auto* first = reinterpret_cast<const std::int64_t*>(batch.labels.data());
      all.insert(all.end(), first, first + batch.labels.size() / sizeof(std::int64_t));
    }
    return all;
  }
  [[nodiscard]] Bytes pixels() const {
    Bytes all;
    for (const Batch& batch : batches) {
      all.insert(all.end(), batch.inputs.bytes().begin(), batch.inputs.bytes().end());
    }
    return all;
  }
};

inline Pass run_pass(const std::shared_ptr<const Dataset>& dataset, const BatchOptions& options) {
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
    if (!batch) {
      fail_with(batch.error());
      return pass;
    }
    if (!*batch) return pass;
    pass.batches.push_back(**std::move(batch));
  }
}

inline Pass run_pass(const std::string& path, const BatchOptions& options) {
  const auto dataset = open_dataset(path);
  if (!dataset) {
    Pass pass;
    pass.error = dataset.error().message;
    pass.code = dataset.error().code;
    return pass;
  }
  return run_pass(*dataset, options);
}

}  // namespace cloister::data
