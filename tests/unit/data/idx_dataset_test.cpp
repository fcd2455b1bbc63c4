#include <fmt/format.h>

#include <algorithm>

#include "cloister/data/dataset.h"
#include "cloister/data/idx.h"
#include "passes.h"
#include "temporary_folder.h"

namespace cloister::data {
namespace {

using namespace std::string_literals;

// An IDX file of uint8.
std::string idx(const std::vector<std::int64_t>& shape, std::size_t elements, int first = 0) {
  std::string file;
  const auto header = make_idx_header(Dtype::uint8, shape);
  for (const std::byte byte : *header) file.push_back(static_cast<char>(byte));
  for (std::size_t i = 0; i < elements; ++i) file.push_back(static_cast<char>(first + static_cast<int>(i)));
  return file;
}

class IdxDatasetTest : public testing::Test {
 protected:
  // 6 grey images of 2 x 3, the first pixel of image i is 6 * i; labels 3 to 8.
  void SetUp() override {
    images_ = folder_.put("train-images-idx3-ubyte", idx({6, 2, 3}, 36));
    labels_ = folder_.put("train-labels-idx1-ubyte", idx({6}, 6, 3));
  }
  const TemporaryFolder folder_;
  std::string images_;
  std::string labels_;
};

TEST_F(IdxDatasetTest, KnowsItsSamples) {
  const auto dataset = open_dataset(images_);
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->size(), 6u);
  EXPECT_EQ((*dataset)->image_shape(), (ImageShape{2, 3, 1}));
  EXPECT_EQ((*dataset)->columns()[1].classes, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8"}));
}

TEST_F(IdxDatasetTest, BatchesComeInOrderWithTheLastOneSmaller) {
  const Pass pass = run_pass(images_, {.size = 4});
  ASSERT_EQ(pass.error, "");
  ASSERT_EQ(pass.batches.size(), 2u);
  EXPECT_EQ(pass.batches[0].tensors[0].shape, (std::vector<std::int64_t>{4, 2, 3}));
  EXPECT_EQ(pass.batches[1].tensors[0].shape, (std::vector<std::int64_t>{2, 2, 3}));
  EXPECT_EQ(pass.labels(), (std::vector<std::int64_t>{3, 4, 5, 6, 7, 8}));
  const Bytes pixels = pass.pixels();
  ASSERT_EQ(pixels.size(), 36u);
  for (std::size_t i = 0; i < pixels.size(); ++i) EXPECT_EQ(std::to_integer<std::size_t>(pixels[i]), i);
}

TEST_F(IdxDatasetTest, ShufflingKeepsLabelsWithTheirImages) {
  const Pass pass = run_pass(images_, {.size = 4, .shuffle_seed = 9});
  ASSERT_EQ(pass.error, "");
  const auto order = permutation(6, 9);
  const Bytes pixels = pass.pixels();
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(pass.labels()[i], order[i] + 3);
    EXPECT_EQ(std::to_integer<std::uint32_t>(pixels[6 * i]), 6 * order[i]);
    EXPECT_EQ(std::to_integer<std::uint32_t>(pixels[6 * i + 5]), 6 * order[i] + 5);
  }
  EXPECT_EQ(run_pass(images_, {.size = 2, .shuffle_seed = 9}).labels(), pass.labels());
  EXPECT_NE(run_pass(images_, {.size = 2, .shuffle_seed = 10}).labels(), pass.labels());
}

TEST_F(IdxDatasetTest, StartAndCountSelectFromTheShuffledOrder) {
  const auto whole = run_pass(images_, {.size = 6, .shuffle_seed = 4}).labels();
  const auto part = run_pass(images_, {.size = 2, .shuffle_seed = 4, .start = 1, .count = 3}).labels();
  EXPECT_EQ(part, (std::vector<std::int64_t>(whole.begin() + 1, whole.begin() + 4)));
  EXPECT_EQ(run_pass(images_, {.size = 2, .start = 4}).labels(), (std::vector<std::int64_t>{7, 8}));
  EXPECT_TRUE(run_pass(images_, {.size = 2, .start = 6}).batches.empty());
  EXPECT_TRUE(run_pass(images_, {.size = 2, .count = 0}).batches.empty());
}

TEST_F(IdxDatasetTest, ResizesAndBringsToRgb) {
  const Pass grey = run_pass(images_, {.size = 6, .resize = std::pair{1u, 1u}});
  ASSERT_EQ(grey.error, "");
  EXPECT_EQ(grey.batches[0].tensors[0].shape, (std::vector<std::int64_t>{6, 1, 1}));
  EXPECT_EQ(grey.pixels()[1], std::byte{9});  // the mean of 6 to 11, 8.5, rounds up
  const Pass rgb = run_pass(images_, {.size = 6, .rgb = true});
  EXPECT_EQ(rgb.batches[0].tensors[0].shape, (std::vector<std::int64_t>{6, 2, 3, 3}));
  EXPECT_EQ(rgb.pixels()[18], std::byte{6});
  EXPECT_EQ(rgb.pixels()[20], std::byte{6});
  const Pass both = run_pass(images_, {.size = 6, .resize = std::pair{4u, 6u}, .rgb = true});
  EXPECT_EQ(both.batches[0].tensors[0].shape, (std::vector<std::int64_t>{6, 4, 6, 3}));
}

TEST_F(IdxDatasetTest, ColourImagesComeAsStored) {
  folder_.put("c-labels.idx1", idx({2}, 2));
  const Pass pass = run_pass(folder_.put("c-images.idx4", idx({2, 1, 2, 3}, 12)), {.size = 2});
  ASSERT_EQ(pass.error, "");
  EXPECT_EQ(pass.batches[0].tensors[0].shape, (std::vector<std::int64_t>{2, 1, 2, 3}));
  EXPECT_EQ(pass.pixels()[11], std::byte{11});
}

TEST_F(IdxDatasetTest, OptionsOutOfRangeAreRefused) {
  const auto dataset = *open_dataset(images_);
  const auto refused = [&](const BatchOptions& options) {
    const auto stream = BatchStream::start(dataset, options, heap_buffers());
    return !stream && stream.error().code == ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(refused({.size = 0}));
  EXPECT_TRUE(refused({.start = 7}));
  EXPECT_TRUE(refused({.start = 5, .count = 2}));
  EXPECT_TRUE(refused({.start = ~std::uint64_t{0}}));
  EXPECT_TRUE(refused({.start = 1, .count = ~std::uint64_t{0}}));
  EXPECT_TRUE(refused({.resize = std::pair{0u, 5u}}));
  EXPECT_TRUE(refused({.resize = std::pair{100000u, 5u}}));
  EXPECT_TRUE(refused({.resize = std::pair{30000u, 30000u}}));
}

TEST_F(IdxDatasetTest, MalformedPairsAreRefused) {
  struct Case {
    std::string images;
    std::string labels;
    std::string_view why;
  };
  const std::string good_images = idx({6, 2, 3}, 36);
  const std::string good_labels = idx({6}, 6);
  const std::string int16_labels = "\0\0\x0b\x01\0\0\0\x06"s + std::string(10, '\0') + "\xff\xff"s;
  const std::string int32_labels = "\0\0\x0c\x01\0\0\0\x06"s + std::string(20, '\0') + "\0\x01\0\0"s;
  const std::string float_labels = "\0\0\x0d\x01\0\0\0\x06"s + std::string(24, '\0');
  const Case cases[] = {
      {"", good_labels, "ends after 0 bytes"},
      {good_images.substr(0, 40), good_labels, "truncated"},
      {idx({36}, 36), good_labels, "uint8 of [n, height, width]"},
      {idx({6, 1, 3, 2}, 36), good_labels, "1 or 3 channels"},
      {idx({0, 2, 3}, 0), good_labels, "datasets of 1 to"},
      {idx({6, 0, 3}, 0), good_labels, "datasets of 1 to"},
      {idx({6, 40000, 0}, 0), good_labels, "datasets of 1 to"},
      {good_images, idx({5}, 5), "needs 6 whole numbers"},
      {good_images, idx({6, 1}, 6), "needs 6 whole numbers"},
      {good_images, float_labels, "needs 6 whole numbers"},
      {good_images, good_labels.substr(0, 10), "truncated"},
      {good_images, int16_labels, "the label -1 at 5"},
      {good_images, int32_labels, "the label 65536 at 5"},
  };
  for (const Case& c : cases) {
    folder_.put("train-images-idx3-ubyte", c.images);
    folder_.put("train-labels-idx1-ubyte", c.labels);
    const auto dataset = open_dataset(images_);
    ASSERT_FALSE(dataset) << c.why;
    EXPECT_EQ(dataset.error().code, ErrorCode::bad_data);
    EXPECT_NE(dataset.error().message.find(c.why), std::string::npos) << dataset.error().message;
  }
}

TEST_F(IdxDatasetTest, MissingOrOddFilesAreRefused) {
  EXPECT_EQ(open_dataset(folder_.path("absent-images")).error().code, ErrorCode::io);
  EXPECT_EQ(open_dataset("/dev/zero").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(open_dataset(folder_.put("pictures.idx3", idx({1, 1, 1}, 1))).error().code, ErrorCode::invalid_argument);
  std::filesystem::remove(labels_);
  const auto dataset = open_dataset(images_);
  ASSERT_FALSE(dataset);
  // Not io: the disk is as it should be, the dataset is not whole.
  EXPECT_EQ(dataset.error().code, ErrorCode::bad_data);
  EXPECT_NE(dataset.error().message.find("train-labels-idx1-ubyte"), std::string::npos) << dataset.error().message;
  ASSERT_EQ(::mkfifo(labels_.c_str(), 0600), 0);
  EXPECT_EQ(open_dataset(images_).error().code, ErrorCode::bad_data);
}

TEST_F(IdxDatasetTest, FilesThatChangeDuringAPassAreErrors) {
  const std::vector<std::pair<const char*, std::function<void()>>> changes = {
      {"truncated", [&] { std::filesystem::resize_file(images_, 20); }},
      {"grown", [&] { std::filesystem::resize_file(images_, 1000); }},
      {"rewritten", [&] { folder_.put("train-images-idx3-ubyte", idx({6, 2, 3}, 36, 1)); }},
      {"replaced", [&] { std::filesystem::rename(folder_.put("other", idx({6, 2, 3}, 36, 1)), images_); }},
  };
  for (const auto& [name, change] : changes) {
    SetUp();
    const auto dataset = *open_dataset(images_);
    change();
    const Pass pass = run_pass(dataset, {.size = 2});
    EXPECT_EQ(pass.code, ErrorCode::bad_data) << name;
    EXPECT_NE(pass.error.find("train-images-idx3-ubyte"), std::string::npos) << name << ": " << pass.error;
    EXPECT_TRUE(pass.batches.empty()) << name;
    EXPECT_FALSE(dataset->complete_digest()) << name;
  }
}

TEST_F(IdxDatasetTest, TheDigestDependsOnContentsAlone) {
  const auto dataset = *open_dataset(images_);
  EXPECT_FALSE(dataset->digest().has_value());
  run_pass(dataset, {.size = 4});
  ASSERT_TRUE(dataset->digest().has_value());
  const auto file_digest = [](const std::string& contents) {
    return Sha256()
        .update("cloister:file:1\n")
        .update_u64(contents.size())
        .update_u64(16384)
        .update(sha256(contents))
        .finish();
  };
  EXPECT_EQ(dataset->digest(), Sha256()
                                   .update("cloister:dataset:idx:1\n")
                                   .update(file_digest(idx({6, 2, 3}, 36)))
                                   .update(file_digest(idx({6}, 6, 3)))
                                   .finish());
  folder_.put("elsewhere/images", idx({6, 2, 3}, 36));
  folder_.put("elsewhere/labels", idx({6}, 6, 3));
  const auto copy = *open_dataset(folder_.path("elsewhere/images"));
  EXPECT_EQ(*copy->complete_digest(), *dataset->digest());
  folder_.put("elsewhere/labels", idx({6}, 6, 2));
  EXPECT_NE(*(*open_dataset(folder_.path("elsewhere/images")))->complete_digest(), *dataset->digest());
}

}  // namespace
}  // namespace cloister::data
