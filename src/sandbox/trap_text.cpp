#include "trap_text.h"

#include <fmt/format.h>
#include <wasmtime.h>

namespace cloister::sandbox {

std::string trap_text(std::uint32_t code, const std::string& engine_text, std::uint64_t stack) {
  switch (code) {
    case WASMTIME_TRAP_CODE_STACK_OVERFLOW:
      return fmt::format("the guest's calls nest deeper than its stack of {}; bound its recursion", size_text(stack));
    case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS:
      return "the guest read or wrote outside its memory (recursion that is too deep for its stack ends so too)";
    case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS:
      return "the guest called a function pointer outside its table";
    case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL:
      return "the guest called a null function pointer";
    case WASMTIME_TRAP_CODE_BAD_SIGNATURE:
      return "the guest called a function pointer of another type";
    case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW:
      return "the guest divided the smallest integer by -1, or converted a float that fits in no integer";
    case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO:
      return "the guest divided an integer by zero";
    case WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER:
      return "the guest converted a NaN to an integer";
    case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED:
      return "the guest aborted (an `unreachable` instruction: abort(), a failed assertion or a panic; its stderr may "
             "say why)";
    default:
      return fmt::format("the guest broke a rule of WebAssembly: {}", engine_text);
  }
}

std::string size_text(std::uint64_t bytes) {
  struct Unit {
    unsigned shift;
    const char* name;
  };
  for (const Unit unit : {Unit{30, "GiB"}, Unit{20, "MiB"}, Unit{10, "KiB"}}) {
    const std::uint64_t whole = bytes >> unit.shift;
    if (whole != 0 && whole << unit.shift == bytes) return fmt::format("{} {}", whole, unit.name);
  }
  return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
}

}  // namespace cloister::sandbox
