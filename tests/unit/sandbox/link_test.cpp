// Whether a component fits the host, and what is said when it does not.
#include "support.h"

namespace cloister::sandbox::test {
namespace {

std::string refusal(std::string_view text) {
  const auto component = runtime().compile(wat(text));
  EXPECT_TRUE(component) << component.error().message;
  const auto linked = calling_linker().link(*component);
  EXPECT_FALSE(linked);
  if (linked) return {};
  EXPECT_EQ(linked.error().code, ErrorCode::bad_data);
  EXPECT_EQ(linked.error().message.find('\n'), std::string::npos);
  return linked.error().message;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view kRun = R"(
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "run") (result i32) (i32.const 16)))
  (core instance $i (instantiate $m))
  (func (export "run") (result (result (error string)))
    (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))))";

TEST(Link, NamesEveryUnknownInterface) {
  const std::string message = refusal(std::string(R"((component
    (import "test:host/calls" (instance (export "call" (func))))
    (import "a:b/files@1.0.0" (instance (export "open" (func)) (export "close" (func))))
    (import "a:b/things@1.0.0" (instance (export "thing" (type (sub resource))))))") +
                                      std::string(kRun));
  EXPECT_TRUE(has(message, "imports `a:b/files@1.0.0` and `a:b/things@1.0.0`, which this host does not offer"))
      << message;
  EXPECT_FALSE(has(message, "test:host/calls")) << message;
}

TEST(Link, NamesTheFunctionsThatAKnownInterfaceLacks) {
  const std::string message = refusal(std::string(R"((component
    (import "test:host/calls" (instance (export "call" (func)) (export "dial" (func)))))") +
                                      std::string(kRun));
  EXPECT_TRUE(has(message, "imports `dial` of `test:host/calls`, which this host does not offer")) << message;
}

TEST(Link, NamesAFunctionOfAnotherType) {
  // Functions of the stock C API take any type, so the kind differs here; the shims' types are tested with the shims.
  const std::string message = refusal(std::string(R"((component
    (import "test:host/calls" (instance (export "call" (type (sub resource))))))") +
                                      std::string(kRun));
  EXPECT_TRUE(has(message, "`call` of `test:host/calls` with another type than this host offers")) << message;
}

TEST(Link, AnUnknownPlainFunction) {
  const std::string message = refusal(std::string("(component (import \"beep\" (func))") + std::string(kRun));
  EXPECT_TRUE(has(message, "imports `beep`, which this host does not offer")) << message;
}

TEST(Link, MissingRun) {
  EXPECT_TRUE(has(refusal("(component)"), "does not export `run: func() -> result<_, string>` (it exports nothing)"));
  EXPECT_TRUE(has(refusal(R"((component (core module $m) (export "walk" (core module $m))))"), "it exports `walk`"));
}

TEST(Link, RunOfAnotherType) {
  constexpr std::string_view kOther = "export `run` is of another type";
  EXPECT_TRUE(has(refusal(R"((component (core module $m (func (export "run"))) (core instance $i (instantiate $m))
    (func (export "run") (canon lift (core func $i "run")))))"),
                  kOther));
  EXPECT_TRUE(has(refusal(R"((component (core module $m (func (export "run") (param i32) (result i32) unreachable))
    (core instance $i (instantiate $m))
    (func (export "run") (param "n" u32) (result (result)) (canon lift (core func $i "run")))))"),
                  kOther));
  EXPECT_TRUE(has(refusal(R"((component (core module $m (func (export "run") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (func (export "run") (result (result)) (canon lift (core func $i "run")))))"),
                  kOther));
  EXPECT_TRUE(has(refusal(R"((component (core module $m) (export "run" (core module $m))))"), kOther));
}

}  // namespace
}  // namespace cloister::sandbox::test
