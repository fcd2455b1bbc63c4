// How parsers read a file, so that they can be tried on bytes in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "cloister/base/result.h"

namespace cloister::data {

// Fills the span from an offset of the file; the span never reaches beyond the file's size.
using ReadAt = std::function<Result<void>(std::uint64_t offset, std::span<std::byte> bytes)>;

}  // namespace cloister::data
