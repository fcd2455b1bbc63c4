#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cloister/cli/command.h"

namespace {

// What whoever started this may have left otherwise.
void settle() {
  // A closed standard stream would be the number of the next file, and what is printed would go there.
  int fd = -1;
  do fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) ::close(fd);
  // Ignored, the ends of children are never told.
  ::signal(SIGCHLD, SIG_DFL);
}

}  // namespace

int main(int argc, char** argv) {
  settle();
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(cloister::cli::run_command_line(arguments.subspan(argc > 0 ? 1 : 0)));
}
