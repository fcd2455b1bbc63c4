// Prints the arguments and the environment as the guest sees them: `arg TEXT`, `env NAME=VALUE`.
#include <cloister/cloister.h>

#include <cstdio>

extern char** environ;

static cloister::Expected<void> echo(cloister::Args& args) {
  for (const auto& value : args.values()) std::printf("arg %s\n", value.c_str());
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    std::printf("env %s\n", *variable);
  }
  return {};
}

CLOISTER_WORKLOAD(echo)
