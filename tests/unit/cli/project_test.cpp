#include "cloister/cli/project.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "scratch_folder.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

class ProjectTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"Makefile.in", "README.md.in", "gitignore.in", "workload.cpp.in"}) {
      scratch_.put(std::string("sdk/cpp/template") + "/" + name, "");
    }
    scratch_.put("sdk/cpp/template/Makefile.in", "@NAME@ @NAME@ @SDK@ @WIT@ @INCLUDES@ @COMPONENT@");
    for (const char* name : {"Cargo.toml.in", "README.md.in", "gitignore.in", "lib.rs.in", "config.toml.in"}) {
      scratch_.put(std::string("sdk/rust/template") + "/" + name, "@CRATE@ in @COMPONENT@");
    }
    scratch_.put("lock", "pinned");
  }

  [[nodiscard]] Sdk sdk() const {
    return {.command = "/bin/cloister",
            .wit = "/wit",
            .tool = "/tool",
            .cpp = root_ / "sdk/cpp",
            .rust = root_ / "sdk/rust",
            .operators = "/operators",
            .lock = root_ / "lock"};
  }

  ScratchFolder scratch_;
  fs::path root_ = scratch_.path();
};

TEST_F(ProjectTest, FillsPlacesInTemplates) {
  ASSERT_TRUE(create_project(sdk(), Language::cpp, "my-model", root_));
  const std::string cpp = (root_ / "sdk/cpp").string();
  EXPECT_EQ(scratch_.get("my-model/Makefile"),
            "my-model my-model " + cpp + " /wit -I " + cpp + "/include -I /operators my-model.wasm");
}

TEST_F(ProjectTest, CrateHasUnderscores) {
  ASSERT_TRUE(create_project(sdk(), Language::rust, "my-model", root_));
  EXPECT_EQ(scratch_.get("my-model/src/lib.rs"), "my_model in target/wasm32-wasip2/release/my_model.wasm");
  EXPECT_EQ(scratch_.get("my-model/Cargo.lock"), "pinned");
  EXPECT_TRUE(fs::exists(root_ / "my-model/.cargo/config.toml"));
}

TEST_F(ProjectTest, FailureLeavesNothing) {
  fs::remove(root_ / "sdk/cpp/template/workload.cpp.in");
  const auto made = create_project(sdk(), Language::cpp, "mine", root_);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("workload.cpp.in"), std::string::npos);
  EXPECT_FALSE(fs::exists(root_ / "mine"));
}

TEST_F(ProjectTest, PathThatMakeCannotTakeIsRefused) {
  Sdk spaced = sdk();
  spaced.cpp = root_ / "my sdk";
  scratch_.put("my sdk/template/Makefile.in", "");
  const auto made = create_project(spaced, Language::cpp, "mine", root_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unsupported);
  EXPECT_NE(made.error().message.find("my sdk"), std::string::npos);
}

TEST_F(ProjectTest, LanguageThatTheSdkLacksIsRefused) {
  Sdk partial = sdk();
  partial.rust = root_ / "nowhere";
  const auto made = create_project(partial, Language::rust, "mine", root_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unsupported);
}

TEST_F(ProjectTest, FindsTheSdkOfAnInstallationAndOfACheckout) {
  scratch_.put("usr/share/cloister/sdk/cpp/x", "");
  const auto installed = Sdk::find(root_ / "usr/bin/cloister");
  ASSERT_TRUE(installed);
  EXPECT_EQ(installed->rust, root_ / "usr/share/cloister/sdk/rust");
  EXPECT_TRUE(installed->operators.empty());

  scratch_.put("source/guest/x", "");
  scratch_.put("build/CMakeCache.txt",
               "A:STRING=1\nCMAKE_HOME_DIRECTORY:INTERNAL=" + (root_ / "source").string() + "\n");
  const auto checkout = Sdk::find(root_ / "build/bin/cloister");
  ASSERT_TRUE(checkout);
  EXPECT_EQ(checkout->rust, root_ / "source/guest/rust");
  EXPECT_EQ(checkout->operators, root_ / "build/operators/guest");

  EXPECT_FALSE(Sdk::find(root_ / "elsewhere/bin/cloister"));
}

}  // namespace
}  // namespace cloister::cli
