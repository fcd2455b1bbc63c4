#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "cloister/data/batch_stream.h"
#include "cloister/data/idx.h"
#include "passes.h"

namespace cloister::data {
namespace {

using namespace std::chrono_literals;

// Counts what is alive, and refuses when a limit is reached.
class CountingBuffers final : public BufferSource {
 public:
  explicit CountingBuffers(int limit = 1 << 30) : limit_(limit) {}
  ~CountingBuffers() override { EXPECT_EQ(alive_.load(), 0); }

  Result<Buffer> allocate(std::size_t size) override {
    ++asked_;
    if (alive_.load() >= limit_.load()) return fail(ErrorCode::quota_exceeded, "no more buffers");
    ++alive_;
    auto* owned = new Owned{Bytes(size), this};
    return Buffer(owned->bytes.data(), size, owned, [](void* owner) noexcept {
      auto* own = static_cast<Owned*>(owner);
      --own->source->alive_;
      delete own;
    });
  }
  [[nodiscard]] int alive() const { return alive_; }
  [[nodiscard]] int asked() const { return asked_; }

 private:
  struct Owned {
    Bytes bytes;
    CountingBuffers* source;
  };
  std::atomic<int> limit_;
  std::atomic<int> alive_{0};
  std::atomic<int> asked_{0};
};

class BatchStreamTest : public testing::Test {
 protected:
  // 20 grey images of one pixel.
  void SetUp() override {
    const Bytes ramp = [] {
      Bytes bytes;
      for (int i = 0; i < 20; ++i) bytes.push_back(static_cast<std::byte>(i));
      return bytes;
    }();
    write("images", {20, 1, 1}, ramp);
    write("labels", {20}, ramp);
    dataset_ = *open_dataset(folder_.path("images"));
  }
  void write(const std::string& name, const std::vector<std::int64_t>& shape, const Bytes& bytes) {
    auto writer = IdxWriter::create(folder_.path(name), shape);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->write(bytes));
    ASSERT_TRUE(writer->commit());
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 2000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }

  const TemporaryFolder folder_;
  std::shared_ptr<const Dataset> dataset_;
};

constexpr int kBuffersABatch = 2;
constexpr int kAhead = static_cast<int>(BatchStream::kReadAhead) * kBuffersABatch;

TEST_F(BatchStreamTest, ReadsAheadAndNotFurther) {
  const auto buffers = std::make_shared<CountingBuffers>();
  const auto stream = *BatchStream::start(dataset_, {.size = 1}, buffers);
  EXPECT_EQ(stream->samples(), 20u);
  EXPECT_TRUE(eventually([&] { return buffers->alive() == kAhead; }));
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(buffers->alive(), kAhead);
  auto batch = stream->next();
  ASSERT_TRUE(batch);
  EXPECT_TRUE(eventually([&] { return buffers->alive() == kAhead + kBuffersABatch; }));
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(buffers->alive(), kAhead + kBuffersABatch);
}

TEST_F(BatchStreamTest, EndsForEver) {
  const auto stream = *BatchStream::start(dataset_, {.size = 15}, heap_buffers());
  EXPECT_TRUE((*stream->next()).has_value());
  EXPECT_TRUE((*stream->next()).has_value());
  for (int i = 0; i < 3; ++i) {
    const auto end = stream->next();
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->has_value());
  }
}

TEST_F(BatchStreamTest, DestroyingItStopsTheThreadAndFreesWhatItRead) {
  const auto buffers = std::make_shared<CountingBuffers>();
  for (int i = 0; i < 50; ++i) {
    auto stream = BatchStream::start(dataset_, {.size = 2}, buffers);
    ASSERT_TRUE(stream);
    if (i % 2 == 0) {
      EXPECT_TRUE((*stream)->next());
    }
    stream->reset();
    EXPECT_EQ(buffers->alive(), 0);
  }
}

TEST_F(BatchStreamTest, BatchesOutliveTheirStreamAndDataset) {
  auto stream = *BatchStream::start(dataset_, {.size = 3}, heap_buffers());
  auto batch = stream->next();
  stream.reset();
  dataset_.reset();
  ASSERT_TRUE(batch && batch->has_value());
  EXPECT_EQ((*batch)->tensors[0].bytes.bytes()[2], std::byte{2});
}

TEST_F(BatchStreamTest, CancelWakesWhoWaits) {
  // A limit of no buffers: the thread waits for the consumer, asks again and fails; so the consumer's wait is cut
  // short by a source that blocks instead.
  class BlockedBuffers final : public BufferSource {
   public:
    Result<Buffer> allocate(std::size_t size) override {
      while (blocked) std::this_thread::sleep_for(1ms);
      return heap_buffers()->allocate(size);
    }
    std::atomic<bool> blocked{true};
  };
  const auto buffers = std::make_shared<BlockedBuffers>();
  const auto stream = *BatchStream::start(dataset_, {.size = 1}, buffers);
  std::jthread canceller([&] {
    std::this_thread::sleep_for(10ms);
    stream->cancel();
  });
  for (int i = 0; i < 2; ++i) {
    const auto batch = stream->next();
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().code, ErrorCode::interrupted);
  }
  buffers->blocked = false;
}

TEST_F(BatchStreamTest, CancelDropsWhatWasReadAhead) {
  const auto buffers = std::make_shared<CountingBuffers>();
  const auto stream = *BatchStream::start(dataset_, {.size = 1}, buffers);
  EXPECT_TRUE(eventually([&] { return buffers->alive() == kAhead; }));
  stream->cancel();
  EXPECT_FALSE(stream->next());
  EXPECT_TRUE(eventually([&] { return buffers->alive() == 0; }));
}

TEST_F(BatchStreamTest, AQuotaThatSufficesForOneBatchSuffices) {
  const auto buffers = std::make_shared<CountingBuffers>(kBuffersABatch);
  const auto stream = *BatchStream::start(dataset_, {.size = 1}, buffers);
  for (int i = 0; i < 20; ++i) {
    auto batch = stream->next();
    ASSERT_TRUE(batch) << i << ": " << batch.error().message;
    ASSERT_TRUE(batch->has_value()) << i;
    EXPECT_EQ((*batch)->tensors[0].bytes.bytes()[0], static_cast<std::byte>(i));
  }
  EXPECT_FALSE((*stream->next()).has_value());
}

TEST_F(BatchStreamTest, AQuotaThatDoesNotSufficeIsAFinalError) {
  const auto buffers = std::make_shared<CountingBuffers>(kBuffersABatch);
  const auto stream = *BatchStream::start(dataset_, {.size = 1}, buffers);
  const auto held = stream->next();
  ASSERT_TRUE(held);
  for (int i = 0; i < 2; ++i) {
    const auto batch = stream->next();
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().code, ErrorCode::quota_exceeded);
    EXPECT_EQ(batch.error().message, "no more buffers");
  }
}

TEST(HeapBuffers, UseMemoryAgainAndMayBeOutlived) {
  auto source = heap_buffers();
  auto first = source->allocate(100);
  ASSERT_TRUE(first);
  const std::byte* memory = first->data();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 64, 0u);
  *first = Buffer();
  auto other = source->allocate(200);
  auto again = source->allocate(100);
  ASSERT_TRUE(other && again);
  EXPECT_EQ(again->data(), memory);
  EXPECT_NE(other->data(), memory);
  std::vector<Buffer> many;
  for (std::size_t i = 0; i < 40; ++i) many.push_back(*source->allocate(i));
  source.reset();
  many.clear();
  std::fill_n(again->data(), again->size(), std::byte{1});
}

TEST_F(BatchStreamTest, ManyStreamsShareADataset) {
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    threads.emplace_back([&, seed] {
      const Pass pass = run_pass(dataset_, {.size = 3, .shuffle_seed = seed});
      const auto order = permutation(20, seed);
      const auto labels = pass.labels();
      if (std::equal(order.begin(), order.end(), labels.begin(), labels.end())) ++right;
    });
  }
  threads.clear();
  EXPECT_EQ(right, 8);
  EXPECT_TRUE(dataset_->digest().has_value());
}

}  // namespace
}  // namespace cloister::data
