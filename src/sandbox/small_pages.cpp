#include "small_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>

namespace cloister::sandbox {

std::vector<AddressRange> anonymous_mappings(bool reserved) {
  std::vector<AddressRange> ranges;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/maps", "re"), std::fclose);
  char line[512];
  while (file && std::fgets(line, sizeof(line), file.get()) != nullptr) {
    std::uintptr_t begin = 0, end = 0;
    char rights[5]{};
    unsigned long inode = 1;
    // NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion,cert-err34-c): the kernel's numbers fit.
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*x %*x:%*x %lu", &begin, &end, rights, &inode) != 4) continue;
    if ((reserved || rights[1] == 'w') && rights[3] == 'p' && inode == 0) ranges.emplace_back(begin, end);
  }
  return ranges;
}

void use_small_pages(bool reserved, const std::vector<AddressRange>& before) {
  for (const AddressRange& range : anonymous_mappings(reserved)) {
    if (std::find(before.begin(), before.end(), range) != before.end()) continue;
    // A wish: a kernel without huge pages answers EINVAL.
    (void)::madvise(reinterpret_cast<void*>(range.first), range.second - range.first, MADV_NOHUGEPAGE);
  }
}

}  // namespace cloister::sandbox
