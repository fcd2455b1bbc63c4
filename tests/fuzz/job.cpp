// Job files: what is accepted must be planned or refused in a sentence, and writing it again must say the same.
#include "cloister/cli/job.h"

#include <string_view>

#include "cloister/cli/run_plan.h"
#include "sentence.h"

using namespace cloister::cli;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto job = parse_job(text, "fuzz.toml", "/folder");
  if (!job) {
    require_message(job.error());
    return 0;
  }
  const auto plan = plan_run(*job);
  if (!plan) {
    require_message(plan.error());
    return 0;
  }
  const auto written = job_text(plan->job);
  if (!written) {
    require_message(written.error());
    return 0;
  }
  const auto again = parse_job(*written, "written.toml", "/elsewhere");
  FUZZ_REQUIRE(again.has_value());
  const auto twice = job_text(*again);
  FUZZ_REQUIRE(twice.has_value() && *twice == *written);
  return 0;
}
