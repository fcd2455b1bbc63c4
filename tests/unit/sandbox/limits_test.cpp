// What a guest may take, and what is said when it wants more.
#include "support.h"

namespace cloister::sandbox::test {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

TEST(Limits, GrowthWithinTheLimitIsMeasured) {
  const Program linked = program(guest("(drop (memory.grow (i32.const 31)))"));
  auto instance = Instance::create(linked, nullptr, {.memory_bytes = 2 * kMiB});
  EXPECT_EQ(instance->memory_bytes(), 0U);
  EXPECT_EQ(instance->start()->end, End::ok);
  EXPECT_EQ(instance->memory_bytes(), 64U << 10);
  const auto outcome = instance->run();
  EXPECT_EQ(outcome->end, End::ok);
  EXPECT_TRUE(outcome->limit.empty());
  EXPECT_EQ(instance->memory_bytes(), 2 * kMiB);
  EXPECT_EQ(instance->peak_memory_bytes(), 2 * kMiB);
}

TEST(Limits, AGuestMayLiveWithARefusal) {
  // Traps unless the growth fails.
  const Program linked = program(guest("(if (i32.ne (memory.grow (i32.const 32)) (i32.const -1)) (then unreachable))"));
  auto instance = Instance::create(linked, nullptr, {.memory_bytes = 2 * kMiB});
  const auto outcome = instance->run();
  EXPECT_EQ(outcome->end, End::ok);
  EXPECT_EQ(outcome->limit, "memory");
  EXPECT_EQ(instance->peak_memory_bytes(), 64U << 10);
}

TEST(Limits, GrowingWithoutEndNamesTheLimit) {
  const RunOutcome outcome = run(program(guest(R"(
    (loop $more
      (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
      (br $more)))")),
                                 {.memory_bytes = 3 * kMiB});
  EXPECT_EQ(outcome.end, End::limit);
  EXPECT_EQ(outcome.limit, "memory");
  EXPECT_NE(outcome.message.find("above its limit of 3 MiB"), std::string::npos) << outcome.message;
  EXPECT_FALSE(outcome.backtrace.empty());
}

TEST(Limits, AMemoryThatStartsAboveTheLimit) {
  const RunOutcome outcome = run(program(two_memory_guest("", "64")), {.memory_bytes = kMiB});
  EXPECT_EQ(outcome.end, End::limit);
  EXPECT_EQ(outcome.limit, "memory");
}

TEST(Limits, MemoriesCountTogether) {
  const auto two = two_memory_guest("(drop (call $grow (i32.const 8)))", "1");
  auto instance = Instance::create(program(two), nullptr, {.memory_bytes = 9 * (64U << 10)});
  EXPECT_EQ(instance->run()->limit, "memory");
  EXPECT_EQ(instance->memory_bytes(), 2 * (64U << 10));
}

TEST(Limits, TheMemorysOwnMaximumIsNotOurs) {
  const auto small = two_memory_guest("(drop (call $grow (i32.const 8)))", "1 2");
  auto instance = Instance::create(program(small), nullptr, {});
  const auto outcome = instance->run();
  EXPECT_EQ(outcome->end, End::ok);
  EXPECT_TRUE(outcome->limit.empty());
  EXPECT_EQ(instance->memory_bytes(), 2 * (64U << 10));
}

TEST(Limits, WhatThePoolCannotHoldIsSaidAtCompilation) {
  const auto component = runtime().compile(guest("", "(memory $second 1)"));
  ASSERT_FALSE(component);
  EXPECT_EQ(component.error().code, ErrorCode::quota_exceeded);
  EXPECT_NE(component.error().message.find("memories"), std::string::npos) << component.error().message;
}

TEST(Limits, TablesNameTheLimit) {
  const RunOutcome outcome =
      run(program(guest("(if (i32.eq (table.grow (ref.null func) (i32.const 100)) (i32.const -1)) "
                        "(then unreachable))",
                        "(table 1 funcref)")),
          {.table_elements = 50});
  EXPECT_EQ(outcome.end, End::limit);
  EXPECT_EQ(outcome.limit, "table-elements");
}

TEST(Limits, CoreInstances) {
  std::string many = "(component (core module $m)";
  for (int i = 0; i < 6; ++i) many += "(core instance (instantiate $m))";
  many += R"((core module $r (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "run") (result i32) (i32.const 16)))
    (core instance $i (instantiate $r))
    (func (export "run") (result (result (error string)))
      (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))";
  many += ")";
  const Program linked = program(wat(many));
  EXPECT_EQ(run(linked, {.core_instances = 7}).end, End::ok);
  const RunOutcome outcome = run(linked, {.core_instances = 6});
  EXPECT_EQ(outcome.end, End::trapped);
  EXPECT_NE(outcome.message.find("instance count too high"), std::string::npos) << outcome.message;
}

TEST(Limits, BytesOfOneCall) {
  const auto text = guest(R"(
    (i32.store (i32.const 16) (i32.const 1))
    (i32.store (i32.const 20) (i32.const 512))
    (i32.store (i32.const 24) (i32.const 60000)))");
  EXPECT_EQ(run(program(text), {.call_bytes = 61000}).end, End::failed);
  const RunOutcome outcome = run(program(text), {.call_bytes = 59000});
  EXPECT_EQ(outcome.end, End::trapped);
  EXPECT_NE(outcome.message.find("pass less at a time"), std::string::npos) << outcome.message;
}

TEST(Limits, OutOfRangeIsAnError) {
  const Program linked = program(guest(""));
  EXPECT_FALSE(Instance::create(linked, nullptr, {.wall = std::chrono::nanoseconds(0)}));
  EXPECT_FALSE(Instance::create(linked, nullptr, {.call_bytes = 0}));
}

TEST(Limits, AFullPoolIsAnErrorAndTheInstanceMayTryAgain) {
  const auto own = Runtime::create({.pool_instances = 2});
  const auto linked = Linker::create(*own)->link(*own->compile(guest("")));
  auto first = Instance::create(*linked, nullptr, {});
  std::optional<Instance> second(std::move(*Instance::create(*linked, nullptr, {})));
  auto third = Instance::create(*linked, nullptr, {});
  EXPECT_TRUE(first->run());
  EXPECT_TRUE(second->run());
  const auto refused = third->run();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::quota_exceeded);
  EXPECT_NE(refused.error().message.find("2 instances"), std::string::npos);
  second.reset();
  EXPECT_EQ(third->run()->end, End::ok);
}

}  // namespace
}  // namespace cloister::sandbox::test
