// Granted datasets of images with classes, and passes over them that read ahead of their consumer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cloister/base/hash.h"
#include "cloister/base/result.h"

namespace cloister::data {

// A block of memory and the way to give it back. Move-only.
class Buffer {
 public:
  using Release = void (*)(void* owner) noexcept;

  Buffer() = default;
  // Takes ownership: release(owner) is called once, on whatever thread the buffer dies.
  Buffer(std::byte* data, std::size_t size, void* owner, Release release)
      : data_(data), size_(size), owner_(owner), release_(release) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (release_ != nullptr) release_(owner_);
  }

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<std::byte> bytes() const { return {data_, size_}; }

  // Gives up ownership without releasing: who calls it has `owner` to release.
  void* detach() {
    release_ = nullptr;
    return owner_;
  }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(owner_, other.owner_);
    std::swap(release_, other.release_);
  }

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  void* owner_ = nullptr;
  Release release_ = nullptr;
};

// Where batches get their memory, so that an engine can adopt them as tensors without a copy.
// Thread safety: allocate is called on the read-ahead threads of all streams that share the source.
class BufferSource {
 public:
  virtual ~BufferSource() = default;
  // `size` bytes, aligned to 64, contents unspecified: every byte is written before a batch is handed out.
  // Errors: quota_exceeded makes a stream wait until its consumer has taken what was read ahead, and try once more.
  virtual Result<Buffer> allocate(std::size_t size) = 0;
};

// Memory of the C++ heap, used again from batch to batch, for programs without an engine.
[[nodiscard]] std::shared_ptr<BufferSource> heap_buffers();

// Rows, columns and channels (1: grey, 3: red, green, blue) of an image of 8-bit samples.
struct ImageShape {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channels = 0;
  [[nodiscard]] std::uint64_t bytes() const { return std::uint64_t{height} * width * channels; }
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

class SampleReader;

// Images with a class each. The contents are taken as they were at the opening: a file that changes later is an error
// of the pass that meets it.
// Thread safety: all functions may be called from several threads.
class Dataset {
 public:
  virtual ~Dataset() = default;

  // Number of samples, 1 to 2^28.
  [[nodiscard]] virtual std::uint64_t size() const = 0;

  // Names of the classes in the order of their labels, UTF-8.
  [[nodiscard]] virtual const std::vector<std::string>& classes() const = 0;

  // Shape of the samples as stored; of the first one where they differ.
  [[nodiscard]] virtual ImageShape image_shape() const = 0;

  // SHA-256 of the contents by the scheme of docs/data.md, if passes have met all of them by now.
  [[nodiscard]] virtual std::optional<Digest> digest() const = 0;

  // The same, after reading what no pass has met. Errors: bad_data, io.
  virtual Result<Digest> complete_digest() const = 0;

  // What a pass reads through (src/data/sample_reader.h).
  [[nodiscard]] virtual std::unique_ptr<SampleReader> reader() const = 0;
};

// Opens what lies at `path`:
// - an IDX file of uint8 images, [n, height, width] or [n, height, width, channels]; the labels lie beside it under the
//   same name with `images` -> `labels` and `idxN` -> `idx1`. Classes are named by their numbers;
// - a folder of class folders of PNG and JPEG files. Classes and files are sorted by the bytes of their names; names
//   that begin with a dot and files that are no images by their ending are left out; symbolic links are refused.
// Errors: io; invalid_argument for what is neither; bad_data for files that are damaged or lie about their sizes.
Result<std::shared_ptr<const Dataset>> open_dataset(const std::string& path);

// Where the labels of an IDX file of images lie. Errors: invalid_argument for a file whose name has no `images` in it.
[[nodiscard]] Result<std::string> labels_path_of(const std::string& images_path);

// Which samples a pass takes, in what order and form; as `batch-options` in wit/datasets.wit.
struct BatchOptions {
  std::uint32_t size = 1;                                    // samples in a batch; the last may have fewer
  std::optional<std::uint64_t> shuffle_seed = std::nullopt;  // none: stored order
  std::uint64_t start = 0;                                   // first sample, in the order after shuffling
  std::optional<std::uint64_t> count = std::nullopt;         // none: all from `start`
  std::optional<std::pair<std::uint32_t, std::uint32_t>> resize = std::nullopt;  // height, width; none: as they are
  bool rgb = false;  // grey images are repeated to three channels
};

struct Batch {
  Buffer inputs;                    // uint8, row-major, of `shape`
  std::vector<std::int64_t> shape;  // [n, height, width, 3], or [n, height, width] for grey ones
  Buffer labels;                    // int64 [n], in the machine's byte order
};

// One pass. A thread of its own reads, decodes and hashes up to `kReadAhead` batches ahead, straight into the buffers
// that it hands out. Destroying the stream stops that thread within one image or one MiB.
// Thread safety: cancel may be called from any thread, the rest from one at a time.
class BatchStream {
 public:
  static constexpr std::size_t kReadAhead = 3;

  // Errors: invalid_argument for options out of range: a size of 0, samples beyond the end, a resize to nothing or to
  // more than kMaxPixels.
  static Result<std::unique_ptr<BatchStream>> start(std::shared_ptr<const Dataset> dataset, const BatchOptions& options,
                                                    std::shared_ptr<BufferSource> buffers);
  virtual ~BatchStream() = default;

  // The next batch, or nothing at the end; waits for it. Errors: bad_data naming the sample's file; what the buffer
  // source says; interrupted after cancel(). An error is final: each later call gives it again.
  virtual Result<std::optional<Batch>> next() = 0;

  // Ends the pass: next(), also one that waits, answers `interrupted`.
  virtual void cancel() = 0;

  // Samples of the whole pass.
  [[nodiscard]] virtual std::uint64_t samples() const = 0;
};

// The order of a shuffled pass: a permutation of 0 .. count-1 by the Fisher-Yates shuffle (Durstenfeld, 1964; from the
// last place down) with numbers from SplitMix64 (Steele, Lea and Flood, 2014) seeded by `seed`, brought into range
// without bias by multiplication and rejection (Lemire, 2019). It depends on `count` and `seed` alone, for ever.
// REQUIRES: count <= 2^32.
[[nodiscard]] std::vector<std::uint32_t> permutation(std::uint64_t count, std::uint64_t seed);

}  // namespace cloister::data
