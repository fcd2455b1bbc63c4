// Parts, orders, draws and windows of datasets.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <set>

#include "array_files.h"
#include "cloister/data/batch_stream.h"
#include "images.h"
#include "passes.h"

namespace cloister::data {
namespace {

using Numbers = std::vector<std::int64_t>;

class DerivedTest : public testing::Test {
 protected:
  // `count` samples, each its own number.
  Dataset::Pointer numbers(std::int64_t count) {
    std::string elements;
    for (std::int64_t i = 0; i < count; ++i) elements += little(i);
    auto dataset = open_dataset(folder_.put("n.npy", npy("<i8", "(" + std::to_string(count) + ",)", elements)));
    EXPECT_TRUE(dataset) << dataset.error().message;
    return *dataset;
  }
  // Numbers 0 to 9 in the column `label`, n of each class n.
  Dataset::Pointer classes() {
    std::string contents = "label\n";
    for (int label = 0; label < 4; ++label) {
      for (int i = 0; i < label; ++i) contents += std::to_string(label) + "\n";
    }
    return *open_dataset(folder_.put("c.csv", contents));
  }
  static Numbers all(const Dataset::Pointer& dataset) {
    const Pass pass = run_pass(dataset, {.size = 7});
    EXPECT_EQ(pass.error, "");
    return pass.all<std::int64_t>(0);
  }
  static Numbers all(const Result<Dataset::Pointer>& dataset) {
    EXPECT_TRUE(dataset) << dataset.error().message;
    return dataset ? all(*dataset) : Numbers{};
  }
  template <class T>
  static void refused(const Result<T>& result, std::string_view why, ErrorCode code = ErrorCode::invalid_argument) {
    ASSERT_FALSE(result) << why;
    EXPECT_EQ(result.error().code, code);
    EXPECT_NE(result.error().message.find(why), std::string::npos) << result.error().message;
  }

  const TemporaryFolder folder_;
  const std::shared_ptr<BufferSource> buffers_ = heap_buffers();
  const IndexSetting setting_{*buffers_};
};

TEST_F(DerivedTest, PartsOfPartsAreWhatTheySay) {
  const auto dataset = numbers(20);
  const auto shuffled = *dataset->shuffle(3, setting_);
  const auto order = permutation(20, 3);
  EXPECT_EQ(all(shuffled), Numbers(order.begin(), order.end()));
  const auto part = *shuffled->narrow(5, 10);
  EXPECT_EQ(part->size(), 10u);
  EXPECT_EQ(all(part), Numbers(order.begin() + 5, order.begin() + 15));
  const auto again = *part->shuffle(4, setting_);
  const auto second = permutation(10, 4);
  Numbers expected;
  for (const std::uint32_t i : second) expected.push_back(order[5 + i]);
  EXPECT_EQ(all(again), expected);
  EXPECT_EQ(all(again->narrow(2, 0)), Numbers{});
  // The whole is as it was.
  EXPECT_EQ(all(part), Numbers(order.begin() + 5, order.begin() + 15));
  refused(part->narrow(5, 6), "the dataset has 10");
  refused(part->narrow(11, 0), "the dataset has 10");
  refused(part->narrow(1, std::numeric_limits<std::uint64_t>::max()), "the dataset has 10");
}

TEST_F(DerivedTest, PartsOutliveTheirWhole) {
  auto dataset = numbers(20);
  auto part = *(*dataset->shuffle(3, setting_))->narrow(0, 3);
  dataset.reset();
  const auto order = permutation(20, 3);
  EXPECT_EQ(all(part), Numbers(order.begin(), order.begin() + 3));
}

TEST_F(DerivedTest, SplitsCoverAll) {
  const auto dataset = numbers(10);
  const std::uint64_t lengths[] = {7, 0, 3};
  const auto parts = dataset->split(lengths);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ(all((*parts)[0]), (Numbers{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ((*parts)[1]->size(), 0u);
  EXPECT_EQ(all((*parts)[2]), (Numbers{7, 8, 9}));
  const std::uint64_t more[] = {7, 4};
  refused(dataset->split(more), "more than the 10 samples");
  const std::uint64_t fewer[] = {7, 2};
  refused(dataset->split(fewer), "add up to 9");
  const std::uint64_t wrapped[] = {std::numeric_limits<std::uint64_t>::max(), 11};
  refused(dataset->split(wrapped), "more than the 10 samples");
  refused(dataset->split({}), "add up to 0");
}

TEST_F(DerivedTest, WindowsAreSequences) {
  const auto dataset = numbers(10);
  const auto windows = *dataset->windows(4, 3);
  EXPECT_EQ(windows->size(), 3u);
  EXPECT_EQ(windows->columns()[0].shape, std::vector<std::int64_t>{4});
  const Pass pass = run_pass(windows, {.size = 2});
  EXPECT_EQ(pass.batches[0].tensors[0].shape, (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(pass.all<std::int64_t>(0), (Numbers{0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9}));
  EXPECT_EQ(all(windows->narrow(1, 1)), (Numbers{3, 4, 5, 6}));

  // Windows of a shuffled part, shuffled, and windows of those.
  const auto order = permutation(10, 8);
  const auto pairs = *(*dataset->shuffle(8, setting_))->windows(2, 2);
  const auto mixed = *pairs->shuffle(9, setting_);
  const auto outer = permutation(5, 9);
  Numbers expected;
  for (const std::uint32_t i : outer) expected.insert(expected.end(), {order[2 * i], order[2 * i + 1]});
  EXPECT_EQ(all(mixed), expected);
  const auto nested = *mixed->windows(3, 2);
  EXPECT_EQ(nested->columns()[0].shape, (std::vector<std::int64_t>{3, 2}));
  expected.insert(expected.begin() + 6, expected.begin() + 4, expected.begin() + 6);
  EXPECT_EQ(all(nested), expected);
}

TEST_F(DerivedTest, WindowsAreBounded) {
  const auto dataset = numbers(10);
  refused(dataset->windows(0, 1), "at least 1");
  refused(dataset->windows(1, 0), "at least 1");
  refused(dataset->windows(11, 1), "does not fit into a dataset of 10");
  refused(dataset->windows(std::numeric_limits<std::uint64_t>::max(), 1), "does not fit");
  EXPECT_EQ((*dataset->windows(10, std::numeric_limits<std::uint64_t>::max()))->size(), 1u);
  auto nested = dataset;
  for (std::size_t i = 0; i < Dataset::kMaxWindows; ++i) nested = *nested->windows(1, 1);
  refused(nested->windows(1, 1), "4 times at most");
  folder_.put("d/a/1.png", make_flat_png(2, 2, 3, 1));
  refused((*open_dataset(folder_.path("d")))->windows(1, 1), "for numbers and text", ErrorCode::unsupported);
  // Sparse, so that its size costs nothing.
  std::filesystem::resize_file(folder_.put("big.txt", "x"), std::uint64_t{1} << 33);
  const auto text = *open_dataset(folder_.path("big.txt"));
  const auto once = *text->windows(std::uint64_t{1} << 32, 1);
  refused(once->windows(std::uint64_t{1} << 31, 1), "more bytes than a tensor can have");
  refused(text->shuffle(1, setting_), "too many to be shuffled");
  refused((*text->narrow(std::uint64_t{1} << 32, 5))->shuffle(1, setting_), "too many to be shuffled");
  EXPECT_TRUE((*text->narrow(1000, 5))->shuffle(1, setting_));
  EXPECT_EQ(BatchStream::start(text, {.size = 1, .shuffle_seed = 1}, buffers_).error().code, ErrorCode::unsupported);
  const auto stream = BatchStream::start(text, {.size = 2, .start = (std::uint64_t{1} << 33) - 3}, buffers_);
  ASSERT_TRUE(stream);
  EXPECT_EQ((*stream)->samples(), 3u);
}

TEST_F(DerivedTest, SamplesAreDrawnByTheirWeights) {
  const auto dataset = numbers(4);
  const double weights[] = {1, 0, 3, 4};
  const Numbers drawn = all(dataset->sample(weights, 80'000, 5, setting_));
  ASSERT_EQ(drawn.size(), 80'000u);
  std::array<int, 4> counts{};
  for (const std::int64_t i : drawn) ++counts[static_cast<std::size_t>(i)];
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[0], 10'000, 500);
  EXPECT_NEAR(counts[2], 30'000, 700);
  EXPECT_NEAR(counts[3], 40'000, 700);
  EXPECT_EQ(all(dataset->sample(weights, 10, 5, setting_)), Numbers(drawn.begin(), drawn.begin() + 10));
  EXPECT_NE(all(dataset->sample(weights, 10, 6, setting_)), Numbers(drawn.begin(), drawn.begin() + 10));
  // The same for ever: other versions must draw the same.
  EXPECT_EQ(Numbers(drawn.begin(), drawn.begin() + 8), (Numbers{2, 3, 2, 0, 2, 2, 3, 3}));
}

TEST_F(DerivedTest, DrawsFromAPartAreOfThePart) {
  const auto part = *(*numbers(20)->shuffle(3, setting_))->narrow(5, 2);
  const double weights[] = {0, 2};
  EXPECT_EQ(all(part->sample(weights, 3, 1, setting_)), Numbers(3, permutation(20, 3)[6]));
}

TEST_F(DerivedTest, ClassesShareTheirWeight) {
  const auto dataset = classes();
  const double weights[] = {7, 1, 0, 1};  // class 0 has no samples
  const Numbers drawn = all(dataset->sample_classes(weights, "label", 20'000, 2, setting_));
  std::array<int, 4> counts{};
  for (const std::int64_t label : drawn) ++counts[static_cast<std::size_t>(label)];
  EXPECT_EQ(counts[0], 0);
  EXPECT_EQ(counts[2], 0);
  EXPECT_NEAR(counts[1], 10'000, 400);
}

TEST_F(DerivedTest, WeightsAreChecked) {
  const auto dataset = numbers(3);
  const auto sample = [&](std::vector<double> weights) { return dataset->sample(weights, 1, 0, setting_); };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  refused(sample({1, 1}), "2 weights for 3 samples");
  refused(sample({1, -1, 1}), "the weight 1 is -1");
  refused(sample({1, 1, nan}), "the weight 2 is nan");
  refused(sample({inf, 1, 1}), "the weight 0 is inf");
  refused(sample({0, 0, 0}), "all weights are 0");
  refused(sample({1e308, 1e308, 1e308}), "scale them down");
  refused(dataset->sample(std::vector<double>(3, 1), std::uint64_t{1} << 33, 0, setting_), "draw at most");
  refused((*dataset->narrow(0, 0))->sample({}, 1, 0, setting_), "has none to draw");

  const auto labelled = classes();
  const auto by_class = [&](std::vector<double> weights, std::string_view column) {
    return labelled->sample_classes(weights, column, 1, 0, setting_);
  };
  refused(by_class({1, 1, 1}, "label"), "has no weight");
  refused(by_class({1, 0, 0, 0}, "label"), "all weights are 0");
  refused(by_class({}, "label"), "has no weight");
  refused(by_class({1}, "species"), "no column 'species'");
  const auto words = *open_dataset(folder_.put("w.csv", "word,real\nx,1.5\ny,2.5\n"));
  refused(words->sample_classes(std::vector<double>{1}, "word", 1, 0, setting_), "1 weights for the 2 classes");
  refused(words->sample_classes(std::vector<double>{1}, "real", 1, 0, setting_), "not one whole number");
  refused((*words->windows(2, 1))->sample_classes(std::vector<double>{1, 1}, "word", 1, 0, setting_),
          "not one whole number");
}

TEST_F(DerivedTest, IndicesAreLentFourBytesASample) {
  class Counting final : public BufferSource {
   public:
    Result<Buffer> allocate(std::size_t size) override {
      if (size > limit) return fail(ErrorCode::quota_exceeded, "no more");
      largest = std::max(largest, size);
      return inner->allocate(size);
    }
    std::size_t limit = 1 << 30, largest = 0;
    std::shared_ptr<BufferSource> inner = heap_buffers();
  };
  const auto counting = std::make_shared<Counting>();
  const auto dataset = numbers(1000);
  ASSERT_TRUE(dataset->shuffle(1, {*counting}));
  EXPECT_EQ(counting->largest, 4000u);
  ASSERT_TRUE(BatchStream::start(dataset, {.size = 1, .shuffle_seed = 1, .count = 0}, counting));
  EXPECT_EQ(counting->largest, 4000u);
  counting->limit = 3999;
  refused(dataset->shuffle(1, {*counting}), "no more", ErrorCode::quota_exceeded);
  EXPECT_EQ(BatchStream::start(dataset, {.size = 1, .shuffle_seed = 1}, counting).error().code,
            ErrorCode::quota_exceeded);
}

TEST_F(DerivedTest, TheMakingOfAnIndexCanBeStopped) {
  std::stop_source stop;
  stop.request_stop();
  const IndexSetting stopped{*buffers_, stop.get_token()};
  const auto dataset = numbers(200'000);
  refused(dataset->shuffle(1, stopped), "stopped", ErrorCode::interrupted);
  refused(dataset->sample(std::vector<double>(200'000, 1), 1, 1, stopped), "stopped", ErrorCode::interrupted);
  refused(dataset->sample_classes(std::vector<double>(10, 1), "array", 1, 1, stopped), "stopped",
          ErrorCode::interrupted);
}

TEST_F(DerivedTest, PassesTakeTheColumnsAskedFor) {
  const auto dataset = *open_dataset(folder_.put("t.csv", "a,b,c\n1,2,x\n3,4.5,y\n5,6,x\n"));
  const auto options_refused = [&](const BatchOptions& options, std::string_view why) {
    refused(BatchStream::start(dataset, options, buffers_), why);
  };
  options_refused({.columns = {{"a", "d"}}}, "no column 'd'");
  options_refused({.columns = {{"a"}, {}}}, "at least one column");
  options_refused({.resize = std::pair{1u, 1u}}, "are for images");
  options_refused({.rgb = true}, "are for images");
  options_refused({.augment = Augmentation{}}, "are for images");
  options_refused({.columns = {std::vector<std::string>(65537, "a")}}, "more than 65536 columns");
  const Pass dropped = run_pass(dataset, {.size = 2, .drop_last = true, .columns = {{"a"}}});
  EXPECT_EQ(dropped.all<std::int64_t>(0), (Numbers{1, 3}));
  EXPECT_TRUE(run_pass(dataset, {.size = 4, .drop_last = true}).batches.empty());

  const auto windows = *dataset->windows(2, 1);
  const Pass sequences = run_pass(windows, {.size = 2, .columns = {{"a", "b"}, {"c"}}});
  ASSERT_EQ(sequences.error, "");
  EXPECT_EQ(sequences.batches[0].tensors[0].shape, (std::vector<std::int64_t>{2, 2, 2}));
  EXPECT_EQ(sequences.all<float>(0), (std::vector<float>{1, 2, 3, 4.5, 3, 4.5, 5, 6}));
  EXPECT_EQ(sequences.batches[0].tensors[1].shape, (std::vector<std::int64_t>{2, 2}));
}

TEST_F(DerivedTest, NumbersOfAnyTypeAreWidened) {
  using u16 = std::uint16_t;
  const std::string file = zip({{"half.npy", npy("<f2", "(4,)", little_all<u16>({0x3e00, 0x0001, 0xfc00, 0x8000}))},
                                {"byte.npy", npy("|i1", "(4,)", "\x01\xff\x7f\x80")},
                                {"wide.npy", npy("<f8", "(4,)", little_all<double>({1, 0.1, 1e300, -2}))},
                                {"flag.npy", npy("|b1", "(4,)", std::string("\1\0\1\0", 4))},
                                {"short.npy", npy("<i2", "(4,)", little_all<std::int16_t>({-5, 6, 7, 8}))}});
  const auto dataset = *open_dataset(folder_.put("a.npz", file));
  const Pass whole = run_pass(dataset, {.size = 4, .columns = {{"byte", "flag", "short"}}});
  EXPECT_EQ(whole.all<std::int64_t>(0), (Numbers{1, 1, -5, -1, 0, 6, 127, 1, 7, -128, 0, 8}));
  const Pass real = run_pass(dataset, {.size = 4, .columns = {{"half", "wide"}}});
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(real.all<float>(0), (std::vector<float>{1.5F, 1, 0x1p-24F, 0.1F, -inf, inf, -0.0F, -2}));
}

TEST_F(DerivedTest, LargePiecesAreReadWhole) {
  const auto dataset = numbers(100'000);
  Numbers expected(100'000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(run_pass(dataset, {.size = 100'000}).all<std::int64_t>(0), expected);
  const Pass twice = run_pass(dataset, {.size = 60'000, .columns = {{"array", "array"}, {"array"}}});
  EXPECT_EQ(twice.all<std::int64_t>(1), expected);
  const auto pairs = twice.all<std::int64_t>(0);
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_TRUE(pairs[2 * i] == expected[i] && pairs[2 * i + 1] == expected[i]);
  const auto shuffled = run_pass(dataset, {.size = 100'000, .shuffle_seed = 2}).all<std::int64_t>(0);
  const auto order = permutation(100'000, 2);
  EXPECT_TRUE(std::equal(order.begin(), order.end(), shuffled.begin(), shuffled.end()));
}

}  // namespace
}  // namespace cloister::data
