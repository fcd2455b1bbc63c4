#include "cloister/cli/signals.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <thread>

namespace cloister::cli {
namespace {

using std::chrono::milliseconds;

// Blocking signals is for good: each case runs in a thread whose mask dies with it.
template <class Body>
void in_thread(Body body) {
  std::thread(body).join();
}

TEST(EventLoop, WaitsForTheTimeout) {
  in_thread([] {
    auto loop = EventLoop::create();
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop->wait(milliseconds(1)), Event::none);
  });
}

TEST(EventLoop, HearsOfTheEndOnce) {
  in_thread([] {
    auto loop = EventLoop::create();
    ASSERT_TRUE(loop);
    std::thread([&] { loop->notify_done(); }).join();
    EXPECT_EQ(loop->wait(milliseconds(1000)), Event::done);
    EXPECT_EQ(loop->wait(milliseconds(1)), Event::none);
  });
}

TEST(EventLoop, ASignalIsAnEvent) {
  in_thread([] {
    auto loop = EventLoop::create();
    ASSERT_TRUE(loop);
    ::pthread_kill(::pthread_self(), SIGINT);
    EXPECT_EQ(loop->wait(milliseconds(1000)), Event::signal);
    ::pthread_kill(::pthread_self(), SIGTERM);
    loop->notify_done();
    EXPECT_EQ(loop->wait(milliseconds(1000)), Event::signal);
    EXPECT_EQ(loop->wait(milliseconds(1000)), Event::done);
  });
}

}  // namespace
}  // namespace cloister::cli
