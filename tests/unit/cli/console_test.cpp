#include "cloister/cli/console.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "cloister/base/file.h"

namespace cloister::cli {
namespace {

using host::GuestStream;

std::string read_now(int fd) {
  std::string text;
  char buffer[4096];
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  for (ssize_t count = 0; (count = ::read(fd, buffer, sizeof(buffer))) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    in = UniqueFd(ends[0]);
    out = UniqueFd(ends[1]);
  }
  UniqueFd in, out;
};

class Terminal {
 public:
  explicit Terminal(unsigned short columns) {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = 24;
    int controller = -1;
    int terminal = -1;
    if (::openpty(&controller, &terminal, nullptr, nullptr, &size) != 0) throw std::runtime_error("openpty");
    controller_ = UniqueFd(controller);
    terminal_ = UniqueFd(terminal);
    ::setenv("TERM", "xterm", 1);
  }
  [[nodiscard]] int fd() const { return terminal_.get(); }
  [[nodiscard]] std::string shown() const { return read_now(controller_.get()); }

 private:
  UniqueFd controller_, terminal_;
};

TEST(Console, WaitsForNoReaderBeyondItsTime) {
  const Pipe pipe;
  ::fcntl(pipe.out.get(), F_SETFL, O_NONBLOCK);
  const std::string page(4096, 'x');
  std::size_t filled = 0;
  for (ssize_t count = 0; (count = ::write(pipe.out.get(), page.data(), page.size())) > 0;)
    filled += static_cast<std::size_t>(count);
  ::fcntl(pipe.out.get(), F_SETFL, 0);

  Console console(pipe.out.get(), pipe.out.get());
  EXPECT_FALSE(console.ready());
  wait_for_readers_until(std::chrono::steady_clock::now());
  const auto written = write_fd(pipe.out.get(), "lost");
  console.guest(GuestStream::out, "lost");
  wait_for_readers_until(Deadline::max());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_NE(written.error().message.find("nobody reads it"), std::string::npos);

  EXPECT_EQ(read_now(pipe.in.get()).size(), filled);
  EXPECT_TRUE(console.ready());
  EXPECT_TRUE(write_fd(pipe.out.get(), "more"));
  EXPECT_EQ(read_now(pipe.in.get()), "more");
}

TEST(Console, WritesMoreThanAPipeTakesAtOnce) {
  const Pipe pipe;
  const std::string text(1 << 20, 'x');
  std::thread writer([&] { EXPECT_TRUE(write_fd(pipe.out.get(), text)); });
  std::string seen(text.size(), '\0');
  for (std::size_t at = 0; at < seen.size();) {
    const ssize_t count = ::read(pipe.in.get(), seen.data() + at, seen.size() - at);
    if (count <= 0) break;
    at += static_cast<std::size_t>(count);
  }
  writer.join();
  EXPECT_EQ(seen, text);
}

TEST(Console, PassesBytesToPipesAsTheyAre) {
  const Pipe out;
  const Pipe err;
  Console console(out.out.get(), err.out.get());
  EXPECT_FALSE(console.live());
  console.guest(GuestStream::out, "a\x1b[31m");
  console.guest(GuestStream::err, "oops");
  console.finish();
  EXPECT_EQ(read_now(out.in.get()), "a\x1b[31m");
  EXPECT_EQ(read_now(err.in.get()), "oops");
}

TEST(Console, AReaderThatWentAwayIsNoError) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe out;
  const Pipe err;
  Console console(out.out.get(), err.out.get());
  out.in = UniqueFd();
  console.guest(GuestStream::out, "a");
  console.guest(GuestStream::out, "b");
  console.guest(GuestStream::err, "still heard");
  EXPECT_EQ(read_now(err.in.get()), "still heard");
}

TEST(Console, OnATerminalGuestTextIsHarmlessAndLineByLine) {
  const Terminal terminal(80);
  Console console(terminal.fd(), terminal.fd());
  ASSERT_TRUE(console.live());
  console.guest(GuestStream::out, "\x1b[2Jhal");
  EXPECT_EQ(terminal.shown(), "");
  console.guest(GuestStream::out, "f\nrest");
  EXPECT_EQ(terminal.shown(), "\\x1b[2Jhalf\r\n");
  console.finish();
  EXPECT_EQ(terminal.shown(), "rest\r\n");
}

TEST(Console, TheProgressLineStepsAsideForText) {
  const Terminal terminal(80);
  Console console(terminal.fd(), terminal.fd());
  console.draw("training 1/2");
  EXPECT_EQ(terminal.shown(), "\rtraining 1/2\x1b[K");
  console.guest(GuestStream::out, "hello\n");
  EXPECT_EQ(terminal.shown(), "\r\x1b[Khello\r\n");
  console.draw("training 2/2");
  console.finish();
  EXPECT_EQ(terminal.shown(), "\rtraining 2/2\x1b[K\r\x1b[K");
}

TEST(Console, AVeryLongLineIsNotHeldForEver) {
  const Terminal terminal(80);
  Console console(terminal.fd(), terminal.fd());
  console.guest(GuestStream::out, std::string(3000, 'x'));
  console.guest(GuestStream::out, std::string(3000, 'x'));
  std::string shown = terminal.shown();
  EXPECT_GT(shown.size(), 3000U);
  console.draw("training");  // would cut the guest's line
  EXPECT_EQ(terminal.shown(), "");
}

TEST(Console, WidthIsTheTerminals) {
  const Terminal terminal(47);
  EXPECT_EQ(Console(terminal.fd(), terminal.fd()).width(), 46U);
}

TEST(Console, ADumbTerminalGetsNoLiveLine) {
  const Terminal terminal(80);
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(Console(terminal.fd(), terminal.fd()).live());
}

TEST(WriteFd, AFullDeviceIsAnError) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto written = write_fd(full.get(), "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace cloister::cli
