#include "transfer_checks.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>

#include "transfer_report.h"

namespace cloister::bench {
namespace {

class TransferChecks : public ::testing::Test {
 protected:
  // Everything is there, but empty: nothing of it is run.
  void SetUp() override {
    auto folder = ScratchFolder::create();
    ASSERT_TRUE(folder);
    scratch_.emplace(*std::move(folder));
    const auto path = scratch_->path();
    locations_ = {.programs = path / "bin", .components = path / "components", .cache = path / "cache"};
    for (const char* file : {"bin/cloister", "bin/native_transfer", "bin/python_transfer.py",
                             "components/transfer.wasm", "components/boundary.wasm", "cache/data/mnist/x",
                             "cache/data/efficientnet-lite0/efficientnet-lite0.safetensors"}) {
      std::filesystem::create_directories((path / file).parent_path());
      std::ofstream(path / file).put('\n');
    }
    const char* search = std::getenv("PATH");
    search_ = search != nullptr ? search : "";
  }
  void TearDown() override {
    ::setenv("PATH", search_.c_str(), 1);
    ::unsetenv("CLOISTER_PYTHON");
  }
  std::string refusal(ErrorCode code) {
    const auto checked = check_needs(locations_, options_);
    if (checked) return ADD_FAILURE() << "nothing was missing", "";
    EXPECT_EQ(checked.error().code, code);
    return checked.error().message;
  }

  std::optional<ScratchFolder> scratch_;
  Locations locations_;
  TransferOptions options_{.data_bytes = 1 << 20};
  std::string search_;
};

TEST_F(TransferChecks, PassWhenAllIsThere) {
  const auto checked = check_needs(locations_, options_);
  EXPECT_TRUE(checked) << checked.error().message;
}

TEST_F(TransferChecks, ValgrindIsLookedFor) {
  options_.instructions = true;
  ::setenv("PATH", (scratch_->path() / "bin").c_str(), 1);
  EXPECT_NE(refusal(ErrorCode::unsupported).find("install the package 'valgrind'"), std::string::npos);
}

TEST_F(TransferChecks, BatchesTooLargeToCount) {
  options_.instructions = true;
  options_.train_batch = 512;
  EXPECT_NE(refusal(ErrorCode::invalid_argument).find("smaller --batch"), std::string::npos);
}

TEST_F(TransferChecks, PyTorchIsLookedFor) {
  options_.python = true;
  for (const char* python : {"/absent/python", "false"}) {
    ::setenv("CLOISTER_PYTHON", python, 1);
    const std::string said = refusal(ErrorCode::unsupported);
    EXPECT_NE(said.find(python), std::string::npos) << said;
    EXPECT_NE(said.find("CLOISTER_PYTHON"), std::string::npos) << said;
  }
}

TEST_F(TransferChecks, RoomIsLookedFor) {
  options_.data_bytes = std::uint64_t{1} << 50;
  EXPECT_NE(refusal(ErrorCode::io).find("are free"), std::string::npos);
  EXPECT_TRUE(check_room(scratch_->path() / "not" / "there", 1));
  EXPECT_FALSE(check_room("relative", std::numeric_limits<std::uint64_t>::max()));
}

TEST_F(TransferChecks, MissingFilesAreNamed) {
  for (const char* file : {"components/boundary.wasm", "bin/native_transfer"}) {
    std::filesystem::remove(scratch_->path() / file);
    EXPECT_NE(refusal(ErrorCode::io).find(file), std::string::npos);
  }
}

TEST(TransferUnfinished, KeepsSamplesAndClaimsNothing) {
  Report report("transfer");
  EXPECT_TRUE(report.is_empty());
  Measured run;
  run.training = run.precompute = run.other = run.total = {.wall = 2, .cpu = 2};
  report_unfinished(report, {.train_images = 8},
                    {.native = {run, run}, .isolated = {run}, .native_default = {}, .python = {}});
  EXPECT_FALSE(report.is_empty());
  const auto json = nlohmann::json::parse(report.json());
  EXPECT_EQ(json["samples"]["transfer.lite0.native.total_s"].size(), 2U);
  EXPECT_TRUE(json["claims"].empty());
  EXPECT_NE(report.text().find("stopped after 1 whole rounds"), std::string::npos);
  EXPECT_NE(report.text().find("not finished"), std::string::npos);

  Report none("transfer");
  report_unfinished(none, {.train_images = 8}, {});
  EXPECT_NE(none.text().find("stopped after 0 whole rounds"), std::string::npos);
}

}  // namespace
}  // namespace cloister::bench
