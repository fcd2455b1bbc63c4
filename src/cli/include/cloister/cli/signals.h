// Ctrl-C and its like as events that a loop can wait for, beside the end of the run.
#pragma once

#include <chrono>
#include <cstdint>

#include "cloister/base/file.h"
#include "cloister/base/result.h"

namespace cloister::cli {

enum class Event : std::uint8_t { none, signal, done };

// From its construction SIGINT, SIGTERM and SIGHUP no longer end the process but are returned by wait(), and writing to
// a closed pipe is an error instead of SIGPIPE. Make it before any other thread, which inherits the mask.
// Thread safety: notify_done() on any thread, wait() on one.
class EventLoop {
 public:
  // Errors: io.
  static Result<EventLoop> create();

  // The next event, or none after `timeout`.
  [[nodiscard]] Event wait(std::chrono::milliseconds timeout);
  void notify_done();

 private:
  EventLoop(UniqueFd signals, UniqueFd done) : signals_(std::move(signals)), done_(std::move(done)) {}
  UniqueFd signals_;
  UniqueFd done_;
};

}  // namespace cloister::cli
