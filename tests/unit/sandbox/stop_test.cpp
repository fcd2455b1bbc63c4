// Guests that do not end by themselves.
#include <csignal>
#include <thread>

#include "support.h"

namespace cloister::sandbox::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLoop = "(loop $l (br $l))";

Program looping() { return program(guest(kLoop)); }

TEST(Deadline, StopsALoopInRun) {
  const auto before = std::chrono::steady_clock::now();
  const RunOutcome outcome = run(looping(), {.wall = 30ms});
  const auto took = std::chrono::steady_clock::now() - before;
  EXPECT_EQ(outcome.end, End::deadline);
  EXPECT_NE(outcome.message.find("longer than its limit of"), std::string::npos) << outcome.message;
  EXPECT_GE(took, 30ms);
  EXPECT_LT(took, 5s);
}

TEST(Deadline, StopsALoopInAStartFunction) {
  const RunOutcome outcome =
      run(program(guest("", "(func $forever (loop $l (br $l))) (start $forever)")), {.wall = 30ms});
  EXPECT_EQ(outcome.end, End::deadline);
}

TEST(Deadline, StopsEndlessCalls) {
  const RunOutcome outcome =
      run(program(guest("(loop $l (call $nothing) (br $l))", "(func $nothing)")), {.wall = 30ms});
  EXPECT_EQ(outcome.end, End::deadline);
}

TEST(Deadline, HasPassedBeforeTheSecondRun) {
  auto instance = Instance::create(program(guest("")), nullptr, {.wall = 30ms});
  EXPECT_EQ(instance->run()->end, End::ok);
  std::this_thread::sleep_for(40ms);
  EXPECT_EQ(instance->run()->end, End::deadline);
  EXPECT_FALSE(instance->run());
}

TEST(Deadline, ALaterAndAnEarlierOneTogether) {
  const Program linked = looping();
  std::thread late([&] { EXPECT_EQ(run(linked, {.wall = 120ms}).end, End::deadline); });
  std::thread early([&] { EXPECT_EQ(run(linked, {.wall = 20ms}).end, End::deadline); });
  std::thread none([&] { EXPECT_EQ(run(program(guest(""))).end, End::ok); });
  late.join();
  early.join();
  none.join();
}

TEST(Deadline, AHostFunctionMayAsk) {
  Host host;
  host.call = [] {
    while (!stop_requested()) std::this_thread::sleep_for(1ms);
    return std::string("stopped early");
  };
  const RunOutcome outcome = run(calling_program(calling_guest("(call $call)")), {.wall = 20ms}, &host);
  EXPECT_EQ(outcome.end, End::deadline);
}

TEST(Interrupt, StopsALoopFromAnotherThread) {
  auto instance = Instance::create(looping(), nullptr, {});
  const Interrupter interrupter = instance->interrupter();
  std::thread other([interrupter] {
    std::this_thread::sleep_for(20ms);
    interrupter.interrupt();
    interrupter.interrupt();
  });
  const auto outcome = instance->run();
  other.join();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, End::interrupted);
  EXPECT_EQ(outcome->message, "the run was interrupted");
  EXPECT_FALSE(outcome->backtrace.empty());
}

TEST(Interrupt, BeforeTheRunKeepsItFromStarting) {
  Host host;
  auto instance = Instance::create(calling_program(calling_guest("(call $call)")), &host, {});
  instance->interrupter().interrupt();
  EXPECT_EQ(instance->run()->end, End::interrupted);
  EXPECT_EQ(host.calls, 0);
}

TEST(Interrupt, OfOneLeavesTheOthersRunning) {
  const Program loop = looping();
  const Program counted = program(guest(R"(
    (loop $l
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $p) (i32.const 200000000)))))"));
  auto victim = Instance::create(loop, nullptr, {});
  const Interrupter interrupter = victim->interrupter();
  std::thread other([&] { EXPECT_EQ(run(counted).end, End::ok); });
  std::thread stopped([&] { EXPECT_EQ(victim->run()->end, End::interrupted); });
  std::this_thread::sleep_for(10ms);
  interrupter.interrupt();
  stopped.join();
  other.join();
}

TEST(Interrupt, AtEveryMoment) {
  // Many short delays, to meet the moments at which a guest goes on or is about to start.
  const Program linked = looping();
  for (int i = 0; i < 200; ++i) {
    auto instance = Instance::create(linked, nullptr, {.wall = 20s});
    const Interrupter interrupter = instance->interrupter();
    std::thread other([interrupter, i] {
      std::this_thread::sleep_for(std::chrono::microseconds(i * 7 % 400));
      interrupter.interrupt();
    });
    EXPECT_EQ(instance->run()->end, End::interrupted);
    other.join();
  }
}

std::optional<Interrupter> from_signal;

TEST(Interrupt, FromASignalHandler) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer holds signals back while the guest computes";
#endif
  auto instance = Instance::create(looping(), nullptr, {.wall = 20s});
  from_signal.emplace(instance->interrupter());
  struct sigaction action{};
  struct sigaction previous{};
  action.sa_handler = [](int) { from_signal->interrupt(); };
  ASSERT_EQ(sigaction(SIGUSR1, &action, &previous), 0);
  const pthread_t self = pthread_self();
  std::thread other([self] {
    std::this_thread::sleep_for(20ms);
    pthread_kill(self, SIGUSR1);
  });
  EXPECT_EQ(instance->run()->end, End::interrupted);
  other.join();
  sigaction(SIGUSR1, &previous, nullptr);
  from_signal.reset();
}

TEST(Interrupt, OutlivesTheInstanceAndTheRuntime) {
  std::optional<Interrupter> left;
  {
    auto own = Runtime::create({.pool_instances = 1});
    const auto linked = Linker::create(*own)->link(*own->compile(guest("")));
    auto instance = Instance::create(*linked, nullptr, {});
    left.emplace(instance->interrupter());
    EXPECT_EQ(instance->run()->end, End::ok);
  }
  left->interrupt();
}

}  // namespace
}  // namespace cloister::sandbox::test
