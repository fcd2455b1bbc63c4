#include "cloister/cli/console.h"

#include <fcntl.h>
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
#include <cstdlib>
#include <system_error>

#include "cloister/base/file.h"

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

bool is_ready(int fd, int milliseconds) {
  pollfd waited{.fd = fd, .events = POLLOUT, .revents = 0};
  // A reader that is gone counts: writing tells.
  return ::poll(&waited, 1, milliseconds) > 0;
}

// A description of a pipe or terminal of our own, which never blocks; the given one is shared with other processes, who
// would have to bear with such a change. None where the system gives none: of another user, or a socket.
UniqueFd without_blocking(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !(S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))) return {};
  return UniqueFd(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

// Whether a signal is waiting for EventLoop::wait: somebody wants the command to end.
bool is_signalled() {
  sigset_t set;
  if (::sigpending(&set) != 0) return false;
  return ::sigismember(&set, SIGINT) == 1 || ::sigismember(&set, SIGTERM) == 1 || ::sigismember(&set, SIGHUP) == 1;
}

// Waits a little for `fd`, which took nothing just now. Errors: interrupted, io when the time for that is over.
Result<void> wait_for_reader(int fd, std::string_view name) {
  if (is_signalled()) {
    return fail(ErrorCode::interrupted, fmt::format("interrupted while nobody read standard {}", name));
  }
  if (std::chrono::steady_clock::now() >= wait_until.load()) {
    return fail(ErrorCode::io,
                fmt::format("cannot write to standard {}: nobody reads it; read it or send it to a file", name));
  }
  constexpr int kSlice = 50;  // milliseconds
  // A terminal may call itself ready and yet have too little room for a line feed: no haste then.
  if (is_ready(fd, kSlice)) ::poll(nullptr, 0, 1);
  return {};
}

}  // namespace

void wait_for_readers_until(Deadline when) { wait_until = when; }

Result<void> write_fd(int fd, std::string_view text) {
  const std::string_view name = fd == STDOUT_FILENO ? "output" : "error";
  const UniqueFd own = without_blocking(fd);
  while (!text.empty()) {
    ssize_t count = -1;
    int error = EAGAIN;
    // What is ready takes a little without blocking.
    if (own || is_ready(fd, 0)) {
      count = own ? ::write(own.get(), text.data(), text.size())
                  : ::write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
      error = errno;
    }
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (error == EAGAIN) {
      CLOISTER_CHECK(wait_for_reader(fd, name));
    } else if (error != EINTR) {
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
