// What the reading of datasets tells its meter, format by format.
#include <gtest/gtest.h>

#include <atomic>

#include "array_files.h"
#include "images.h"
#include "passes.h"

namespace cloister::data {
namespace {

class Meter final : public ReadMeter {
 public:
  explicit Meter(std::uint64_t limit = UINT64_MAX) : limit_(limit) {}
  ~Meter() override { EXPECT_EQ(threads_.load(), 0); }

  Result<void> charge(std::uint64_t bytes) override {
    if (bytes > limit_ - bytes_.load()) return fail(ErrorCode::quota_exceeded, "enough was read");
    bytes_ += bytes;
    return {};
  }
  void thread_begins() override { ++threads_, ++begun_; }
  void thread_ends() override { --threads_; }

  [[nodiscard]] int begun() const { return begun_; }
  // Bytes since the last call.
  std::uint64_t take() { return bytes_.exchange(0); }

 private:
  std::uint64_t limit_;
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<int> threads_{0};
  std::atomic<int> begun_{0};
};

class ReadMeterTest : public testing::Test {
 protected:
  Dataset::Pointer open(const std::string& path) {
    auto dataset = open_dataset(path, {.meter = meter_});
    if (!dataset) ADD_FAILURE() << dataset.error().message;
    return dataset ? *dataset : nullptr;
  }
  // What a whole pass costs.
  std::uint64_t cost(const Dataset::Pointer& dataset, BatchOptions options = {.size = 4}) {
    meter_->take();
    const Pass pass = run_pass(dataset, options);
    EXPECT_EQ(pass.error, "");
    return meter_->take();
  }

  const TemporaryFolder folder_;
  std::shared_ptr<Meter> meter_ = std::make_shared<Meter>();
};

TEST_F(ReadMeterTest, EachPassCounts) {
  const auto dataset = open(folder_.put("t.txt", std::string(1000, 'x')));
  EXPECT_EQ(cost(dataset), 1000U);
  EXPECT_EQ(cost(dataset), 1000U);
  EXPECT_EQ(meter_->begun(), 2);
}

TEST_F(ReadMeterTest, OverlappingWindowsCountAsOftenAsTheyAreRead) {
  const auto text = open(folder_.put("t.txt", std::string(100, 'x')));
  const auto windows = text->windows(10, 1);
  ASSERT_TRUE(windows);
  EXPECT_GE(cost(*windows), 91U * 10);
}

TEST_F(ReadMeterTest, TablesAndArraysCount) {
  const std::string table = "a,b\n1,2\n3,4\n";
  const auto csv = open(folder_.put("t.csv", table));
  EXPECT_GE(meter_->take(), table.size());  // the opening reads all of it
  EXPECT_EQ(cost(csv), table.size());
  const auto array = open(folder_.put("a.npy", npy("<f4", "(3, 2)", little_all<float>({1, 2, 3, 4, 5, 6}))));
  EXPECT_GE(cost(array), 24U);
}

TEST_F(ReadMeterTest, ImagesCountAsTheyLieInTheirFiles) {
  const std::string file = folder_.put("d/cat/1.png", make_flat_png(64, 64, 3, 20));
  const auto images = open(folder_.path("d"));
  const std::uint64_t size = std::filesystem::file_size(file);
  EXPECT_EQ(cost(images), size);
  EXPECT_EQ(cost(images, {.size = 1, .resize = std::pair{8u, 8u}}), size);
}

TEST_F(ReadMeterTest, WhatTheMeterRefusesEndsThePass) {
  meter_ = std::make_shared<Meter>(1500);
  const auto dataset = open(folder_.put("t.txt", std::string(1000, 'x')));
  EXPECT_EQ(run_pass(dataset, {.size = 1000}).error, "");
  const Pass second = run_pass(dataset, {.size = 1000});
  EXPECT_EQ(second.code, ErrorCode::quota_exceeded);
  EXPECT_EQ(second.error, "enough was read");
  meter_ = std::make_shared<Meter>(3);
  const auto refused = open_dataset(folder_.put("t.csv", "a,b\n1,2\n"), {.meter = meter_});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::quota_exceeded);
}

}  // namespace
}  // namespace cloister::data
