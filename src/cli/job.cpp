#include "cloister/cli/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
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

template <class T>
Result<T> whole_number(std::string_view flag, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // TOML's numbers are signed; flags take the same ones.
  const std::uint64_t most =
      std::min<std::uint64_t>(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<T>::max());
  if (error == std::errc{} && end == text.data() + text.size() && number <= most) return static_cast<T>(number);
  return fail(ErrorCode::invalid_argument, fmt::format("{} '{}' is not a whole number from 0 to {}", flag, text, most));
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

Result<void> add_denial(Job& job, std::string_view text) {
  if (text != "content-dependent") {
    return fail(ErrorCode::invalid_argument, fmt::format("'{}' cannot be denied; only content-dependent can", text));
  }
  job.deny_content_dependent = true;
  return {};
}

Result<void> set_seed(Job& job, std::string_view text) {
  CLOISTER_TRY(job.seed, whole_number<std::uint64_t>("--seed", text));
  return {};
}

Result<void> set_threads(Job& job, std::string_view text) {
  CLOISTER_TRY(job.threads, whole_number<int>("--threads", text));
  return {};
}

Job merge(Job file, Job flags) {
  if (flags.component) file.component_sha256.reset();  // it was the other's
  overlay(file.component, std::move(flags.component));
  overlay(file.component_sha256, std::move(flags.component_sha256));
  overlay(file.grants.datasets, std::move(flags.grants.datasets));
  overlay(file.grants.models, std::move(flags.grants.models));
  overlay(file.grants.outputs, std::move(flags.grants.outputs));
  file.grants.clock |= flags.grants.clock;
  file.grants.randomness |= flags.grants.randomness;
  overlay(file.limits, std::move(flags.limits));
  overlay(file.device, std::move(flags.device));
  overlay(file.backend, std::move(flags.backend));
  overlay(file.isolate, std::move(flags.isolate));
  overlay(file.seed, std::move(flags.seed));
  overlay(file.threads, std::move(flags.threads));
  overlay(file.directory, std::move(flags.directory));
  overlay(file.arguments, std::move(flags.arguments));
  file.deny_content_dependent |= flags.deny_content_dependent;
  file.skip_broken |= flags.skip_broken;
  return file;
}

}  // namespace cloister::cli
