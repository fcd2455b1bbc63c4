#include "cloister/data/batch_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>

#include "batch_maker.h"
#include "batch_plan.h"
#include "permutation.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

class ReadAheadStream final : public BatchStream {
 public:
  ReadAheadStream(BatchPlan plan, std::shared_ptr<BufferSource> buffers)
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
      Ready ready = std::move(ready_.front());
      ready_.pop_front();
      changed_.notify_all();
      append(given_broken_, std::move(ready.broken));
      return std::optional<Batch>(std::move(ready.batch));
    }
    append(given_broken_, std::exchange(last_broken_, {}));
    if (error_) return Unexpected(*error_);
    return std::optional<Batch>();
  }

  std::vector<BrokenSample> take_broken() override { return std::exchange(given_broken_, {}); }

  void cancel() override {
    thread_.request_stop();
    const std::lock_guard lock(mutex_);
    ready_.clear();
    if (!ended_) end(fail_interrupted().error());
  }

  [[nodiscard]] std::uint64_t samples() const override { return plan_.count; }

 private:
  struct Ready {
    Batch batch;
    std::vector<BrokenSample> broken;  // left out of it, and of batches before it that did not come
  };

  // Tells a meter, if there is one, that the calling thread works for its dataset.
  class Counted {
   public:
    explicit Counted(ReadMeter* meter) : meter_(meter) {
      if (meter_ != nullptr) meter_->thread_begins();
    }
    ~Counted() {
      if (meter_ != nullptr) meter_->thread_ends();
    }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

   private:
    ReadMeter* meter_;
  };

  static void append(std::vector<BrokenSample>& all, std::vector<BrokenSample> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }

  // REQUIRES: mutex_ is held.
  void end(std::optional<Error> error) {
    ended_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }

  void produce(const std::stop_token& stop) {
    const Counted counted(plan_.dataset->stored().meter());
    std::optional<Error> error;
    try {
      if (auto done = make_all(stop); !done) error = std::move(done).error();
    } catch (const std::exception& exception) {
      error = Error{ErrorCode::internal, fmt::format("reading a dataset failed: {}", exception.what())};
    }
    const std::lock_guard lock(mutex_);
    last_broken_ = std::move(broken_);
    if (!ended_) end(std::move(error));
  }

  Result<void> make_all(const std::stop_token& stop) {
    const BatchOptions& options = plan_.options;
    if (options.shuffle_seed) {
      auto* order = reinterpret_cast<std::uint32_t*>(plan_.order.data());
      CLOISTER_CHECK(permute({order, static_cast<std::size_t>(plan_.dataset->size())}, *options.shuffle_seed, stop));
    }
    BatchMaker maker(plan_);
    const auto lend = [this, &stop](std::size_t size) { return allocate(size, stop); };
    for (std::uint64_t done = 0; done < plan_.count;) {
      if (!wait_for_room(stop)) return fail_interrupted();
      const std::uint64_t count = std::min<std::uint64_t>(options.size, plan_.count - done);
      CLOISTER_TRY(Batch batch, maker.make(options.start + done, count, lend, stop));
      done += count;
      // The last samples are proved before they are handed out: nobody would ask afterwards.
      if (done == plan_.count) CLOISTER_CHECK(maker.finish());
      append(broken_, maker.take_broken());
      const std::lock_guard lock(mutex_);
      if (ended_) return fail_interrupted();
      if (batch.tensors.front().shape.front() == 0) continue;  // all of them were broken
      ready_.push_back({std::move(batch), std::exchange(broken_, {})});
      changed_.notify_all();
    }
    return {};
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

  BatchPlan plan_;
  const std::shared_ptr<BufferSource> buffers_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Ready> ready_;                 // in order
  bool starving_ = false;                   // the consumer waits and there is nothing for it
  bool ended_ = false;                      // nothing will be added to ready_
  std::optional<Error> error_;              // why it ended, unless all went well
  std::vector<BrokenSample> broken_;        // since the last batch that came; the thread's alone
  std::vector<BrokenSample> last_broken_;   // left out of what follows the last batch
  std::vector<BrokenSample> given_broken_;  // to be taken; the consumer's alone

  std::jthread thread_;  // last: stopped and joined before anything it uses goes
};

}  // namespace

Result<std::unique_ptr<BatchStream>> BatchStream::start(Dataset::Pointer dataset, const BatchOptions& options,
                                                        std::shared_ptr<BufferSource> buffers) {
  CLOISTER_TRY(BatchPlan plan, make_batch_plan(std::move(dataset), options, *buffers));
  try {
    return std::make_unique<ReadAheadStream>(std::move(plan), std::move(buffers));
  } catch (const std::system_error& error) {
    return fail(ErrorCode::internal, fmt::format("no thread could be started to read a dataset: {}", error.what()));
  }
}

}  // namespace cloister::data
