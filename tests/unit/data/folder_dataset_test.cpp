#include <gtest/gtest.h>

#include "cloister/base/file.h"
#include "cloister/base/hash.h"
#include "cloister/data/dataset.h"
#include "images.h"
#include "passes.h"

namespace cloister::data {
namespace {

namespace fs = std::filesystem;

class FolderDatasetTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.put("d/cat/2.png", make_flat_png(2, 2, 3, 20));
    folder_.put("d/cat/10.PNG", make_flat_png(2, 2, 3, 10));
    folder_.put("d/ant/x.jpg", make_jpeg(2, 2, 3, Bytes(12, std::byte{90})));
    folder_.put("d/Zoo/y.jpeg", make_jpeg(2, 2, 3, Bytes(12, std::byte{50})));
    folder_.put("d/cat/notes.txt", "not an image");
    folder_.put("d/cat/.hidden.png", "not an image");
    folder_.put("d/README", "about this");
  }
  [[nodiscard]] std::string root() const { return folder_.path("d"); }

  const TemporaryFolder folder_;
};

TEST_F(FolderDatasetTest, ClassesAndFilesAreSortedByBytes) {
  const auto dataset = open_dataset(root());
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->columns()[1].classes, (std::vector<std::string>{"Zoo", "ant", "cat"}));
  EXPECT_EQ((*dataset)->size(), 4u);
  EXPECT_EQ((*dataset)->image_shape(), (ImageShape{2, 2, 3}));
  const Pass pass = run_pass(*dataset, {.size = 3});
  ASSERT_EQ(pass.error, "");
  EXPECT_EQ(pass.labels(), (std::vector<std::int64_t>{0, 1, 2, 2}));
  EXPECT_EQ(pass.batches[1].tensors[0].shape, (std::vector<std::int64_t>{1, 2, 2, 3}));
  const Bytes pixels = pass.pixels();
  for (const auto& [sample, value] : {std::pair{0, 50}, std::pair{1, 90}, std::pair{2, 10}, std::pair{3, 20}}) {
    EXPECT_EQ(std::to_integer<int>(pixels[static_cast<std::size_t>(12 * sample)]), value);
  }
}

TEST_F(FolderDatasetTest, ImagesOfOtherSizesNeedResize) {
  folder_.put("d/cat/large.png", make_flat_png(4, 6, 3, 7));
  const Pass refused = run_pass(root(), {.size = 5});
  EXPECT_EQ(refused.code, ErrorCode::bad_data);
  EXPECT_NE(refused.error.find("cat/large.png"), std::string::npos) << refused.error;
  const Pass resized = run_pass(root(), {.size = 5, .resize = std::pair{3u, 3u}});
  ASSERT_EQ(resized.error, "");
  EXPECT_EQ(resized.batches[0].tensors[0].shape, (std::vector<std::int64_t>{5, 3, 3, 3}));
  EXPECT_EQ(resized.pixels().back(), std::byte{7});
}

TEST_F(FolderDatasetTest, GreyAmongColoursNeedsRgb) {
  folder_.put("d/cat/grey.png", make_flat_png(2, 2, 1, 33));
  const Pass refused = run_pass(root(), {.size = 5});
  EXPECT_EQ(refused.code, ErrorCode::bad_data);
  EXPECT_NE(refused.error.find("'cat/grey.png' is grey"), std::string::npos) << refused.error;
  const Pass rgb = run_pass(root(), {.size = 5, .rgb = true});
  ASSERT_EQ(rgb.error, "");
  EXPECT_EQ(rgb.pixels().back(), std::byte{33});
}

TEST_F(FolderDatasetTest, GreyImagesHaveNoChannelDimension) {
  folder_.put("g/a/1.png", make_flat_png(2, 3, 1, 5));
  const Pass pass = run_pass(folder_.path("g"), {.size = 1});
  ASSERT_EQ(pass.error, "");
  EXPECT_EQ(pass.batches[0].tensors[0].shape, (std::vector<std::int64_t>{1, 2, 3}));
  folder_.put("g/a/2.png", make_flat_png(2, 3, 3, 5));
  EXPECT_NE(run_pass(folder_.path("g"), {.size = 2}).error.find("'a/2.png' is coloured"), std::string::npos);
}

TEST_F(FolderDatasetTest, AnImageThatDoesNotDecodeIsNamed) {
  const Bytes png = make_flat_png(2, 2, 3, 20);
  folder_.put("d/cat/broken.png", std::span(png).first(png.size() - 20));
  const Pass pass = run_pass(root(), {.size = 1});
  EXPECT_EQ(pass.code, ErrorCode::bad_data);
  EXPECT_NE(pass.error.find("the image 'cat/broken.png' cannot be decoded"), std::string::npos) << pass.error;
  EXPECT_EQ(pass.batches.size(), 4u);
}

TEST_F(FolderDatasetTest, BrokenImagesAreLeftOutIfAskedTo) {
  // The first file of all, and one that fails late.
  folder_.put("d/Zoo/a.png", "not an image");
  const Bytes png = make_flat_png(2, 2, 3, 20);
  folder_.put("d/cat/3.png", std::span(png).first(png.size() - 20));
  EXPECT_NE(open_dataset(root()).error().message.find("Zoo/a.png"), std::string::npos);
  const BatchOptions options{.size = 2, .skip_broken = true};
  const Pass pass = run_pass(root(), options);
  ASSERT_EQ(pass.error, "");
  // In order: Zoo/a (broken), Zoo/y | ant/x, cat/10 | cat/2, cat/3 (broken).
  ASSERT_EQ(pass.batches.size(), 3u);
  EXPECT_EQ(pass.batches[0].tensors[0].shape, (std::vector<std::int64_t>{1, 2, 2, 3}));
  EXPECT_EQ(pass.batches[0].tensors[1].shape, (std::vector<std::int64_t>{1}));
  EXPECT_EQ(pass.labels(), (std::vector<std::int64_t>{0, 1, 2, 2}));
  const Bytes pixels = pass.pixels();
  ASSERT_EQ(pixels.size(), 48u);
  for (const auto& [sample, value] : {std::pair{0, 50}, std::pair{1, 90}, std::pair{2, 10}, std::pair{3, 20}}) {
    EXPECT_EQ(std::to_integer<int>(pixels[static_cast<std::size_t>(12 * sample)]), value);
  }
  ASSERT_EQ(pass.broken.size(), 2u);
  EXPECT_EQ(pass.broken[0].name, "Zoo/a.png");
  EXPECT_EQ(pass.broken[0].index, 0u);
  EXPECT_NE(pass.broken[0].why.find("neither PNG nor JPEG"), std::string::npos);
  EXPECT_EQ(pass.broken[1].name, "cat/3.png");
  // All digests are known: broken files are contents too.
  EXPECT_TRUE((*open_dataset(root(), {.skip_broken = true}))->complete_digest());
}

TEST_F(FolderDatasetTest, BatchesOfBrokenImagesDoNotCome) {
  for (const char* name : {"b/x/1.png", "b/x/3.png", "b/x/4.png", "b/x/5.png"}) folder_.put(name, "not an image");
  folder_.put("b/x/2.png", make_flat_png(2, 2, 3, 7));
  const Pass pass = run_pass(folder_.path("b"), {.size = 1, .skip_broken = true});
  ASSERT_EQ(pass.error, "");
  ASSERT_EQ(pass.batches.size(), 1u);
  EXPECT_EQ(pass.pixels(), Bytes(12, std::byte{7}));
  ASSERT_EQ(pass.broken.size(), 4u);
  EXPECT_EQ(pass.broken[3].name, "x/5.png");
  // Labels alone need no decoding, so nothing is broken.
  const Pass labels = run_pass(folder_.path("b"), {.size = 8, .columns = {{"label"}}, .skip_broken = true});
  EXPECT_EQ(labels.all<std::int64_t>(0).size(), 5u);
  std::filesystem::remove(folder_.path("b/x/2.png"));
  const auto none = open_dataset(folder_.path("b"), {.skip_broken = true});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("no image that can be decoded"), std::string::npos) << none.error().message;
}

TEST_F(FolderDatasetTest, OnlyWhatCannotBeDecodedIsLeftOut) {
  folder_.put("d/cat/large.png", make_flat_png(4, 6, 3, 7));
  EXPECT_EQ(run_pass(root(), {.size = 5, .skip_broken = true}).code, ErrorCode::bad_data);
  fs::remove(root() + "/cat/large.png");
  const auto dataset = *open_dataset(root(), {.skip_broken = true});
  folder_.put("d/cat/2.png", "changed");
  const Pass changed = run_pass(dataset, {.size = 5, .skip_broken = true});
  EXPECT_NE(changed.error.find("cat/2.png' changed"), std::string::npos) << changed.error;
}

TEST_F(FolderDatasetTest, ColumnsAreTakenByName) {
  const auto dataset = *open_dataset(root());
  ASSERT_EQ(dataset->columns().size(), 2u);
  EXPECT_EQ(dataset->columns()[0].name, "image");
  EXPECT_EQ(dataset->columns()[0].shape, (std::vector<std::int64_t>{-1, -1, 3}));
  EXPECT_EQ(dataset->columns()[1].name, "label");
  const Pass swapped = run_pass(dataset, {.size = 4, .columns = {{"label"}, {"image"}}});
  EXPECT_EQ(swapped.all<std::int64_t>(0), (std::vector<std::int64_t>{0, 1, 2, 2}));
  EXPECT_EQ(swapped.batches[0].tensors[1].shape, (std::vector<std::int64_t>{4, 2, 2, 3}));
  const auto together = BatchStream::start(dataset, {.columns = {{"label", "image"}}}, heap_buffers());
  ASSERT_FALSE(together);
  EXPECT_NE(together.error().message.find("a tensor of its own"), std::string::npos);
}

TEST_F(FolderDatasetTest, LinksAreRefused) {
  const std::string outside = folder_.put("outside.png", make_flat_png(2, 2, 3, 1));
  for (const std::string& target : {outside, std::string("../../outside.png"), std::string("2.png")}) {
    fs::create_symlink(target, root() + "/cat/link.png");
    const auto dataset = open_dataset(root());
    ASSERT_FALSE(dataset) << target;
    EXPECT_NE(dataset.error().message.find("cat/link.png"), std::string::npos) << dataset.error().message;
    fs::remove(root() + "/cat/link.png");
  }
  fs::create_directory_symlink("cat", root() + "/linked");
  EXPECT_EQ(open_dataset(root()).error().code, ErrorCode::bad_data);
}

TEST_F(FolderDatasetTest, AFileThatBecomesALinkIsAnError) {
  const std::string outside = folder_.put("outside.png", make_flat_png(2, 2, 3, 1));
  const auto dataset = *open_dataset(root());
  fs::remove(root() + "/cat/2.png");
  fs::create_symlink(outside, root() + "/cat/2.png");
  const Pass pass = run_pass(dataset, {.size = 4});
  EXPECT_NE(pass.error.find("cat/2.png"), std::string::npos) << pass.error;
}

TEST_F(FolderDatasetTest, OddEntriesAreRefused) {
  struct Case {
    std::function<void(const TemporaryFolder&)> make;
    const char* why;
  };
  const Case cases[] = {
      {[](const TemporaryFolder& f) { fs::create_directory(f.path("d")); }, "no class folders"},
      {[](const TemporaryFolder& f) { fs::create_directories(f.path("d/empty")); }, "d/empty' has no PNG or JPEG"},
      {[](const TemporaryFolder& f) { f.put("d/1.png", "x"); }, "d/1.png' is no class folder"},
      {[](const TemporaryFolder& f) { f.put("d/a/1.png", "x"); }, "a/1.png' cannot be decoded"},
      {[](const TemporaryFolder& f) { fs::create_directories(f.path("d/a/1.png")); }, "not a regular file"},
      {[](const TemporaryFolder& f) {
         fs::create_directories(f.path("d/a"));
         ASSERT_EQ(::mkfifo(f.path("d/a/1.png").c_str(), 0600), 0);
       },
       "not a regular file"},
      {[](const TemporaryFolder& f) { f.put("d/\xff/1.png", "x"); }, "not UTF-8"},
      {[](const TemporaryFolder& f) { f.put("d/a/\xff.png", "x"); }, "not UTF-8"},
      {[](const TemporaryFolder& f) {
         f.put("d/a/1.png", "x");
         fs::resize_file(f.path("d/a/1.png"), (std::uint64_t{1} << 28) + 1);
       },
       "image files of at most"},
  };
  for (const Case& c : cases) {
    const TemporaryFolder folder;
    c.make(folder);
    const auto dataset = open_dataset(folder.path("d"));
    ASSERT_FALSE(dataset) << c.why;
    EXPECT_NE(dataset.error().message.find(c.why), std::string::npos) << dataset.error().message;
  }
}

TEST_F(FolderDatasetTest, FilesThatChangeAreErrors) {
  const Bytes other = make_flat_png(2, 2, 3, 21);
  const std::string path = root() + "/cat/2.png";
  const std::pair<const char*, std::function<void()>> changes[] = {
      {"truncated", [&] { fs::resize_file(path, 20); }},
      {"rewritten", [&] { folder_.put("d/cat/2.png", other); }},
      {"replaced", [&] { fs::rename(folder_.put("other", other), path); }},
      {"removed", [&] { fs::remove(path); }},
  };
  for (const auto& [name, change] : changes) {
    SetUp();
    const auto dataset = *open_dataset(root());
    change();
    const Pass pass = run_pass(dataset, {.size = 1});
    EXPECT_NE(pass.error.find("cat/2.png"), std::string::npos) << name << ": " << pass.error;
    EXPECT_EQ(pass.batches.size(), 3u) << name;
  }
}

TEST_F(FolderDatasetTest, TheDigestIsOfNamesAndContents) {
  const auto dataset = *open_dataset(root());
  EXPECT_FALSE(dataset->digest().has_value());
  run_pass(dataset, {.size = 2});
  Sha256 hash;
  hash.update("cloister:dataset:folder:1\n").update_u64(4);
  const std::vector<std::string> names{"Zoo/y.jpeg", "ant/x.jpg", "cat/10.PNG", "cat/2.png"};
  for (const std::string& name : names) hash.update_u64(name.size()).update(name);
  for (const std::string& name : names) hash.update(sha256(*read_file(root() + "/" + name, 10000)));
  EXPECT_EQ(dataset->digest(), hash.finish());
  EXPECT_EQ(*(*open_dataset(root()))->complete_digest(), *dataset->digest());
}

}  // namespace
}  // namespace cloister::data
