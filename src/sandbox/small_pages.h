// Keeps huge pages away from memory of which only a little is ever touched.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace cloister::sandbox {

using AddressRange = std::pair<std::uintptr_t, std::uintptr_t>;

// The private anonymous mappings of this process; none where the system does not say. `reserved`: those too that cannot
// be written yet.
[[nodiscard]] std::vector<AddressRange> anonymous_mappings(bool reserved);

// Asks the system for small pages in the mappings of that kind that are not among `before`. What another thread mapped
// meanwhile is asked for too, which costs it a little speed.
void use_small_pages(bool reserved, const std::vector<AddressRange>& before);

}  // namespace cloister::sandbox
