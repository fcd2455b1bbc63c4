#include "request_check.h"

#include "cloister/base/file.h"
#include "support.h"

namespace cloister::host::test {
namespace {

class RequestCheck : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file((scratch / "weights").string(), "x"));
    ASSERT_TRUE(std::filesystem::create_directory(scratch / "images"));
  }
  // The error of the request, or "" when there is none.
  std::string error() const {
    const auto checked = check_request(request);
    return checked ? "" : checked.error().message;
  }

  Scratch scratch;
  RunRequest request;
};

TEST_F(RequestCheck, TakesWhatIsThere) {
  request.grants.models["m"] = scratch / "weights";
  request.grants.datasets["d"] = scratch / "images";
  request.grants.outputs["o"] = scratch / "out";
  EXPECT_EQ(error(), "");
}

TEST_F(RequestCheck, RefusesAbsentPaths) {
  request.grants.datasets["d"] = scratch / "nowhere";
  EXPECT_NE(error().find("the dataset 'd'"), std::string::npos) << error();
}

TEST_F(RequestCheck, RefusesBadNames) {
  request.grants.models["../m"] = scratch / "weights";
  EXPECT_NE(error().find("grant name"), std::string::npos) << error();
}

TEST_F(RequestCheck, RefusesOutputsThatCannotBeWritten) {
  request.grants.outputs["o"] = scratch / "no-folder" / "out";
  EXPECT_NE(error().find("the output 'o'"), std::string::npos) << error();
  request.grants.outputs["o"] = scratch / "images";
  EXPECT_NE(error().find("which is a folder"), std::string::npos) << error();
}

TEST_F(RequestCheck, RefusesOutputsOnGrantedData) {
  request.grants.models["m"] = scratch / "weights";
  request.grants.datasets["d"] = scratch / "images";
  for (const auto& path : {scratch / "weights", scratch / "images" / "out", scratch / "images" / ".." / "weights"}) {
    request.grants.outputs["o"] = path;
    EXPECT_NE(error().find("grants are never changed"), std::string::npos) << path;
  }
  std::filesystem::create_symlink(scratch / "images", scratch / "link");
  request.grants.outputs["o"] = scratch / "link" / "out";
  EXPECT_NE(error().find("grants are never changed"), std::string::npos);
  request.grants.outputs["o"] = scratch / "images2";
  EXPECT_EQ(error(), "");
}

TEST_F(RequestCheck, KnowsWhatIsReadThoughNobodyNamedIt) {
  Grants grants;
  grants.datasets["train"] = scratch / "train-images-idx3-ubyte";
  EXPECT_EQ(granted_at(grants, scratch / "train-images-idx3-ubyte"), "the dataset 'train'");
  EXPECT_EQ(granted_at(grants, scratch / "train-labels-idx1-ubyte"), "the dataset 'train'");
  EXPECT_EQ(granted_at(grants, scratch / "t10k-labels-idx1-ubyte"), std::nullopt);
  // Paths that do not exist are relative to the current directory, granted or not.
  grants.datasets["here"] = ".";
  EXPECT_EQ(granted_at(grants, "new"), "the dataset 'here'");
  EXPECT_EQ(granted_at(grants, "../new"), std::nullopt);
}

}  // namespace
}  // namespace cloister::host::test
