#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "misuse.h"

using namespace cloister;

namespace {

Expected<void> open_file() {
  std::FILE* const file = std::fopen("/etc/passwd", "r");
  if (file != nullptr) return fail("opened a file of the host");
  std::printf("no file: %s\n", std::strerror(errno));
  return {};
}
Expected<void> write_file() {
  std::FILE* const file = std::fopen("written-by-guest", "w");
  if (file != nullptr) return fail("made a file on the host");
  std::printf("no file: %s\n", std::strerror(errno));
  return {};
}
Expected<void> read_input() {
  const int first = std::getchar();
  if (first != EOF) return fail("read the host's standard input");
  std::puts("standard input is empty");
  return {};
}
// Two readings of each clock and of the random source: deterministic, and clocks never go backwards.
Expected<void> clock_and_random() {
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    for (int i = 0; i < 2; ++i) {
      timespec time{};
      clock_gettime(clock, &time);
      std::printf("%s %lld.%09ld\n", clock == CLOCK_MONOTONIC ? "monotonic" : "wall",
                  static_cast<long long>(time.tv_sec), time.tv_nsec);
    }
  }
  for (int i = 0; i < 2; ++i) {
    std::uint64_t random = 0;
    if (getentropy(&random, sizeof(random)) != 0) return fail("no random bytes");
    std::printf("random %016llx\n", static_cast<unsigned long long>(random));
  }
  return {};
}
Expected<void> exit_code() {
  std::puts("leaving by exit");
  std::fflush(stdout);
  std::_Exit(3);
}
Expected<void> exit_zero() {
  std::puts("leaving by exit");
  std::fflush(stdout);
  std::_Exit(0);
}
Expected<void> abort_run() { std::abort(); }
Expected<void> out_of_bounds() {
  volatile const std::uint8_t* const beyond = reinterpret_cast<const std::uint8_t*>(UINTPTR_MAX - 16);
  return fail("read " + std::to_string(*beyond) + " from beyond the memory");
}
Expected<void> returned_error() { return fail("this workload failed as it was asked to"); }
// Text that would move a terminal's cursor or change its title.
Expected<void> terminal_escapes() {
  std::fputs("\x1b[2J\x1b]0;owned\x07plain\r\n", stdout);
  return fail("failed with \x1b[31mcolour");
}

constexpr Misuse kCases[] = {
    {"open-file", open_file},
    {"write-file", write_file},
    {"read-input", read_input},
    {"clock-and-random", clock_and_random},
    {"exit-code", exit_code},
    {"exit-zero", exit_zero},
    {"abort", abort_run},
    {"out-of-bounds", out_of_bounds},
    {"returned-error", returned_error},
    {"terminal-escapes", terminal_escapes},
};

}  // namespace

std::span<const Misuse> system_cases() { return kCases; }
