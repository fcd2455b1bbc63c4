// What stands behind the flags of the command, in job files too: amounts, limits, grants, devices.
#include <string_view>

#include "cloister/cli/job.h"
#include "cloister/cli/quantity.h"
#include "cloister/cli/run_plan.h"
#include "cloister/host/limits.h"
#include "sentence.h"

using namespace cloister;

namespace {

template <class T>
bool is_taken(const Result<T>& result) {
  if (!result) require_message(result.error());
  return result.has_value();
}

// A limit that is taken is told in a form that is taken, and means the same.
void try_limit(std::string_view text) {
  host::Limits limits;
  if (!is_taken(host::set_limit(limits, text))) return;
  const std::string_view name = text.substr(0, text.find('='));
  for (const host::LimitKind kind : host::kLimitKinds) {
    if (host::limit_name(kind) != name) continue;
    host::Limits again;
    const std::string told = host::limit_text(kind, limits.of(kind));
    FUZZ_REQUIRE(host::set_limit(again, std::string(name) + "=" + told).has_value());
    FUZZ_REQUIRE(again.of(kind) == limits.of(kind));
  }
}

// The flags of one run; what a flag refuses changes nothing of the job.
void try_flag(cli::Job& job, char which, std::string_view value) {
  switch (which) {
    case 'g':
      is_taken(cli::add_grant(job, value));
      break;
    case 'o':
      is_taken(cli::add_output(job, value));
      break;
    case 'l':
      try_limit(value);
      is_taken(cli::add_limit(job, value));
      break;
    case 'd':
      is_taken(cli::add_denial(job, value));
      break;
    case 's':
      if (is_taken(cli::set_seed(job, value))) FUZZ_REQUIRE(job.seed.has_value());
      break;
    case 't':
      if (is_taken(cli::set_threads(job, value))) FUZZ_REQUIRE(job.threads.has_value());
      break;
    case 'D':
      is_taken(cli::parse_device(value));
      break;
    case 'B':
      is_taken(cli::parse_backend(value));
      break;
    case 'b':
      is_taken(cli::parse_bytes(value));
      break;
    default:
      if (const auto age = cli::parse_age(value); is_taken(age)) FUZZ_REQUIRE(age->count() >= 0);
      break;
  }
}

}  // namespace

// A line a flag: a letter for which, then its value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  cli::Job job;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.empty()) try_flag(job, line.front(), line.substr(1));
  }
  for (const auto kind : {host::GrantKind::dataset, host::GrantKind::model, host::GrantKind::output}) {
    for (const auto& [name, path] : job.grants.of(kind)) FUZZ_REQUIRE(host::check_grant_name(name).has_value());
  }
  return 0;
}
