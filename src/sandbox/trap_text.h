// What a trap of WebAssembly means to a person.
#pragma once

#include <cstdint>
#include <string>

namespace cloister::sandbox {

// "the guest ..." for Wasmtime's trap code; `stack` is the size of the guest's stack in bytes.
[[nodiscard]] std::string trap_text(std::uint32_t code, const std::string& engine_text, std::uint64_t stack);

// "1 GiB", "64 KiB", or "1000 bytes" for what is no whole number of KiB.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace cloister::sandbox
