// What may be given to Runtime::compile, and what a component says of itself.
#include <fmt/format.h>

#include "cloister/base/hash.h"
#include "support.h"

namespace cloister::sandbox::test {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

std::string refusal(const std::vector<std::byte>& bytes, ErrorCode code = ErrorCode::bad_data) {
  const auto component = runtime().compile(bytes);
  EXPECT_FALSE(component);
  if (component) return {};
  EXPECT_EQ(component.error().code, code);
  EXPECT_EQ(component.error().message.find('\n'), std::string::npos) << component.error().message;
  return component.error().message;
}

TEST(Compile, RefusesACoreModuleAndSaysHowToMakeAComponent) {
  const std::string message = refusal(wat("(module (func (export \"run\")))"));
  EXPECT_NE(message.find("core module"), std::string::npos);
  EXPECT_NE(message.find("wasm-tools component new"), std::string::npos);
}

TEST(Compile, RefusesText) { EXPECT_NE(refusal(bytes_of("(component)")).find("wasm-tools parse"), std::string::npos); }

TEST(Compile, RefusesWhatIsNotWebAssembly) {
  EXPECT_NE(refusal({}).find("empty"), std::string::npos);
  EXPECT_NE(refusal(bytes_of("\x7f"
                             "ELF and so on"))
                .find("not WebAssembly"),
            std::string::npos);
  EXPECT_NE(refusal(bytes_of("abc")).find("not WebAssembly"), std::string::npos);
  auto future = guest("");
  future[4] = std::byte{0x2a};
  EXPECT_NE(refusal(future).find("version"), std::string::npos);
}

TEST(Compile, RefusesEveryTruncation) {
  const auto whole = guest("(drop (i32.const 1))");
  for (std::size_t size = 9; size < whole.size(); size += 7) {
    const auto component = runtime().compile(std::span(whole).first(size));
    // A cut between two sections leaves a valid component that lacks its exports.
    if (component) {
      EXPECT_TRUE(component->exports().empty()) << size;
    } else {
      EXPECT_EQ(component.error().code, ErrorCode::bad_data) << size;
      EXPECT_NE(component.error().message.find("not a valid component"), std::string::npos);
    }
  }
}

TEST(Compile, RefusesDeepNesting) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "(component ";
    return wat(text + std::string(static_cast<std::size_t>(depth), ')'));
  };
  EXPECT_TRUE(runtime().compile(nested(8)));
  EXPECT_NE(refusal(nested(40)).find("nests components"), std::string::npos);
}

TEST(Compile, RefusesWhatWouldCostTheCompilerTooMuch) {
  const auto repeat = [](int count, std::string_view text) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  // Variables times places where control flow meets: few bytes, but as many choices as both together.
  const auto loops = [&](int count) {
    return guest(
        "", fmt::format("(func (local {}) {})", repeat(1000, "i32 "), repeat(count, "(loop (br_if 0 (local.get 0)))")));
  };
  EXPECT_NE(refusal(loops(4000), ErrorCode::quota_exceeded).find("values that meet in one function"),
            std::string::npos);
  EXPECT_TRUE(runtime().compile(loops(40)));

  const auto large = guest("", fmt::format("(func {})", repeat(180'000, "(drop (i32.const 1))")));
  EXPECT_NE(refusal(large, ErrorCode::quota_exceeded).find("above the bound of 524288"), std::string::npos);
  const auto many = guest("", repeat(100'000, "(func)"));
  EXPECT_NE(refusal(many, ErrorCode::quota_exceeded).find("functions: 100002"), std::string::npos);
}

TEST(Compile, SurvivesEveryFlippedByte) {
  const auto whole = guest("(drop (i32.const 1))");
  for (std::size_t i = 8; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] ^= std::byte{0xff};
    const auto component = runtime().compile(damaged);
    if (!component) {
      EXPECT_EQ(component.error().code, ErrorCode::bad_data) << component.error().message;
    }
  }
}

TEST(Compile, RefusesAnInvalidFunctionBody) {
  // The validator, not the parser, has to find this one: an i64 where an i32 belongs.
  auto bytes = guest("(drop (i32.add (i32.const 1) (i32.const 2)))");
  bool found = false;
  for (std::size_t i = 0; i + 4 < bytes.size() && !found; ++i) {
    if (bytes[i] == std::byte{0x41} && bytes[i + 2] == std::byte{0x41} && bytes[i + 4] == std::byte{0x6a}) {
      bytes[i] = std::byte{0x42};
      found = true;
    }
  }
  ASSERT_TRUE(found);
  EXPECT_NE(refusal(bytes).find("type mismatch"), std::string::npos);
}

TEST(Compile, RefusesProposalsThatAreOff) {
  EXPECT_NE(refusal(guest("", "(memory $wide i64 1)")).find("memory64"), std::string::npos);
  EXPECT_NE(refusal(guest("", "(memory $shared 1 1 shared)")).find("threads"), std::string::npos);
}

TEST(Compile, RefusesMoreBytesThanItsLimit) {
  const auto small = Runtime::create({.pool_instances = 1, .max_component_size = 64});
  ASSERT_TRUE(small) << small.error().message;
  const auto component = small->compile(guest(""));
  ASSERT_FALSE(component);
  EXPECT_EQ(component.error().code, ErrorCode::quota_exceeded);
}

TEST(Compile, ListsImportsAndExports) {
  const auto bytes = calling_guest("(call $call)");
  const auto component = runtime().compile(bytes);
  ASSERT_TRUE(component) << component.error().message;
  EXPECT_EQ(component->digest(), sha256(bytes));
  EXPECT_FALSE(component->from_cache());
  const auto imports = component->imports();
  ASSERT_EQ(imports.size(), 1U);
  EXPECT_EQ(imports[0].name, "test:host/calls");
  EXPECT_EQ(imports[0].kind, "instance");
  EXPECT_EQ(imports[0].members, std::vector<std::string>{"call"});
  const auto exports = component->exports();
  ASSERT_EQ(exports.size(), 1U);
  EXPECT_EQ(exports[0].name, "run");
  EXPECT_EQ(exports[0].kind, "function");
}

TEST(RuntimeOptions, OutOfRangeIsAnError) {
  for (const RuntimeOptions& options :
       {RuntimeOptions{.pool_instances = 0}, RuntimeOptions{.max_guest_memory = std::uint64_t{5} << 30},
        RuntimeOptions{.guest_stack = 1}, RuntimeOptions{.cpu = "no-such-processor"}}) {
    const auto runtime = Runtime::create(options);
    ASSERT_FALSE(runtime);
    EXPECT_FALSE(runtime.error().message.empty());
  }
}

TEST(RuntimeOptions, CompilesForAnotherProcessor) {
  const auto other = Runtime::create({.pool_instances = 1, .cpu = "x86-64-v3"});
  ASSERT_TRUE(other) << other.error().message;
  const auto component = other->compile(guest(""));
  ASSERT_TRUE(component) << component.error().message;
  const auto linked = Linker::create(*other)->link(*component);
  ASSERT_TRUE(linked) << linked.error().message;
  EXPECT_EQ(run(*linked).end, End::ok);
}

}  // namespace
}  // namespace cloister::sandbox::test
