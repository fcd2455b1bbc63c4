// Passes over datasets that read ahead of their consumer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/result.h"
#include "cloister/data/buffer.h"
#include "cloister/data/dataset.h"

namespace cloister::data {

// Random changes to images, as `augmentation` in wit/datasets.wit; they are made in the order of the fields.
struct Augmentation {
  std::uint64_t seed = 0;
  std::optional<std::pair<double, double>> random_resized_crop = std::nullopt;  // least and most share of the area
  std::uint32_t crop_padding = 0;                                               // pixels
  double rotation = 0;                                                          // degrees, at most 180
  double horizontal_flip = 0;                                                   // probabilities
  double vertical_flip = 0;
  double brightness = 0;  // in [0, 1]
  double contrast = 0;
  double saturation = 0;
};

// Which samples a pass takes, in what order and form; as `batch-options` in wit/datasets.wit.
struct BatchOptions {
  std::uint32_t size = 1;                                    // samples in a batch; the last may have fewer
  bool drop_last = false;                                    // leaves out a last batch that has fewer
  std::optional<std::uint64_t> shuffle_seed = std::nullopt;  // none: the dataset's order
  std::uint64_t start = 0;                                   // first sample, in the order after shuffling
  std::optional<std::uint64_t> count = std::nullopt;         // none: all from `start`
  // The tensors of a batch by the names of their columns; empty: one a column. Several columns in one tensor must be
  // single numbers: int64 if all are whole ones, else float32.
  std::vector<std::vector<std::string>> columns = {};
  // Of images alone:
  std::optional<std::pair<std::uint32_t, std::uint32_t>> resize = std::nullopt;  // height, width; none: as they are
  bool rgb = false;                                    // grey images are repeated to three channels
  std::optional<Augmentation> augment = std::nullopt;  // none: as they are
  bool skip_broken = false;                            // image files that cannot be decoded are left out of their batch
};

struct BatchTensor {
  Buffer bytes;  // row-major, little-endian; may be longer than the shape takes
  Dtype dtype = Dtype::uint8;
  std::vector<std::int64_t> shape;  // [n, ...]
};

struct Batch {
  std::vector<BatchTensor> tensors;  // in the order of BatchOptions::columns, at least one
};

// An image file that was left out.
struct BrokenSample {
  std::uint64_t index = 0;  // in the stored dataset
  std::string name;         // CLASS/FILE
  std::string why;          // a sentence that names it
};

// One pass. A thread of its own reads, decodes and hashes up to `kReadAhead` batches ahead, straight into the buffers
// that it hands out. Destroying the stream stops that thread within one image or one MiB.
// Thread safety: cancel may be called from any thread, the rest from one at a time.
class BatchStream {
 public:
  static constexpr std::size_t kReadAhead = 3;

  // Errors: invalid_argument for options out of range: a size of 0, samples beyond the end, columns that are not there
  // or do not fit into one tensor, a resize to nothing or to more than kMaxPixels, a random_resized_crop without
  // resize, an augmentation out of its ranges, or any of these for what is no image; unsupported to shuffle more than
  // 2^32 samples; what the buffer source says of the four bytes a sample that a shuffled order takes.
  static Result<std::unique_ptr<BatchStream>> start(Dataset::Pointer dataset, const BatchOptions& options,
                                                    std::shared_ptr<BufferSource> buffers);
  virtual ~BatchStream() = default;

  // The next batch, or nothing at the end; waits for it. A batch of which all samples were left out does not come.
  // Errors: bad_data naming the sample's file; what the buffer source and the dataset's meter say; interrupted after
  // cancel(). An error is final: each later call gives it again.
  virtual Result<std::optional<Batch>> next() = 0;

  // Samples that were left out of the batch that next() gave last and, if it gave none, of those after it; each once.
  virtual std::vector<BrokenSample> take_broken() = 0;

  // Ends the pass: next(), also one that waits, answers `interrupted`.
  virtual void cancel() = 0;

  // Samples of the whole pass, those that are left out included.
  [[nodiscard]] virtual std::uint64_t samples() const = 0;
};

}  // namespace cloister::data
