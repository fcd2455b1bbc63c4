// Finds custom sections in WebAssembly binaries. Nothing is compiled or executed; the bytes may be hostile.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"

namespace cloister {

// Bounds on what is looked at; ordinary components stay far below.
inline constexpr std::size_t kMaxWasmSections = 65'536;
inline constexpr std::size_t kMaxWasmDepth = 16;  // components in components

// The contents of all custom sections called `name` in a component or core module, in the order of the bytes: its own,
// and those of the modules and components inside it. The spans are parts of `binary`. Errors: bad_data for what is no
// WebAssembly, is cut short, or passes the bounds.
Result<std::vector<std::span<const std::byte>>> find_custom_sections(std::span<const std::byte> binary,
                                                                     std::string_view name);

// Whether a component or core module keeps to the bounds. Errors: as find_custom_sections.
Result<void> check_wasm_structure(std::span<const std::byte> binary);

}  // namespace cloister
