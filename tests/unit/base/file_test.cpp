#include "cloister/base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace cloister {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cloister-file-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void put(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  std::string folder_;
};

TEST_F(FileTest, ReadsExactly) {
  put("a", "hello");
  const auto file = File::open(path("a"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size(), 5u);
  std::array<char, 3> bytes{};
  ASSERT_TRUE(file->read(1, std::as_writable_bytes(std::span(bytes))));
  EXPECT_EQ(std::string(bytes.data(), 3), "ell");
  const auto beyond = file->read(3, std::as_writable_bytes(std::span(bytes)));
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::bad_data);
}

TEST_F(FileTest, NoticesChanges) {
  put("a", "hello");
  const auto file = File::open(path("a"));
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->unchanged());
  ASSERT_EQ(::truncate(path("a").c_str(), 2), 0);
  const auto changed = file->unchanged();
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::bad_data);
  EXPECT_NE(changed.error().message.find("changed while it was being read"), std::string::npos);
}

TEST_F(FileTest, RefusesWhatIsNotARegularFileWithoutBlocking) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  for (const std::string& odd : {path("fifo"), folder_, std::string("/dev/zero")}) {
    const auto file = File::open(odd);
    ASSERT_FALSE(file) << odd;
    EXPECT_EQ(file.error().code, ErrorCode::bad_data);
    EXPECT_NE(file.error().message.find("not a regular file"), std::string::npos);
  }
  const auto absent = File::open(path("absent"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::io);
  EXPECT_NE(absent.error().message.find("absent"), std::string::npos);
}

TEST_F(FileTest, OpenBeneathFollowsNoLink) {
  fs::create_directories(path("root/class"));
  put("outside", "secret");
  put("root/class/inside", "public");
  fs::create_symlink("inside", path("root/class/beside"));
  fs::create_symlink("../../outside", path("root/class/up"));
  fs::create_symlink(path("outside"), path("root/class/absolute"));
  fs::create_symlink(folder_, path("root/elsewhere"));
  const UniqueFd root(::open(path("root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(root);
  EXPECT_TRUE(File::open_beneath(root.get(), "class/inside", "class/inside"));
  for (const char* escape :
       {"class/beside", "class/up", "class/absolute", "../outside", "elsewhere/outside", "class/inside/x"}) {
    const auto file = File::open_beneath(root.get(), escape, escape);
    ASSERT_FALSE(file) << escape;
    EXPECT_EQ(file.error().code, ErrorCode::bad_data) << file.error().message;
  }
}

TEST_F(FileTest, ReadsSmallFilesWholeUpToTheirLimit) {
  put("a", "hello");
  EXPECT_EQ(*read_text_file(path("a"), 5), "hello");
  EXPECT_EQ(read_file(path("a"), 5)->size(), 5u);
  const auto large = read_text_file(path("a"), 4);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::bad_data);
}

TEST_F(FileTest, AtomicFileAppearsOnCommitOnly) {
  put("out", "old");
  auto file = AtomicFile::create(path("out"));
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new"));
  EXPECT_EQ(*read_text_file(path("out"), 10), "old");
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(*read_text_file(path("out"), 10), "new");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, AtomicFileLeavesNothingWhenAbandoned) {
  {
    auto file = AtomicFile::create(path("out"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("half"));
    const AtomicFile moved = *std::move(file);
    EXPECT_EQ(entries(), 1u);
  }
  EXPECT_EQ(entries(), 0u);
}

TEST_F(FileTest, AtomicFileRefusesPlacesThatCannotTakeIt) {
  put("target", "kept");
  fs::create_symlink("target", path("link"));
  for (const std::string& odd : {std::string("/dev/full"), folder_, path("link")}) {
    const auto file = AtomicFile::create(odd);
    ASSERT_FALSE(file) << odd;
    EXPECT_EQ(file.error().code, ErrorCode::invalid_argument);
  }
  const auto absent = AtomicFile::create(path("absent/out"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::io);
}

TEST_F(FileTest, AFailedCommitLeavesNoFile) {
  {
    auto file = AtomicFile::create(path("out"));
    ASSERT_TRUE(file);
    // By the time of the commit the name is a folder's: the rename fails.
    fs::create_directory(path("out"));
    const auto committed = file->commit();
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, ErrorCode::io);
  }
  EXPECT_EQ(entries(), 1u);
  EXPECT_TRUE(fs::is_directory(path("out")));
}

TEST_F(FileTest, AFullDiskIsAnError) {
  // A limit on the size of files stands in for a full disk.
  const auto write_too_much = [this] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write_file(path("out"), std::string(10000, 'x'));
    const bool clean = !written && written.error().code == ErrorCode::io && entries() == 0;
    ::_exit(clean ? 0 : 1);
  };
  EXPECT_EXIT(write_too_much(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace cloister
