// What is not a value: traps, exceptions, panics, and guests that break the rules.
#include "fixture.h"

#include <fmt/format.h>

namespace wit_test {
namespace {

#define EXPECT_SAYS(text, message) EXPECT_NE(std::string::npos, (message).find(text)) << (message)

TEST_F(WitTest, TrapOfTheHostIsThatRunsError) {
  const std::string message = run("fail-with-trap");
  EXPECT_SAYS("the host says no", message);
  EXPECT_EQ("", run("nothing"));
}

TEST_F(WitTest, ExceptionOfTheHostIsThatRunsError) {
  const std::string message = run("fail-with-exception");
  EXPECT_SAYS("internal error in a host function: thrown on purpose", message);
  EXPECT_EQ("", run("nothing"));
}

TEST_F(WitTest, PanicInRustIsThatRunsError) {
  cloister_inject_panic();
  const std::string message = run("nothing");
  // The first host call of the guest.
  EXPECT_SAYS("internal error in cloister:testing/control which: injected panic", message);
  EXPECT_EQ("", run("nothing"));
}

TEST_F(WitTest, FunctionsThatAreNotGrantedTrap) {
  const std::string message = run("forbidden");
  EXPECT_SAYS("cloister:testing/forbidden is not granted to workloads", message);
}

TEST_F(WitTest, HandleThatWasDroppedIsUnknown) {
  const std::string message = run("use-after-drop");
  EXPECT_SAYS("unknown handle index", message);
}

TEST_F(WitTest, UnknownCaseIsAnErrorOfRun) { EXPECT_EQ("run failed: no such case", run("no-such-case")); }

// A component in text that calls FUNCTION of INTERFACE with constants. Memory holds 64 bytes 0xff at 1024.
std::string caller(std::string_view interface, std::string_view items, std::string_view function,
                   std::string_view core_type, std::string_view arguments) {
  return fmt::format(R"((component
    (import "cloister:testing/{}" (instance $i {}))
    (core module $memory
      (memory (export "memory") 1)
      (data (i32.const 1024) "\ff\ff\ff\ff\ff\ff\ff\ff")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
    (core instance $memory (instantiate $memory))
    (alias export $i "{}" (func $imported))
    (alias core export $memory "memory" (core memory $mem))
    (alias core export $memory "realloc" (core func $realloc))
    (core func $f (canon lower (func $imported) (memory $mem) (realloc (core func $realloc))))
    (core module $main
      (import "" "f" (func $f {}))
      (func (export "go") (call $f {})))
    (core instance $main (instantiate $main (with "" (instance (export "f" (func $f))))))
    (alias core export $main "go" (core func $go))
    (func (export "go") (canon lift (core func $go)))))",
                     interface, items, function, core_type, arguments);
}

TEST_F(WitTest, StringThatIsNotUtf8IsAnError) {
  const std::string items = R"((export "swap-string" (func (param "a" string) (result string))))";
  const Component bad = compile(
      caller("types", items, "swap-string", "(param i32 i32 i32)", "(i32.const 1024) (i32.const 2) (i32.const 0)"));
  EXPECT_SAYS("invalid utf-8", call(*bad, "go"));
  EXPECT_EQ("", host_got());
}

TEST_F(WitTest, ListBeyondMemoryIsAnError) {
  const std::string items = R"((export "swallow" (func (param "data" (list u8)))))";
  // One byte too long; then a length near 2^32 that would wrap.
  for (const char* arguments : {"(i32.const 65535) (i32.const 2)", "(i32.const 16) (i32.const -8)"}) {
    const Component bad = compile(caller("types", items, "swallow", "(param i32 i32)", arguments));
    EXPECT_SAYS("out of bounds", call(*bad, "go"));
  }
  const Component good =
      compile(caller("types", items, "swallow", "(param i32 i32)", "(i32.const 65535) (i32.const 1)"));
  EXPECT_EQ("", call(*good, "go"));
}

TEST_F(WitTest, EnumAndCharOutOfRangeAreErrors) {
  const std::string color = R"((type $c' (enum "red" "green" "blue" "bool")) (export "color" (type $c (eq $c')))
    (export "swap-color" (func (param "a" $c) (result $c))))";
  const Component bad_color =
      compile(caller("types", color, "swap-color", "(param i32) (result i32)", "(i32.const 4)) (drop"));
  EXPECT_SAYS("discriminant", call(*bad_color, "go"));
  const std::string character = R"((export "swap-char" (func (param "a" char) (result char))))";
  const Component bad_char =
      compile(caller("types", character, "swap-char", "(param i32) (result i32)", "(i32.const 0xd800)) (drop"));
  EXPECT_SAYS("char", call(*bad_char, "go"));
}

TEST_F(WitTest, OtherSignatureDoesNotLink) {
  const std::string items = R"((export "swallow" (func (param "data" (list u16)))))";
  const Component bad = compile(caller("types", items, "swallow", "(param i32 i32)", "(i32.const 0) (i32.const 0)"));
  EXPECT_SAYS("type mismatch", call(*bad, "go"));
}

TEST_F(WitTest, ResourceOfAnotherInterfaceDoesNotLink) {
  // `secret` where a `counter` is wanted.
  const Component bad = compile(R"((component
    (import "cloister:testing/forbidden" (instance $forbidden (export "secret" (type (sub resource)))))
    (alias export $forbidden "secret" (type $secret))
    (import "cloister:testing/counters" (instance $counters
      (alias outer 1 $secret (type $secret))
      (export "maybe" (func (param "item" (option (borrow $secret))) (result (option u32))))))))");
  EXPECT_SAYS("mismatch", call(*bad, ""));
}

TEST_F(WitTest, BorrowDeclaredAsOwnIsAnError) {
  // Wasmtime takes either where the host's type is a handle; the shim must not.
  const Component bad = compile(R"((component
    (import "cloister:testing/counters" (instance $i
      (export "counter" (type $counter (sub resource)))
      (export "[constructor]counter" (func (param "start" u32) (result (own $counter))))
      (export "maybe" (func (param "item" (option (own $counter))) (result (option u32))))))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (alias export $i "[constructor]counter" (func $make))
    (alias export $i "maybe" (func $imported))
    (alias core export $memory "memory" (core memory $mem))
    (core func $new (canon lower (func $make)))
    (core func $maybe (canon lower (func $imported) (memory $mem)))
    (core module $main
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "maybe" (func $maybe (param i32 i32 i32)))
      (func (export "go") (call $maybe (i32.const 1) (call $new (i32.const 5)) (i32.const 0))))
    (core instance $main (instantiate $main (with "" (instance (export "new" (func $new)) (export "maybe" (func $maybe))))))
    (alias core export $main "go" (core func $go))
    (func (export "go") (canon lift (core func $go)))))");
  EXPECT_SAYS("an owned handle was passed where the contract says `borrow`", call(*bad, "go"));
}

TEST_F(WitTest, HostCallFuelBoundsWhatOneCallLifts) {
  hostcall_fuel_ = 1 << 16;
  EXPECT_SAYS("too much data", run("bulk"));
  hostcall_fuel_ = 1 << 22;
  EXPECT_EQ("", run("bulk"));
}

}  // namespace
}  // namespace wit_test
