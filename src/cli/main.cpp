#include "cloister/cli/command.h"

int main(int argc, char** argv) {
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(cloister::cli::run_command_line(arguments.subspan(argc > 0 ? 1 : 0)));
}
