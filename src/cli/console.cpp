#include "cloister/cli/console.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <system_error>

namespace cloister::cli {
namespace {

constexpr std::size_t kMaxHeld = 4096;
constexpr std::size_t kDefaultWidth = 80;
constexpr std::string_view kEraseLine = "\r\x1b[K";

bool can_redraw(int fd) {
  if (!::isatty(fd)) return false;
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) != "dumb" && *term != '\0';
}

// See wait_for_readers_until.
std::atomic<Deadline> wait_until{Deadline::max()};

// Held while a descriptor is ready and written to, so that no other thread fills it in between.
std::mutex writing;

bool is_ready(int fd, int milliseconds) {
  pollfd waited{.fd = fd, .events = POLLOUT, .revents = 0};
  // A reader that is gone counts: writing tells.
  return ::poll(&waited, 1, milliseconds) > 0;
}

// What a descriptor that is ready takes without blocking. Of a terminal little is known: its buffer may be nearly full,
// and a line feed takes two bytes.
std::size_t piece_of(int fd) {
  constexpr std::size_t kTerminalPiece = 128;
  struct stat status{};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return SIZE_MAX;
  return ::isatty(fd) ? kTerminalPiece : PIPE_BUF;
}

// Whether a signal is waiting for EventLoop::wait: somebody wants the command to end.
bool is_signalled() {
  sigset_t set;
  if (::sigpending(&set) != 0) return false;
  return ::sigismember(&set, SIGINT) == 1 || ::sigismember(&set, SIGTERM) == 1 || ::sigismember(&set, SIGHUP) == 1;
}

// Until `fd` takes something. Errors: interrupted, io.
Result<void> wait_for_reader(int fd, std::string_view name) {
  constexpr int kSlice = 50;  // milliseconds
  while (!is_ready(fd, kSlice)) {
    if (is_signalled()) {
      return fail(ErrorCode::interrupted, fmt::format("interrupted while nobody read standard {}", name));
    }
    if (std::chrono::steady_clock::now() >= wait_until.load()) {
      return fail(ErrorCode::io, fmt::format("cannot write to standard {}: nobody reads it; read it or send it to a "
                                             "file",
                                             name));
    }
  }
  return {};
}

}  // namespace

void wait_for_readers_until(Deadline when) { wait_until = when; }

Result<void> write_fd(int fd, std::string_view text) {
  const std::string_view name = fd == STDOUT_FILENO ? "output" : "error";
  const std::size_t piece = piece_of(fd);
  while (!text.empty()) {
    std::unique_lock lock(writing);
    if (!is_ready(fd, 0)) {
      lock.unlock();
      CLOISTER_CHECK(wait_for_reader(fd, name));
      continue;
    }
    const ssize_t count = ::write(fd, text.data(), std::min(text.size(), piece));
    const int error = errno;
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (error != EINTR && error != EAGAIN) {
      return fail(ErrorCode::io, fmt::format("cannot write to standard {}: {}", name,
                                             std::error_code(error, std::generic_category()).message()));
    }
  }
  return {};
}

void complain(std::string_view sentence) {
  // Nobody is left to tell when standard error cannot be written.
  (void)write_fd(STDERR_FILENO, fmt::format("cloister: {}\n", single_line(sentence)));
}

Console::Console(int guest_out, int err)
    : streams_{Stream{.fd = guest_out, .is_terminal = ::isatty(guest_out) == 1},
               Stream{.fd = err, .is_terminal = ::isatty(err) == 1}},
      err_(err),
      live_(can_redraw(err)) {}

std::size_t Console::width() const {
  winsize size{};
  if (::ioctl(err_, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) return size.ws_col - 1U;
  return kDefaultWidth - 1;
}

bool Console::ready() const { return is_ready(err_, 0); }

void Console::put(Stream& stream, std::string_view text) {
  if (stream.is_gone || text.empty()) return;
  if (stream.is_terminal) clear();
  // Cloister's own lines go to the same terminal, or to the same file when it is standard error's.
  if (stream.is_terminal || stream.fd == err_) stream.in_line = text.back() != '\n';
  stream.is_gone = !write_fd(stream.fd, text);
}

void Console::guest(host::GuestStream which, std::string_view bytes) {
  Stream& stream = streams_[which == host::GuestStream::out ? 0 : 1];
  if (!stream.is_terminal) return put(stream, bytes);
  stream.held += stream.sanitizer.feed(bytes);
  // Whole lines only, so that the progress line never cuts one; a very long one goes out in pieces.
  const std::size_t whole = stream.held.size() > kMaxHeld ? stream.held.size() : stream.held.rfind('\n') + 1;
  put(stream, std::string_view(stream.held).substr(0, whole));
  stream.held.erase(0, whole);
}

void Console::draw(std::string_view line) {
  for (const Stream& stream : streams_) {
    if (stream.in_line) return;
  }
  (void)write_fd(err_, fmt::format("\r{}\x1b[K", line));
  drawn_ = true;
}

void Console::clear() {
  if (drawn_) (void)write_fd(err_, kEraseLine);
  drawn_ = false;
}

void Console::say(std::string_view sentence) {
  clear();
  for (Stream& stream : streams_) {
    if (stream.in_line) put(stream, "\n");
  }
  complain(sentence);
}

void Console::finish() {
  clear();
  for (Stream& stream : streams_) {
    stream.held += stream.sanitizer.finish();
    put(stream, stream.held);
    stream.held.clear();
    if (stream.in_line && stream.is_terminal) put(stream, "\n");
  }
}

}  // namespace cloister::cli
