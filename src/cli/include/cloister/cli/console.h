// The terminal or pipes of the command: what the guest prints, what Cloister says, and the live progress line between.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/cli/sanitize.h"
#include "cloister/host/host.h"

namespace cloister::cli {

// Thread safety: none.
class Console {
 public:
  // `guest_out`: where the guest's standard output goes; its standard error goes to `err`, as does the progress line.
  Console(int guest_out, int err);

  // Whether a line can be redrawn: `err` is a terminal that knows how.
  [[nodiscard]] bool live() const { return live_; }
  // Whether `err` takes a line now, so that nobody has to wait for its reader.
  [[nodiscard]] bool ready() const;
  // Columns of that terminal.
  [[nodiscard]] std::size_t width() const;

  // Passes on what a guest printed: as it is to a file or pipe, harmless and line by line to a terminal. A reader that
  // went away, or that write_fd waited for in vain, is no error: its stream is dropped.
  void guest(host::GuestStream stream, std::string_view bytes);

  // Draws the progress line, in place of the one before. REQUIRES: live().
  void draw(std::string_view line);
  // Takes the progress line away.
  void clear();

  // "cloister: SENTENCE" on a line of its own.
  void say(std::string_view sentence);

  // Passes on what is still held back of the guest's text and ends its line.
  void finish();

 private:
  struct Stream {
    int fd;
    bool is_terminal;
    bool is_gone = false;
    bool in_line = false;  // where Cloister writes too, a line of the guest is unfinished
    TerminalSanitizer sanitizer{};
    std::string held{};  // of an unfinished line
  };
  void put(Stream& stream, std::string_view text);

  std::array<Stream, 2> streams_;
  int err_;
  bool live_;
  bool drawn_ = false;
};

// Writes all of `text` to a file descriptor; waits for the reader of a full pipe or a stopped terminal, but no longer
// than until wait_for_readers_until or until a signal waits that EventLoop blocks. Errors: io; interrupted.
// Thread safety: any thread.
Result<void> write_fd(int fd, std::string_view text);

// Bounds waiting for readers, on all threads and from now on; until the first call it has no end.
using Deadline = std::chrono::steady_clock::time_point;
void wait_for_readers_until(Deadline when);

// "cloister: SENTENCE" on standard error, the sentence made harmless.
void complain(std::string_view sentence);

}  // namespace cloister::cli
