#include "cloister/cli/job.h"

#include <fmt/format.h>

#include <utility>

#include "cloister/host/limits.h"

namespace cloister::cli {
namespace {

template <class Map>
void overlay(Map& map, Map&& over) {
  for (auto& [key, value] : over) map.insert_or_assign(key, std::move(value));
}

template <class T>
void overlay(std::optional<T>& value, std::optional<T>&& over) {
  if (over) value = std::move(over);
}

}  // namespace

Result<void> add_grant(Job& job, std::string_view text) { return host::add_grant(job.grants, text); }

Result<void> add_output(Job& job, std::string_view text) {
  if (text.find('=') != std::string_view::npos) return host::add_output(job.grants, text);
  CLOISTER_CHECK(host::check_grant_name(text));
  if (!job.grants.outputs.emplace(text, std::filesystem::path{}).second) {
    return fail(ErrorCode::invalid_argument, fmt::format("the output '{}' is given twice; give it once", text));
  }
  return {};
}

Result<void> add_limit(Job& job, std::string_view text) {
  host::Limits scratch;
  CLOISTER_CHECK(host::set_limit(scratch, text));
  const std::size_t at = text.find('=');  // set_limit takes no text without one
  if (!job.limits.emplace(text.substr(0, at), text.substr(at + 1)).second) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the limit '{}' is given twice; give it once", text.substr(0, at)));
  }
  return {};
}

Job merge(Job file, Job flags) {
  overlay(file.component, std::move(flags.component));
  overlay(file.grants.datasets, std::move(flags.grants.datasets));
  overlay(file.grants.models, std::move(flags.grants.models));
  overlay(file.grants.outputs, std::move(flags.grants.outputs));
  overlay(file.limits, std::move(flags.limits));
  overlay(file.device, std::move(flags.device));
  overlay(file.backend, std::move(flags.backend));
  overlay(file.seed, std::move(flags.seed));
  overlay(file.threads, std::move(flags.threads));
  overlay(file.directory, std::move(flags.directory));
  overlay(file.arguments, std::move(flags.arguments));
  return file;
}

}  // namespace cloister::cli
