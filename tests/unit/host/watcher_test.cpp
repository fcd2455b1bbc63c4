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
  std::atomic<bool> first{false};
  std::atomic<bool> second{false};
  const Watcher::Registration early(**watcher, [&](bool stopping) { first = stopping; });
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(first);
  (*watcher)->stop_all();
  EXPECT_TRUE(soon([&] { return first.load(); }));
  const Watcher::Registration late(**watcher, [&](bool stopping) { second = stopping; });
  EXPECT_TRUE(second);
}

TEST(Watcher, LooksAgainAndAgain) {
  auto watcher = Watcher::create();
  ASSERT_TRUE(watcher);
  std::atomic<int> looks{0};
  const Watcher::Registration run(**watcher, [&](bool) { ++looks; });
  EXPECT_TRUE(soon([&] { return looks >= 3; }));
}

TEST(Watcher, CallsNothingAfterARegistrationEnded) {
  auto watcher = Watcher::create();
  ASSERT_TRUE(watcher);
  auto looks = std::make_unique<std::atomic<int>>(0);
  {
    const Watcher::Registration run(**watcher, [&](bool) { ++*looks; });
    EXPECT_TRUE(soon([&] { return *looks > 0; }));
  }
  looks.reset();  // a late call would be found by the sanitizers
  (*watcher)->stop_all();
  std::this_thread::sleep_for(150ms);
}

Watcher* signalled = nullptr;

TEST(Watcher, MayBeAskedByASignalHandler) {
  auto watcher = Watcher::create();
  ASSERT_TRUE(watcher);
  signalled = watcher->get();
  std::atomic<bool> stopped{false};
  const Watcher::Registration run(**watcher, [&](bool stopping) { stopped = stopping; });
  const auto before = std::signal(SIGUSR1, [](int) { signalled->stop_all(); });
  std::raise(SIGUSR1);
  std::signal(SIGUSR1, before);
  EXPECT_TRUE(soon([&] { return stopped.load(); }));
}

}  // namespace
}  // namespace cloister::host
