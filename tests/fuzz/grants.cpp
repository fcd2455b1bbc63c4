// The declared grants of a component: what is accepted must be fit for grants, and no bytes may lead outside the input.
#include <algorithm>

#include "cloister/base/wasm_sections.h"
#include "cloister/host/declared_grants.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto sections = cloister::find_custom_sections(bytes, "cloister:grants");
  const auto grants = cloister::host::declared_grants(bytes);
  if (!sections) {
    FUZZ_REQUIRE(!sections.error().message.empty() && !grants);
    return 0;
  }
  for (const auto section : *sections) {
    FUZZ_REQUIRE(section.data() >= bytes.data() && section.data() + section.size() <= bytes.data() + size);
  }
  if (!grants) return 0;
  FUZZ_REQUIRE(grants->size() <= cloister::host::kMaxDeclaredGrants);
  for (const auto& grant : *grants) {
    FUZZ_REQUIRE(cloister::host::check_grant_name(grant.name).has_value());
    FUZZ_REQUIRE(std::count(grants->begin(), grants->end(), grant) == 1);
  }
  return 0;
}
