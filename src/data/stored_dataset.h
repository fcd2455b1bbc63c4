// What a format's reader provides: a stored dataset, and the reading of its samples for a pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "cloister/base/hash.h"
#include "cloister/base/result.h"
#include "cloister/data/batch_stream.h"
#include "cloister/data/dataset.h"

namespace cloister::data {

inline constexpr std::size_t kMaxClasses = 65536;

// Stored samples that follow each other.
struct Run {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// Where the samples of a column go, one after the other.
struct Target {
  std::size_t column = 0;
  std::span<std::byte> bytes;
};

// What a pass makes of images.
struct ImageForm {
  ImageShape shape;     // of each in the batch
  bool resize = false;  // what is of another size is resized; otherwise it is an error
  bool rgb = false;     // grey images are repeated to three channels; otherwise an error unless all are grey
  std::optional<Augmentation> augment;
  bool skip_broken = false;
};

// A dataset's samples for one pass. Thread safety: none; it keeps what it needs of the dataset alive.
class SampleReader {
 public:
  virtual ~SampleReader() = default;

  // Reads the samples of the runs into each target, which has room for all of them: elements in row-major order,
  // images in the reader's form. `place` is the first sample's place in the pass. Gives the number of samples read:
  // all, less those that were left out as broken; those after them move up.
  // Errors: bad_data, io; interrupted when `stop` was requested.
  virtual Result<std::uint64_t> read(std::span<const Run> runs, std::uint64_t place, std::span<const Target> targets,
                                     const std::stop_token& stop) = 0;

  // Proves what read() handed out and could not yet prove. Errors: bad_data, io.
  virtual Result<void> finish() = 0;

  // The samples that read() has left out since the last call.
  virtual std::vector<BrokenSample> take_broken() { return {}; }
};

// A dataset as it lies in files. Thread safety: all functions may be called from several threads.
class StoredDataset {
 public:
  virtual ~StoredDataset() = default;

  // Number of samples, at least 1 and at most 2^44.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  [[nodiscard]] virtual const std::vector<Column>& columns() const = 0;
  // As Dataset. Of an image, column 0 is what this says, column 1 its label.
  [[nodiscard]] virtual std::optional<ImageShape> image_shape() const { return std::nullopt; }
  [[nodiscard]] virtual std::optional<Digest> digest() const = 0;
  virtual Result<Digest> complete_digest() const = 0;
  [[nodiscard]] virtual std::unique_ptr<SampleReader> reader(const ImageForm& form) const = 0;
  // Who is told of what is read; null: nobody.
  [[nodiscard]] virtual ReadMeter* meter() const = 0;
};

// Names of labels that are just numbers: "0" to `largest`.
[[nodiscard]] std::vector<std::string> numbered_classes(std::int64_t largest);

// The columns of a dataset of images.
[[nodiscard]] std::vector<Column> image_columns(std::vector<std::int64_t> image_shape,
                                                std::vector<std::string> classes);

[[nodiscard]] inline Unexpected<Error> fail_interrupted() {
  return fail(ErrorCode::interrupted, "the pass over the dataset was stopped");
}

}  // namespace cloister::data
