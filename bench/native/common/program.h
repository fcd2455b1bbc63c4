// The frame of the native programs: arguments in, an exit code and at most one sentence out.
#pragma once

#include <cstdio>
#include <exception>

// Runs `run(*options)` with what `parse(argc, argv, &exit_code)` made of the arguments; without options (help, a
// mistake) the exit code is the parser's. An exception ends the program with its sentence after `name`, and 1.
template <class Parse, class Run>
int run_program(const char* name, int argc, char** argv, const Parse& parse, const Run& run) {
  int exit_code = 0;
  const auto options = parse(argc, argv, &exit_code);
  if (!options) return exit_code;
  try {
    run(*options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 1;
  }
}
