// Granted datasets: samples that all have the same columns, and parts of them in other orders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/dtype.h"
#include "cloister/base/hash.h"
#include "cloister/base/result.h"
#include "cloister/data/buffer.h"
#include "cloister/data/read_meter.h"

namespace cloister::data {

// Rows, columns and channels (1: grey, 3: red, green, blue) of an image of 8-bit samples.
struct ImageShape {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channels = 0;
  [[nodiscard]] std::uint64_t bytes() const { return std::uint64_t{height} * width * channels; }
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

// One thing that every sample has.
struct Column {
  std::string name;  // UTF-8
  Dtype dtype = Dtype::uint8;
  std::vector<std::int64_t> shape;    // of one sample; empty: a single number; -1: differs between samples
  std::vector<std::string> classes;   // what the numbers 0, 1, ... stand for, UTF-8; empty: they are just numbers
  bool classes_are_contents = false;  // the classes are words of a file rather than names of folders or numbers
};

// What making an index takes beside the dataset.
struct IndexSetting {
  BufferSource& buffers;      // lends the index its memory, four bytes a sample, for as long as anything uses it
  std::stop_token stop = {};  // requested: the making ends with `interrupted`
};

class SampleOrder;
class StoredDataset;

// Samples of one stored dataset, in some order; immutable. The contents are taken as they were at the opening: a file
// that changes later is an error of the pass that meets it. Functions that give another dataset copy no sample.
// Thread safety: all functions may be called from several threads.
class Dataset {
 public:
  using Pointer = std::shared_ptr<const Dataset>;

  // Most samples that can be put into another order: an index has four bytes a sample.
  static constexpr std::uint64_t kMaxIndexed = std::uint64_t{1} << 32;
  // Most times that windows can be taken of windows.
  static constexpr std::size_t kMaxWindows = 4;

  // All samples in the order in which they are stored; open_dataset makes these.
  explicit Dataset(std::shared_ptr<const StoredDataset> stored);
  Dataset(std::shared_ptr<const StoredDataset> stored, SampleOrder order);
  ~Dataset();
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  // Number of samples; 0 only of a part.
  [[nodiscard]] std::uint64_t size() const;

  // What each sample has. Datasets of images have the columns `image` and `label`, in this order.
  [[nodiscard]] std::vector<Column> columns() const;

  // Of datasets of images: shape of the samples as stored; of the first one where they differ.
  [[nodiscard]] std::optional<ImageShape> image_shape() const;

  // SHA-256 of the contents of the whole stored dataset by the scheme of docs/data.md, if passes have met all of them.
  [[nodiscard]] std::optional<Digest> digest() const;

  // The same, after reading what no pass has met. Errors: bad_data, io.
  Result<Digest> complete_digest() const;

  // The samples in the order of permutation(size(), seed). Errors: invalid_argument for more than kMaxIndexed samples;
  // what the buffers say; interrupted.
  Result<Pointer> shuffle(std::uint64_t seed, const IndexSetting& setting) const;

  // `count` samples from `start` on. Errors: invalid_argument beyond the end.
  Result<Pointer> narrow(std::uint64_t start, std::uint64_t count) const;

  // Parts of these lengths, one after the other. Errors: invalid_argument unless they add up to size().
  Result<std::vector<Pointer>> split(std::span<const std::uint64_t> lengths) const;

  // `count` samples drawn with replacement, sample i with the probability weights[i] / sum of the weights: a number
  // from SplitMix64, seeded by `seed`, is looked up in the running sums of the weights (53 bits, by binary search).
  // Errors: invalid_argument for weights that are negative, not finite, all zero, not one a sample, or too many
  // samples for an index; what the buffers say; interrupted.
  Result<Pointer> sample(std::span<const double> weights, std::uint64_t count, std::uint64_t seed,
                         const IndexSetting& setting) const;

  // The same by the class in the column `column` of whole numbers: first a class is drawn by its weight, among those
  // that have samples, then one of its samples evenly. Reads that column of all samples, unless they are in memory.
  // Errors: as sample; invalid_argument for another column, weights that are not one a class, and a sample whose number
  // has no weight; as reading.
  Result<Pointer> sample_classes(std::span<const double> weights, std::string_view column, std::uint64_t count,
                                 std::uint64_t seed, const IndexSetting& setting) const;

  // Sequences: sample i is the `length` samples from i * stride on, put together along a new first dimension.
  // Errors: invalid_argument for a length or stride of 0, fewer than `length` samples, more than kMaxWindows windows
  // inside each other, or sizes that overflow; unsupported for images.
  Result<Pointer> windows(std::uint64_t length, std::uint64_t stride) const;

  // The parts, for passes.
  [[nodiscard]] const StoredDataset& stored() const { return *stored_; }
  [[nodiscard]] const SampleOrder& order() const { return *order_; }

 private:
  std::shared_ptr<const StoredDataset> stored_;
  std::unique_ptr<const SampleOrder> order_;
};

struct OpenOptions {
  // Folders: an image that cannot be decoded does not keep the folder from being opened; it must have one that can.
  bool skip_broken = false;
  std::stop_token stop = {};  // ends the reading of a whole CSV file, the inflating of an .npz: `interrupted`
  // Is told of what the opening, passes and everything else but complete_digest read; none: nobody is.
  std::shared_ptr<ReadMeter> meter = nullptr;
};

// Opens what lies at `path`; files are told apart by their ending, in either case. docs/data.md has the details.
// - a folder of class folders of PNG and JPEG files;
// - `.csv`: rows of numbers and words under a header; `.npy`, `.npz` (NumPy) and `.safetensors`: arrays with one first
//   dimension, which counts the samples; `.txt`: the column `text`, uint8, one sample a byte;
// - any other file is an IDX file of uint8 images beside one of labels.
// Errors: io; invalid_argument for what is none of these; bad_data for files that are damaged or lie about their sizes;
// what the meter says.
Result<Dataset::Pointer> open_dataset(const std::string& path, const OpenOptions& options = {});

// Where the labels of an IDX file of images lie. Errors: invalid_argument for a file whose name has no `images` in it,
// or that open_dataset takes for another format.
[[nodiscard]] Result<std::string> labels_path_of(const std::string& images_path);

// The order of a shuffled pass: a permutation of 0 .. count-1 by the Fisher-Yates shuffle (Durstenfeld, 1964; from the
// last place down) with numbers from SplitMix64 (Steele, Lea and Flood, 2014) seeded by `seed`, brought into range
// without bias by multiplication and rejection (Lemire, 2019). It depends on `count` and `seed` alone, for ever.
// REQUIRES: count <= 2^32.
[[nodiscard]] std::vector<std::uint32_t> permutation(std::uint64_t count, std::uint64_t seed);

}  // namespace cloister::data
