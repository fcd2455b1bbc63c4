#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <ctime>

#include "misuse.h"

using namespace cloister;

namespace {

Expected<void> loop() {
  for (volatile std::uint32_t i = 0;; i = i + 1) {
  }
}
// A loop of one instruction, where a check of the epoch costs most.
Expected<void> tight_loop() {
  for (;;) asm volatile("");
}
Expected<void> host_calls() {
  for (;;) (void)cloister_ml_autograd_get_mode();
}
Expected<void> operators() {
  const Tensor a = ones({256, 256});
  for (;;) (void)a.matmul(a);
}
// One operator that takes minutes, since it reads one element 2³⁸ times. What is printed comes just before it.
Expected<void> long_operator() {
  const Tensor many = ones({1}).expand({std::int64_t{1} << 38});
  std::puts("about to sum");
  std::fflush(stdout);
  (void)many.sum();
  return {};
}
Expected<void> sleep_for_ever() {
  for (;;) sleep(1000);
}
Expected<void> wait_for_clock() {
  const std::time_t start = std::time(nullptr);
  while (std::time(nullptr) < start + 1'000'000) {
  }
  return fail("a million seconds went by");
}

[[gnu::noinline]] std::uint64_t descend(std::uint64_t depth) {
  volatile std::uint8_t frame[512];
  frame[depth % sizeof(frame)] = 1;
  return depth == UINT64_MAX ? frame[0] : descend(depth + 1) + frame[1];
}
Expected<void> recursion() { return fail("recursion ended with " + std::to_string(descend(0))); }

constexpr Misuse kCases[] = {
    {"endless-loop", loop},
    {"endless-tight-loop", tight_loop},
    {"endless-host-calls", host_calls},
    {"endless-operators", operators},
    {"long-operator", long_operator},
    {"endless-sleep", sleep_for_ever},
    {"endless-clock", wait_for_clock},
    {"recursion", recursion},
};

}  // namespace

std::span<const Misuse> endless_cases() { return kCases; }
