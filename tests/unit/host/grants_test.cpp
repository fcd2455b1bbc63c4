#include "cloister/host/grants.h"

#include <gtest/gtest.h>

namespace cloister::host {
namespace {

TEST(GrantName, TakesWhatIsSafeAsAFileName) {
  for (const char* name : {"a", "train", "MNIST-60k_v1.2", "0"}) EXPECT_TRUE(check_grant_name(name)) << name;
  EXPECT_TRUE(check_grant_name(std::string(64, 'x')));
}

TEST(GrantName, RefusesPathsAndTricks) {
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string(".hidden"),
                                  std::string("a/b"), std::string("../up"), std::string("a b"), std::string("a\0b", 3),
                                  std::string("a\n"), std::string("\xc3\xa4"), std::string(65, 'x')}) {
    const auto checked = check_grant_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
  }
}

TEST(AddGrant, SplitsKindNameAndPath) {
  Grants grants;
  ASSERT_TRUE(add_grant(grants, "dataset:train=/data/a=b:c"));
  ASSERT_TRUE(add_grant(grants, "model:net=weights.safetensors"));
  ASSERT_TRUE(add_output(grants, "result=out.txt"));
  EXPECT_EQ(grants.datasets.at("train"), "/data/a=b:c");
  EXPECT_EQ(grants.models.at("net"), "weights.safetensors");
  EXPECT_EQ(grants.outputs.at("result"), "out.txt");
}

TEST(AddGrant, RefusesOtherForms) {
  Grants grants;
  for (const char* text : {"", "dataset", "dataset:x", "dataset:=p", "dataset:x=", "output:x=p", "tree:x=p", "x=p",
                           "dataset=x:p", "dataset:../x=p"}) {
    EXPECT_FALSE(add_grant(grants, text)) << text;
  }
  for (const char* text : {"", "x", "=p", "x=", ".x=p"}) EXPECT_FALSE(add_output(grants, text)) << text;
  EXPECT_TRUE(grants.datasets.empty() && grants.models.empty() && grants.outputs.empty());
}

TEST(AddGrant, RefusesANameTwiceWithinAKindOnly) {
  Grants grants;
  ASSERT_TRUE(add_grant(grants, "dataset:x=1"));
  EXPECT_TRUE(add_grant(grants, "model:x=2"));
  const auto twice = add_grant(grants, "dataset:x=3");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("twice"), std::string::npos);
  EXPECT_EQ(grants.datasets.at("x"), "1");
}

}  // namespace
}  // namespace cloister::host
