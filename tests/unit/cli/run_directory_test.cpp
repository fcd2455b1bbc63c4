#include "cloister/cli/run_directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "scratch_folder.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

// Fresh folders are made under the current directory.
class FreshRunDirectory : public testing::Test {
 protected:
  void SetUp() override { fs::current_path(scratch_.path()); }
  void TearDown() override { fs::current_path(before_); }

  fs::path before_ = fs::current_path();
  ScratchFolder scratch_;
};

TEST_F(FreshRunDirectory, CountsUp) {
  EXPECT_EQ(RunDirectory::create(std::nullopt, "a")->path(), "runs/a-1");
  EXPECT_EQ(RunDirectory::create(std::nullopt, "a")->path(), "runs/a-2");
  fs::create_directories("runs/a-41");
  fs::create_directories("runs/a-x");
  EXPECT_EQ(RunDirectory::create(std::nullopt, "a")->path(), "runs/a-42");
  EXPECT_EQ(RunDirectory::create(std::nullopt, "b")->path(), "runs/b-1");
}

TEST_F(FreshRunDirectory, NameIsMadeHarmless) {
  EXPECT_EQ(RunDirectory::create(std::nullopt, "a/../b c")->path(), "runs/a_.._b_c-1");
  EXPECT_EQ(RunDirectory::create(std::nullopt, "..")->path(), "runs/run..-1");
}

TEST(RunDirectory, MustBeNewOrEmpty) {
  const ScratchFolder scratch;
  const std::string path = (scratch.path() / "deep/er").string();
  ASSERT_TRUE(RunDirectory::create(path, "a"));
  ASSERT_TRUE(RunDirectory::create(path, "a"));  // it is empty
  scratch.put("deep/er/run.json", "{}");
  const auto again = RunDirectory::create(path, "a");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(RunDirectory::create((scratch.path() / "deep/er/run.json").string(), "a"));
}

TEST(RunDirectory, PathsThatNoFolderCanHaveAreRefused) {
  const ScratchFolder scratch;
  scratch.put("file", "data");
  fs::create_symlink(scratch.path() / "absent", scratch.path() / "link");
  for (const char* name : {"file", "file/run", "link"}) {
    const auto made = RunDirectory::create((scratch.path() / name).string(), "a");
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument) << made.error().message;
    EXPECT_NE(made.error().message.find("--directory"), std::string::npos) << made.error().message;
  }
  const auto made = RunDirectory::create("/proc/run", "a");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::io);
  EXPECT_NE(made.error().message.find("--directory"), std::string::npos) << made.error().message;
}

TEST(RunDirectory, AbandonRemovesOnlyWhatIsEmptyAndOurs) {
  const ScratchFolder scratch;
  auto ours = RunDirectory::create((scratch.path() / "ours").string(), "a");
  ASSERT_TRUE(ours);
  ASSERT_TRUE(ours->output("weights"));
  scratch.put("ours/metrics.jsonl", "");
  ours->abandon();
  EXPECT_FALSE(fs::exists(scratch.path() / "ours"));

  fs::create_directory(scratch.path() / "theirs");
  auto theirs = RunDirectory::create((scratch.path() / "theirs").string(), "a");
  ASSERT_TRUE(theirs);
  theirs->abandon();
  EXPECT_TRUE(fs::exists(scratch.path() / "theirs"));

  auto full = RunDirectory::create((scratch.path() / "full").string(), "a");
  scratch.put("full/outputs/weights", "data");
  full->abandon();
  EXPECT_EQ(scratch.get("full/outputs/weights"), "data");
}

TEST(CheckWritable, LeavesNothingBehind) {
  const ScratchFolder scratch;
  EXPECT_TRUE(check_writable(scratch.path() / "out", "the output 'w'"));
  EXPECT_TRUE(fs::is_empty(scratch.path()));
  scratch.put("old", "data");
  EXPECT_TRUE(check_writable(scratch.path() / "old", "the output 'w'"));
  EXPECT_EQ(scratch.get("old"), "data");
}

TEST(CheckWritable, NamesTheOutput) {
  const ScratchFolder scratch;
  for (const fs::path& path : {scratch.path() / "no/out", fs::path("/dev/full"), scratch.path()}) {
    const auto checked = check_writable(path, "the output 'w'");
    ASSERT_FALSE(checked) << path;
    EXPECT_NE(checked.error().message.find("the output 'w'"), std::string::npos);
  }
}

TEST(RemovePartialFiles, TakesOnlyThoseOfThisProcess) {
  const ScratchFolder scratch;
  scratch.put("w." + std::to_string(::getpid()) + "-0.partial", "half");
  scratch.put("w.1-0.partial", "of another process");
  scratch.put("w", "whole");
  const auto directory = RunDirectory::create((scratch.path() / "run").string(), "a");
  directory->remove_partial_files({{"w", scratch.path() / "w"}, {"gone", scratch.path() / "absent/w"}}, ::getpid());
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), 3)
      << "the folder, the output and another process's";
  EXPECT_EQ(scratch.get("w"), "whole");
}

}  // namespace
}  // namespace cloister::cli
