// What a component's author says it will ask for (CLOISTER_GRANTS in the SDK): hints for people, never permissions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/host/grants.h"

namespace cloister::host {

struct DeclaredGrant {
  GrantKind kind = GrantKind::dataset;
  std::string name;       // fit for a grant
  bool optional = false;  // only some runs ask for it

  bool operator==(const DeclaredGrant&) const = default;
};

inline constexpr std::size_t kMaxDeclaredGrants = 64;

// The grants in the custom sections `cloister:grants` of a component, each once, in the author's order; empty when
// nothing is declared. Such a section is text: "KIND:NAME" or "KIND:NAME?" in double quotes, between them commas,
// blanks or zeros. Errors: bad_data for a component that cannot be walked, another text, or too many.
[[nodiscard]] Result<std::vector<DeclaredGrant>> declared_grants(std::span<const std::byte> component);

// The flag that grants it: "--grant dataset:train=PATH", "--out weights=PATH".
[[nodiscard]] std::string grant_flag(GrantKind kind, std::string_view name);

}  // namespace cloister::host
