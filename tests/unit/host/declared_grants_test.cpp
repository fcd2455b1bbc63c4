#include "cloister/host/declared_grants.h"

#include <fmt/format.h>

#include "support.h"

namespace cloister::host::test {
namespace {

// A component whose one module has the text as its section `cloister:grants`.
std::string component_with(const std::string& text) {
  const auto section = [](char id, const std::string& contents) {
    return std::string{id, static_cast<char>(0x80 | (contents.size() & 0x7f)),
                       static_cast<char>(contents.size() >> 7)} +
           contents;
  };
  const std::string module = std::string("\0asm\1\0\0\0", 8) + section(0,
                                                                       "\x0f"
                                                                       "cloister:grants" +
                                                                           text);
  return std::string("\0asm\x0d\0\1\0", 8) + section(1, module);
}

Result<std::vector<DeclaredGrant>> declared_by(const std::string& text) {
  const std::string component = component_with(text);
  return declared_grants(std::as_bytes(std::span(component)));
}

TEST(DeclaredGrants, AreReadOnceInTheAuthorsOrder) {
  const auto found =
      declared_by(std::string("\"dataset:train\", \"model:net?\"\0\"output:w.x\" \"dataset:train\"\0", 58));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (std::vector<DeclaredGrant>{{GrantKind::dataset, "train", false},
                                                {GrantKind::model, "net", true},
                                                {GrantKind::output, "w.x", false}}));
}

TEST(DeclaredGrants, NothingDeclaredIsNoError) {
  const std::string bare("\0asm\x0d\0\1\0", 8);
  const auto found = declared_grants(std::as_bytes(std::span(bare)));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->empty());
}

TEST(DeclaredGrants, OtherTextIsRefused) {
  for (const char* text : {"dataset:train", "\"dataset:train", "\"train\"", "\"video:train\"", "\"dataset:\"",
                           "\"dataset:../x\"", "\"dataset:a b\"", "\"dataset:a\" x", "\"\""}) {
    const auto found = declared_by(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code, ErrorCode::bad_data);
  }
}

TEST(DeclaredGrants, TheirNumberIsBounded) {
  std::string text;
  for (std::size_t i = 0; i < kMaxDeclaredGrants; ++i) text += fmt::format("\"model:{}\",", i);
  EXPECT_TRUE(declared_by(text));
  EXPECT_FALSE(declared_by(text + "\"model:more\""));
}

class Declared : public SessionTest {
 protected:
  Declared() {
    declared = {{GrantKind::dataset, "train", false},
                {GrantKind::dataset, "test", false},
                {GrantKind::model, "net", true},
                {GrantKind::output, "weights", false}};
  }
};

TEST_F(Declared, AMissingGrantNamesAllThatAreMissing) {
  request.grants.datasets["test"] = scratch.path();
  const std::string said = sentence(session().not_granted(GrantKind::dataset, "train"));
  EXPECT_NE(
      said.find("with --grant dataset:train=PATH --out weights=PATH (some runs also need --grant model:net=PATH)"),
      std::string::npos)
      << said;
  EXPECT_EQ(said.find("dataset:test"), std::string::npos) << said;
}

TEST_F(Declared, ANameThatIsNotDeclaredIsNamedAsWell) {
  EXPECT_NE(sentence(session().not_granted(GrantKind::model, "other")).find("with --grant model:other=PATH --grant"),
            std::string::npos);
}

}  // namespace
}  // namespace cloister::host::test
