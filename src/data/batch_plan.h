// A pass, its options checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/result.h"
#include "cloister/data/batch_stream.h"
#include "stored_dataset.h"

namespace cloister::data {

// A tensor of each batch.
struct TensorPlan {
  std::vector<std::size_t> columns;  // of the stored dataset; several are put side by side
  Dtype dtype = Dtype::uint8;
  std::vector<std::int64_t> shape;  // of one sample
  std::uint64_t row_bytes = 0;      // of one stored sample; windows have several
};

struct BatchPlan {
  Dataset::Pointer dataset;
  BatchOptions options;
  std::uint64_t count = 0;  // samples of the pass
  std::uint64_t rows = 1;   // stored samples a sample
  std::vector<TensorPlan> tensors;
  ImageForm form;
  Buffer order;  // of a shuffled pass: room for it, to be filled by permute()
};

// Errors: as BatchStream::start.
Result<BatchPlan> make_batch_plan(Dataset::Pointer dataset, const BatchOptions& options, BufferSource& buffers);

}  // namespace cloister::data
