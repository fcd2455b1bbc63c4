// Instructions counted by valgrind's cachegrind.
#pragma once

#include <cstdint>
#include <string_view>

#include "cloister/base/result.h"
#include "process.h"

namespace cloister::bench {

// The number of instructions (event Ir) in the text of a cachegrind output file.
// Errors: bad_data for a text that is not one.
Result<std::uint64_t> parse_cachegrind(std::string_view text);

// Errors: unsupported when valgrind is not installed.
Result<void> check_valgrind();

// Runs the command to its end under cachegrind and counts the instructions of all its threads. It runs about 500 times
// slower than by itself. The processor that valgrind offers has no AVX-512, so libtorch and MKL are told to use AVX2.
// Errors: as run_process; unsupported when valgrind is not installed.
Result<std::uint64_t> count_instructions(const Command& command);

}  // namespace cloister::bench
