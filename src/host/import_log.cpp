#include "import_log.h"

namespace cloister::host {

void ImportLog::add(ImportFact fact) {
  constexpr std::size_t kKept = 1024;
  for (const std::string* part : {&fact.kind, &fact.name, &fact.detail}) {
    hash_.update_u64(part->size()).update(*part);
  }
  if (facts_.size() < kKept) facts_.push_back(std::move(fact));
}

}  // namespace cloister::host
