// Reads batches of a planned pass, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "batch_plan.h"
#include "cloister/base/result.h"
#include "cloister/data/batch_stream.h"
#include "stored_dataset.h"

namespace cloister::data {

// Thread safety: none.
class BatchMaker {
 public:
  // REQUIRES: the plan outlives it, and its order is filled.
  explicit BatchMaker(const BatchPlan& plan);

  using Allocate = std::function<Result<Buffer>(std::size_t size)>;

  // Samples first .. first+count-1 of the pass's order. Fewer where broken ones were left out: the first dimension of
  // the tensors says how many. Errors: as the reader and `allocate`.
  Result<Batch> make(std::uint64_t first, std::uint64_t count, const Allocate& allocate, const std::stop_token& stop);

  // As SampleReader.
  Result<void> finish() { return reader_->finish(); }
  std::vector<BrokenSample> take_broken() { return reader_->take_broken(); }

 private:
  Result<void> add(const Run& run);
  Result<void> flush();
  void gather(const TensorPlan& tensor, std::size_t scratch, std::uint64_t rows, std::byte* out) const;

  const BatchPlan& plan_;
  std::unique_ptr<SampleReader> reader_;
  std::uint64_t piece_rows_ = 0;                 // most that are read at once
  std::vector<std::vector<std::byte>> scratch_;  // the columns that are put side by side, each by itself

  // Of the batch being made:
  Batch batch_;
  std::stop_token stop_;
  std::vector<Run> runs_;           // to be read
  std::uint64_t pending_rows_ = 0;  // in them
  std::uint64_t place_ = 0;         // in the pass, of the first of them
  std::uint64_t done_rows_ = 0;
};

}  // namespace cloister::data
