#include "watcher.h"

#include <gtest/gtest.h>

#include <csignal>

namespace cloister::host {
namespace {

using namespace std::chrono_literals;

// Waits for a condition that another thread brings about.
template <class Condition>
bool soon(const Condition& condition) {
  for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(5ms);
  return condition();
}

TEST(Watcher, StopsRunsOfNowAndLater) {
  auto watcher = Watcher::create();
  ASSERT_TRUE(watcher);
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  const Watcher::Registration early(**watcher, {[&] { ++first; }});
  EXPECT_EQ(first, 0);
  (*watcher)->stop_all();
  EXPECT_TRUE(soon([&] { return first > 0; }));
  const Watcher::Registration late(**watcher, {[&] { ++second; }});
  EXPECT_GT(second, 0);
}

TEST(Watcher, StopsARunAfterItsDeadline) {
  auto watcher = Watcher::create();
  ASSERT_TRUE(watcher);
  std::atomic<int> past{0};
  std::atomic<int> future{0};
  const Watcher::Registration one(**watcher, {[&] { ++past; }, std::chrono::steady_clock::now() + 10ms});
  const Watcher::Registration two(**watcher, {[&] { ++future; }, std::chrono::steady_clock::now() + 1h});
  EXPECT_TRUE(soon([&] { return past > 0; }));
  EXPECT_EQ(future, 0);
  EXPECT_FALSE((*watcher)->stopping());
}

TEST(Watcher, CallsNothingAfterARegistrationEnded) {
  auto watcher = Watcher::create();
  ASSERT_TRUE(watcher);
  auto calls = std::make_unique<std::atomic<int>>(0);
  {
    const Watcher::Registration run(**watcher, {[&] { ++*calls; }, std::chrono::steady_clock::now()});
    EXPECT_TRUE(soon([&] { return *calls > 0; }));
  }
  calls.reset();  // a late call would be found by the sanitizers
  (*watcher)->stop_all();
  std::this_thread::sleep_for(150ms);
}

Watcher* signalled = nullptr;

TEST(Watcher, MayBeAskedByASignalHandler) {
  auto watcher = Watcher::create();
  ASSERT_TRUE(watcher);
  signalled = watcher->get();
  std::atomic<int> calls{0};
  const Watcher::Registration run(**watcher, {[&] { ++calls; }});
  const auto before = std::signal(SIGUSR1, [](int) { signalled->stop_all(); });
  std::raise(SIGUSR1);
  std::signal(SIGUSR1, before);
  EXPECT_TRUE(soon([&] { return calls > 0; }));
}

}  // namespace
}  // namespace cloister::host
