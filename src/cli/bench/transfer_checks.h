// What `bench transfer` needs, looked at before minutes are spent on measuring.
#pragma once

#include <cstdint>
#include <filesystem>

#include "cloister/base/result.h"
#include "locations.h"
#include "transfer.h"

namespace cloister::bench {

// Whether the programs, components and fetched files are there, valgrind or a Python with PyTorch where they are asked
// for, and the room for images that are not written yet. Errors: io; unsupported, naming what to install.
Result<void> check_needs(const Locations& locations, const TransferOptions& options);

// Whether `bytes` more fit on the disk of `folder`, which need not exist yet. Errors: io.
Result<void> check_room(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace cloister::bench
