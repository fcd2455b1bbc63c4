#include "cloister/cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
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

}  // namespace

Result<void> write_fd(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      return fail(ErrorCode::io,
                  fmt::format("cannot write to standard {}: {}", fd == STDOUT_FILENO ? "output" : "error",
                              std::error_code(error, std::generic_category()).message()));
    }
    text.remove_prefix(static_cast<std::size_t>(count));
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
