// A component that repeats one thing so many times between its phases `timed` and `done`: workloads/boundary and
// workloads/operators.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/host/host.h"
#include "locations.h"

namespace cloister::bench {

// One that runs in this process. Thread safety: one thread at a time.
class CaseGuest {
 public:
  // REQUIRES: the host outlives the result. Errors: io for a missing component; those of compiling it.
  static Result<CaseGuest> load(host::Host& host, const Locations& locations, const std::string& component);

  // Mean seconds of one of `count` repetitions of the case: CPU time of the guest's thread, since nothing of it waits.
  // `more` are arguments besides --case and --count.
  Result<double> seconds_each(const std::string& name, std::int64_t count, const std::vector<std::string>& more = {});

  // The same, but only what is spent outside the host function, while each call is timed.
  Result<double> seconds_outside_each(const std::string& name, std::int64_t count);

  // The names of all cases.
  Result<std::vector<std::string>> names();

 private:
  CaseGuest(host::Host& host, host::Workload workload, std::string component)
      : host_(&host), workload_(std::move(workload)), component_(std::move(component)) {}

  Result<host::RunReport> run(std::vector<std::string> arguments, host::RunObserver& observer, bool time_calls);

  host::Host* host_;
  host::Workload workload_;
  std::string component_;
};

}  // namespace cloister::bench
