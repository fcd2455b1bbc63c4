#include "cloister/host/grants.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloister::host {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

}  // namespace

std::string_view grant_kind_name(GrantKind kind) {
  switch (kind) {
    case GrantKind::dataset:
      return "dataset";
    case GrantKind::model:
      return "model";
    case GrantKind::output:
      return "output";
  }
  return "grant";
}

const Grants::Named& Grants::of(GrantKind kind) const {
  return kind == GrantKind::dataset ? datasets : kind == GrantKind::model ? models : outputs;
}

Grants::Named& Grants::of(GrantKind kind) {
  return kind == GrantKind::dataset ? datasets : kind == GrantKind::model ? models : outputs;
}

Result<void> check_grant_name(std::string_view name) {
  if (!name.empty() && name.size() <= kLongestName && name.front() != '.' &&
      std::all_of(name.begin(), name.end(), is_name_character)) {
    return {};
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("the grant name '{}' is not 1 to {} of A-Za-z0-9_.- without a dot in front; choose another",
                          name.substr(0, kLongestName), kLongestName));
}

Result<void> add_grant(Grants& grants, GrantKind kind, std::string_view name, std::filesystem::path path) {
  CLOISTER_CHECK(check_grant_name(name));
  if (path.empty()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the {} '{}' has no path; write NAME=PATH", grant_kind_name(kind), name));
  }
  if (!grants.of(kind).emplace(name, std::move(path)).second) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the {} '{}' is granted twice; give each grant its own name", grant_kind_name(kind), name));
  }
  return {};
}

Result<void> add_grant(Grants& grants, std::string_view text) {
  if (text == "clock" || text == "randomness") {
    (text == "clock" ? grants.clock : grants.randomness) = true;
    return {};
  }
  const auto colon = text.find(':');
  const auto equals = text.find('=', colon == std::string_view::npos ? 0 : colon);
  if (colon != std::string_view::npos && equals != std::string_view::npos) {
    for (const GrantKind kind : {GrantKind::dataset, GrantKind::model}) {
      if (text.substr(0, colon) == grant_kind_name(kind)) {
        return add_grant(grants, kind, text.substr(colon + 1, equals - colon - 1), text.substr(equals + 1));
      }
    }
  }
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("the grant '{}' has another form than dataset:NAME=PATH, model:NAME=PATH, clock or randomness",
                  text));
}

Result<void> add_output(Grants& grants, std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, fmt::format("the output '{}' has another form than NAME=PATH", text));
  }
  return add_grant(grants, GrantKind::output, text.substr(0, equals), text.substr(equals + 1));
}

}  // namespace cloister::host
