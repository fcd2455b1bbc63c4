#include "cloister/cli/completion.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace cloister::cli {
namespace {

class Completion : public testing::Test {
 protected:
  Completion() {
    CLI::App* run = app_.add_subcommand("run");
    run->add_option("--seed", text_);
    run->add_option("--secret", text_)->group("");
    app_.add_subcommand("bench")->add_subcommand("startup")->add_flag("--quick");
  }
  CLI::App app_{"", "cloister"};
  std::string text_;
};

TEST_F(Completion, KnowsTheWholeTree) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script(app_, shell);
    ASSERT_TRUE(script) << shell;
    for (const char* word : {"run", "bench", "startup", "seed", "quick"}) {
      EXPECT_NE(script->find(word), std::string::npos) << shell << " lacks " << word;
    }
    EXPECT_EQ(script->find("secret"), std::string::npos) << shell << " shows a hidden option";
  }
}

TEST_F(Completion, RefusesOtherShells) { EXPECT_FALSE(completion_script(app_, "cmd")); }

}  // namespace
}  // namespace cloister::cli
