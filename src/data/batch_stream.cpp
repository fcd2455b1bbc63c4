#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <numeric>
#include <stop_token>
#include <system_error>
#include <thread>

#include "cloister/data/dataset.h"
#include "cloister/data/image.h"
#include "sample_reader.h"

namespace cloister::data {
namespace {

// A pass, its options checked.
struct Plan {
  std::shared_ptr<const Dataset> dataset;
  BatchOptions options;
  std::uint64_t count = 0;
  ImageShape shape;  // of each sample in a batch
};

class ReadAheadStream final : public BatchStream {
 public:
  ReadAheadStream(Plan plan, std::shared_ptr<BufferSource> buffers)
      : plan_(std::move(plan)),
        buffers_(std::move(buffers)),
        thread_([this](const std::stop_token& stop) { produce(stop); }) {}

  Result<std::optional<Batch>> next() override {
    std::unique_lock lock(mutex_);
    starving_ = ready_.empty() && !ended_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !ready_.empty() || ended_; });
    starving_ = false;
    if (!ready_.empty()) {
      Batch batch = std::move(ready_.front());
      ready_.pop_front();
      changed_.notify_all();
      return std::optional<Batch>(std::move(batch));
    }
    if (error_) return Unexpected(*error_);
    return std::optional<Batch>();
  }

  void cancel() override {
    thread_.request_stop();
    const std::lock_guard lock(mutex_);
    ready_.clear();
    if (!ended_) end(fail_interrupted().error());
  }

  [[nodiscard]] std::uint64_t samples() const override { return plan_.count; }

 private:
  // REQUIRES: mutex_ is held.
  void end(std::optional<Error> error) {
    ended_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }

  void produce(const std::stop_token& stop) {
    std::optional<Error> error;
    try {
      if (auto done = make_all(stop); !done) error = std::move(done).error();
    } catch (const std::exception& exception) {
      error = Error{ErrorCode::internal, fmt::format("reading a dataset failed: {}", exception.what())};
    }
    const std::lock_guard lock(mutex_);
    if (!ended_) end(std::move(error));
  }

  Result<void> make_all(const std::stop_token& stop) {
    const std::unique_ptr<SampleReader> reader = plan_.dataset->reader();
    const BatchOptions& options = plan_.options;
    std::vector<std::uint32_t> order;
    if (options.shuffle_seed) order = permutation(plan_.dataset->size(), *options.shuffle_seed);
    std::vector<std::uint32_t> samples;
    for (std::uint64_t done = 0; done < plan_.count; done += samples.size()) {
      if (!wait_for_room(stop)) return fail_interrupted();
      samples.resize(static_cast<std::size_t>(std::min<std::uint64_t>(options.size, plan_.count - done)));
      std::iota(samples.begin(), samples.end(), static_cast<std::uint32_t>(options.start + done));
      if (!order.empty()) {
        for (std::uint32_t& sample : samples) sample = order[sample];
      }
      CLOISTER_TRY(Batch batch, make(*reader, samples, stop));
      // The last samples are proved before they are handed out: nobody would ask afterwards.
      if (done + samples.size() == plan_.count) CLOISTER_CHECK(reader->finish());
      const std::lock_guard lock(mutex_);
      if (ended_) return fail_interrupted();
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
    return {};
  }

  Result<Batch> make(SampleReader& reader, std::span<const std::uint32_t> samples, const std::stop_token& stop) {
    const ImageShape& shape = plan_.shape;
    Batch batch;
    batch.shape = {static_cast<std::int64_t>(samples.size()), shape.height, shape.width};
    if (shape.channels > 1) batch.shape.push_back(shape.channels);
    CLOISTER_TRY(batch.inputs, allocate(samples.size() * static_cast<std::size_t>(shape.bytes()), stop));
    CLOISTER_TRY(batch.labels, allocate(samples.size() * sizeof(std::int64_t), stop));
    auto* labels = reinterpret_cast<std::int64_t*>(batch.labels.data());
    CLOISTER_CHECK(reader.read(samples, shape, plan_.options, batch.inputs.bytes(), {labels, samples.size()}, stop));
    return batch;
  }

  // Whether a quota suffices must not depend on how far ahead the thread happens to be: when it does not, the thread
  // waits until the consumer has taken everything and waits itself, and then it counts.
  Result<Buffer> allocate(std::size_t size, const std::stop_token& stop) {
    auto buffer = buffers_->allocate(size);
    if (!buffer && buffer.error().code == ErrorCode::quota_exceeded) {
      {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [this] { return starving_ && ready_.empty(); })) return fail_interrupted();
      }
      buffer = buffers_->allocate(size);
    }
    if (buffer && buffer->size() != size) {
      return fail(ErrorCode::internal, fmt::format("a batch of {} bytes was given {}", size, buffer->size()));
    }
    return buffer;
  }

  // Waits until fewer than kReadAhead batches are ahead of the consumer; false when the pass is to stop.
  bool wait_for_room(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, stop, [this] { return ready_.size() < kReadAhead; }) && !stop.stop_requested();
  }

  const Plan plan_;
  const std::shared_ptr<BufferSource> buffers_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Batch> ready_;     // in order
  bool starving_ = false;       // the consumer waits and there is nothing for it
  bool ended_ = false;          // nothing will be added to ready_
  std::optional<Error> error_;  // why it ended, unless all went well

  std::jthread thread_;  // last: stopped and joined before anything it uses goes
};

Unexpected<Error> invalid(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

Result<Plan> make_plan(std::shared_ptr<const Dataset> dataset, const BatchOptions& options) {
  const std::uint64_t size = dataset->size();
  if (options.size == 0) return invalid("a batch has at least 1 sample, not 0");
  if (options.start > size || options.count.value_or(0) > size - options.start) {
    return invalid(fmt::format("{} samples from {} were asked for, but the dataset has {}",
                               options.count ? fmt::to_string(*options.count) : "all", options.start, size));
  }
  ImageShape shape = dataset->image_shape();
  if (options.resize) {
    const auto [height, width] = *options.resize;
    const bool fits = height >= 1 && width >= 1 && height <= kMaxSide && width <= kMaxSide &&
                      std::uint64_t{height} * width <= kMaxPixels;
    if (!fits) {
      return invalid(
          fmt::format("images cannot be resized to {} x {}; a side is 1 to {} and an image at most {} pixels", height,
                      width, kMaxSide, kMaxPixels));
    }
    shape.height = height;
    shape.width = width;
  }
  if (options.rgb) shape.channels = 3;
  const std::uint64_t count = options.count.value_or(size - options.start);
  return Plan{std::move(dataset), options, count, shape};
}

}  // namespace

Result<std::unique_ptr<BatchStream>> BatchStream::start(std::shared_ptr<const Dataset> dataset,
                                                        const BatchOptions& options,
                                                        std::shared_ptr<BufferSource> buffers) {
  CLOISTER_TRY(Plan plan, make_plan(std::move(dataset), options));
  try {
    return std::make_unique<ReadAheadStream>(std::move(plan), std::move(buffers));
  } catch (const std::system_error& error) {
    return fail(ErrorCode::internal, fmt::format("no thread could be started to read a dataset: {}", error.what()));
  }
}

}  // namespace cloister::data
