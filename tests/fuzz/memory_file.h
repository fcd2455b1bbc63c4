// Hostile bytes as a file for parsers that read one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fuzz.h"
#include "read_at.h"

// What a parser reads must lie within the file.
inline cloister::data::ReadAt read_from(std::span<const std::byte> file) {
  return [file](std::uint64_t offset, std::span<std::byte> bytes) -> cloister::Result<void> {
    FUZZ_REQUIRE(offset <= file.size() && bytes.size() <= file.size() - offset);
    std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
    return {};
  };
}
