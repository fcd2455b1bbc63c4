#include "interrupt.h"

#include <csignal>

namespace cloister::bench {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t received = 0;

extern "C" void remember_signal(int /*number*/) { received = 1; }

void set_handlers(void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int number : kSignals) sigaction(number, &action, nullptr);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  received = 0;
  set_handlers(remember_signal, static_cast<int>(SA_RESETHAND) | SA_RESTART);
}

InterruptWatch::~InterruptWatch() {
  set_handlers(SIG_DFL, 0);
  received = 0;
}

Result<void> check_interrupted() {
  if (received == 0) return {};
  return fail(ErrorCode::interrupted, "the benchmark was interrupted before its end; run it again for what is missing");
}

}  // namespace cloister::bench
