// Components written in WebAssembly text, so that these tests need no guest toolchain.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/sandbox/instance.h"
#include "cloister/sandbox/linker.h"
#include "cloister/sandbox/runtime.h"

namespace cloister::sandbox::test {

// The binary of WebAssembly text; fails the test when it is not well-formed.
std::vector<std::byte> wat(std::string_view text);

// A component whose `run` executes `body` and then returns ok. `module_fields` are further fields of its core module,
// which has a memory of one page; `run` has a local $p.
std::vector<std::byte> guest(std::string_view body, std::string_view module_fields = "");

// A component whose `run` returns the error "no luck".
std::vector<std::byte> failing_guest();

// As guest(), with a second core instance whose memory, of type `memory`, core function $grow grows by some pages.
std::vector<std::byte> two_memory_guest(std::string_view body, std::string_view memory);

// As guest(), with the import `test:host/calls` that Host offers, as core function $call.
std::vector<std::byte> calling_guest(std::string_view body);

// What `test:host/calls` does; its address is the host data.
struct Host {
  std::function<std::string()> call;  // traps with the returned text unless it is empty
  int calls = 0;
};

// One runtime for all tests, without a cache, with a pool that valgrind can reserve.
const Runtime& runtime();

// Compiled and linked against nothing, or against `test:host/calls`.
Program program(const std::vector<std::byte>& bytes);
Program calling_program(const std::vector<std::byte>& bytes);
Linker calling_linker();

// Runs once, under the limits, and expects an outcome.
RunOutcome run(const Program& program, const Limits& limits = {}, void* host_data = nullptr);

}  // namespace cloister::sandbox::test
