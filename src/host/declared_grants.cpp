#include "cloister/host/declared_grants.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloister/base/wasm_sections.h"

namespace cloister::host {
namespace {

constexpr std::string_view kSection = "cloister:grants";

Unexpected<Error> unreadable(std::string_view why) {
  return fail(ErrorCode::bad_data, fmt::format("the component's section '{}' {}; its author declares grants with "
                                               "CLOISTER_GRANTS",
                                               kSection, why));
}

Result<DeclaredGrant> parse_declared(std::string_view text) {
  DeclaredGrant grant;
  if (!text.empty() && text.back() == '?') {
    grant.optional = true;
    text.remove_suffix(1);
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return unreadable("holds an entry without KIND:NAME");
  for (const GrantKind kind : {GrantKind::dataset, GrantKind::model, GrantKind::output}) {
    if (text.substr(0, colon) != grant_kind_name(kind)) continue;
    grant.kind = kind;
    grant.name = text.substr(colon + 1);
    if (!check_grant_name(grant.name)) return unreadable("holds a name that no grant can have");
    return grant;
  }
  return unreadable("holds a kind other than dataset, model and output");
}

Result<void> parse_section(std::string_view text, std::vector<DeclaredGrant>& grants) {
  constexpr std::string_view kBetween(", \t\r\n\0", 6);
  for (;;) {
    const std::size_t start = text.find_first_not_of(kBetween);
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start);
    const std::size_t end = text.find('"', 1);
    if (text.front() != '"' || end == std::string_view::npos) return unreadable("is not a list of quoted entries");
    CLOISTER_TRY(DeclaredGrant grant, parse_declared(text.substr(1, end - 1)));
    text.remove_prefix(end + 1);
    if (std::find(grants.begin(), grants.end(), grant) != grants.end()) continue;
    if (grants.size() == kMaxDeclaredGrants) return unreadable(fmt::format("holds more than {}", kMaxDeclaredGrants));
    grants.push_back(std::move(grant));
  }
}

}  // namespace

Result<std::vector<DeclaredGrant>> declared_grants(std::span<const std::byte> component) {
  CLOISTER_TRY(const auto sections, find_custom_sections(component, kSection));
  std::vector<DeclaredGrant> grants;
  for (const auto section : sections) {
    CLOISTER_CHECK(parse_section({reinterpret_cast<const char*>(section.data()), section.size()}, grants));
  }
  return grants;
}

std::string grant_flag(GrantKind kind, std::string_view name) {
  return kind == GrantKind::output ? fmt::format("--out {}=PATH", name)
                                   : fmt::format("--grant {}:{}=PATH", grant_kind_name(kind), name);
}

}  // namespace cloister::host
