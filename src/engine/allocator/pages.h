// Memory from the operating system, in whole pages that hold zeros.
#pragma once

#include <cstddef>

namespace cloister::engine {

inline constexpr std::size_t kPageSize = 4096;

// `size` rounded up to pages, or nullptr when the system has none left. Mappings of 4 MiB and more are aligned to and
// advised for huge pages: a fault then brings 2 MiB instead of 4 KiB, which is most of the cost of fresh memory.
// Thread safety: any thread.
void* map_pages(std::size_t size);
void unmap_pages(void* address, std::size_t size);

// As map_pages, with an inaccessible page on either side. unmap_guarded takes what map_guarded returned.
void* map_guarded(std::size_t size);
void unmap_guarded(void* address, std::size_t size);

constexpr std::size_t round_up(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

}  // namespace cloister::engine
