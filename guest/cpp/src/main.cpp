#include "cloister/main.h"

#include <wasi/api.h>

#include <cstdio>
#include <string>
#include <vector>

namespace cloister {

void fatal(std::string_view message) {
  std::fflush(stdout);
  std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  std::fflush(stderr);
  __builtin_trap();
}

namespace detail {
namespace {

// A reactor's C library does not fetch the arguments. The first is the program's name.
std::vector<std::string> arguments() {
  __wasi_size_t count = 0, bytes = 0;
  if (__wasi_args_sizes_get(&count, &bytes) != __WASI_ERRNO_SUCCESS || count == 0) return {};
  std::vector<std::uint8_t*> pointers(count);
  std::vector<std::uint8_t> text(bytes);
  if (__wasi_args_get(pointers.data(), text.data()) != __WASI_ERRNO_SUCCESS) return {};
  std::vector<std::string> values;
  for (std::size_t i = 1; i < count; ++i) values.emplace_back(reinterpret_cast<const char*>(pointers[i]));
  return values;
}

}  // namespace

bool run_workload(Expected<void> (*body)(Args&), workload_string_t* error) {
  Args args(arguments());
  const Expected<void> outcome = body(args);
  std::fflush(stdout);
  if (outcome) return true;
  workload_string_dup_n(error, outcome.error().message.data(), outcome.error().message.size());
  return false;
}

}  // namespace detail
}  // namespace cloister
