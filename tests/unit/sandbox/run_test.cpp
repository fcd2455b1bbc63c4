// Runs that end by themselves, and what an instance is afterwards.
#include "support.h"

namespace cloister::sandbox::test {
namespace {

TEST(Run, ReturnsOk) {
  const RunOutcome outcome = run(program(guest("")));
  EXPECT_EQ(outcome.end, End::ok);
  EXPECT_TRUE(outcome.message.empty());
  EXPECT_TRUE(outcome.backtrace.empty());
}

TEST(Run, PassesOnTheGuestsErrorAndMayRunAgain) {
  const Program linked = program(failing_guest());
  auto instance = Instance::create(linked, nullptr, {});
  for (int i = 0; i < 3; ++i) {
    const auto outcome = instance->run();
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->end, End::failed);
    EXPECT_EQ(outcome->message, "no luck");
  }
}

TEST(Run, CutsALongErrorAtACharacter) {
  // An error of 100,002 bytes: "€" in three bytes each, over and over.
  const auto bytes = guest(R"(
    (memory.grow (i32.const 2)) drop
    (local.set $p (i32.const 4096))
    (loop $next
      (i32.store (local.get $p) (i32.const 0xac82e2))
      (local.set $p (i32.add (local.get $p) (i32.const 3)))
      (br_if $next (i32.lt_u (local.get $p) (i32.const 104098))))
    (i32.store (i32.const 16) (i32.const 1))
    (i32.store (i32.const 20) (i32.const 4096))
    (i32.store (i32.const 24) (i32.const 100002)))");
  const RunOutcome outcome = run(program(bytes));
  EXPECT_EQ(outcome.end, End::failed);
  EXPECT_EQ(outcome.message.size(), 65535U);
  EXPECT_EQ(outcome.message.substr(65532), "€");
}

TEST(Run, CallsTheHostWithItsData) {
  const Program linked = calling_program(calling_guest("(call $call) (call $call)"));
  Host first;
  Host second;
  auto a = Instance::create(linked, &first, {});
  auto b = Instance::create(linked, &second, {});
  EXPECT_EQ(a->run()->end, End::ok);
  EXPECT_EQ(a->run()->end, End::ok);
  EXPECT_EQ(b->run()->end, End::ok);
  EXPECT_EQ(first.calls, 4);
  EXPECT_EQ(second.calls, 2);
}

TEST(Run, KeepsItsMemoryBetweenRunsAndStartsFresh) {
  // Traps in the second run of one instance.
  const Program linked = program(guest(R"(
    (if (i32.load (i32.const 512)) (then unreachable))
    (i32.store (i32.const 512) (i32.const 1)))"));
  for (int i = 0; i < 3; ++i) {
    auto instance = Instance::create(linked, nullptr, {});
    EXPECT_EQ(instance->run()->end, End::ok);
    EXPECT_EQ(instance->run()->end, End::trapped);
  }
}

TEST(Run, AHostsReasonComesBack) {
  Host host;
  host.call = [] { return std::string("the sky is falling"); };
  const RunOutcome outcome = run(calling_program(calling_guest("(call $call)")), {}, &host);
  EXPECT_EQ(outcome.end, End::trapped);
  EXPECT_EQ(outcome.message, "the sky is falling");
  EXPECT_FALSE(outcome.backtrace.empty());
}

TEST(Run, ExitEndsTheRunWithItsCode) {
  Host host;
  host.call = [] { return exit_guest(7).error().reason(); };
  const Program linked = calling_program(calling_guest("(call $call) unreachable"));
  auto instance = Instance::create(linked, &host, {});
  const auto outcome = instance->run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, End::exited);
  EXPECT_EQ(outcome->exit_code, 7);
  EXPECT_TRUE(outcome->message.empty());
  const auto again = instance->run();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::trap);
  EXPECT_NE(again.error().message.find("exited"), std::string::npos);
}

TEST(Run, ExitOfAnInnerRunIsNotTheOuters) {
  Host inner_host;
  inner_host.call = [] { return exit_guest(3).error().reason(); };
  const Program linked = calling_program(calling_guest("(call $call)"));
  Host outer_host;
  outer_host.call = [&] {
    EXPECT_EQ(run(linked, {}, &inner_host).end, End::exited);
    return std::string();
  };
  EXPECT_EQ(run(linked, {}, &outer_host).end, End::ok);
  EXPECT_EQ(stop_requested(), std::nullopt);
}

TEST(Run, AfterATrapTheInstanceIsNeverEnteredAgain) {
  Host host;
  host.call = [] { return std::string("no"); };
  auto instance = Instance::create(calling_program(calling_guest("(call $call)")), &host, {});
  EXPECT_EQ(instance->run()->end, End::trapped);
  for (int i = 0; i < 2; ++i) {
    const auto again = instance->run();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::trap);
    EXPECT_NE(again.error().message.find("cannot be entered again"), std::string::npos);
    EXPECT_FALSE(instance->start());
  }
  EXPECT_EQ(host.calls, 1);
}

TEST(Run, IsNotEnteredFromItsOwnHostFunction) {
  Host host;
  std::optional<Instance> instance;
  host.call = [&] {
    const auto nested = instance->run();
    EXPECT_FALSE(nested);
    return nested ? std::string() : nested.error().message;
  };
  instance.emplace(std::move(*Instance::create(calling_program(calling_guest("(call $call)")), &host, {})));
  const auto outcome = instance->run();
  ASSERT_TRUE(outcome);
  EXPECT_NE(outcome->message.find("own host functions"), std::string::npos) << outcome->message;
  EXPECT_EQ(host.calls, 1);
}

TEST(Run, OutlivesWhatItWasMadeFrom) {
  std::optional<Instance> instance;
  {
    auto own = Runtime::create({.pool_instances = 1});
    const auto component = own->compile(guest(""));
    instance.emplace(std::move(*Instance::create(*Linker::create(*own)->link(*component), nullptr, {})));
  }
  EXPECT_EQ(instance->run()->end, End::ok);
}

}  // namespace
}  // namespace cloister::sandbox::test
