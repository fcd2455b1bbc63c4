// Many instances: on several threads, one after another, and at once.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "support.h"

namespace cloister::sandbox::test {
namespace {

TEST(Instances, OneProgramOnFourThreads) {
  const Program linked = calling_program(calling_guest("(call $call)"));
  std::vector<std::thread> threads;
  std::vector<int> calls(4);
  for (int& count : calls) {
    threads.emplace_back([&linked, &count] {
      for (int i = 0; i < 200; ++i) {
        Host host;
        EXPECT_EQ(run(linked, {.wall = std::chrono::seconds(60)}, &host).end, End::ok);
        count += host.calls;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(calls, std::vector<int>(4, 200));
}

TEST(Instances, MoveBetweenThreads) {
  auto instance = Instance::create(program(guest("(drop (memory.grow (i32.const 1)))")), nullptr, {});
  for (int i = 0; i < 4; ++i) {
    std::thread([&] { EXPECT_EQ(instance->run()->end, End::ok); }).join();
  }
  EXPECT_EQ(instance->memory_bytes(), 5U << 16);
}

TEST(Instances, TrapsOnFourThreads) {
  const Program linked = program(guest("(call $deep)", "(func $deep (call $deep) (call $deep))"));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&linked] {
      for (int i = 0; i < 20; ++i) EXPECT_EQ(run(linked).end, End::trapped);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Instances, AFreshOneSeesNothingOfTheLast) {
  // Traps when the page that it is about to write is not zero.
  const Program linked = program(guest(R"(
    (drop (memory.grow (i32.const 32)))
    (local.set $p (i32.const 0x1000))
    (loop $l
      (if (i64.ne (i64.load (local.get $p)) (i64.const 0)) (then unreachable))
      (i64.store (local.get $p) (i64.const -1))
      (local.set $p (i32.add (local.get $p) (i32.const 4096)))
      (br_if $l (i32.lt_u (local.get $p) (i32.const 0x200000)))))"));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(run(linked).end, End::ok);
}

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Instances, AThousandLeaveMemoryFlat) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep freed memory; they find leaks themselves";
#endif
  const Program linked =
      program(guest("(drop (memory.grow (i32.const 15))) (memory.fill (i32.const 4096) (i32.const 1) "
                    "(i32.const 1000000))"));
  const Program trapping = program(guest("unreachable"));
  const auto some = [&](int count) {
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(run(linked).end, End::ok);
      EXPECT_EQ(run(trapping).end, End::trapped);
    }
  };
  some(200);
  const std::size_t before = resident_bytes();
  some(1000);
  const std::size_t after = resident_bytes();
  EXPECT_LT(after, before + (8U << 20));
}

}  // namespace
}  // namespace cloister::sandbox::test
