// The entry point: `CLOISTER_WORKLOAD(train)` runs `Expected<void> train(Args& args)`.
#pragma once

#include "cloister/args.h"
#include "cloister/error.h"

namespace cloister::detail {

// Runs `body` with this run's arguments; what is printed reaches the host before it returns. False: *error is set.
bool run_workload(Expected<void> (*body)(Args&), workload_string_t* error);

}  // namespace cloister::detail

// Exports `body` as the component's `run`. An error that it returns ends the run as failed, with its sentence.
#define CLOISTER_WORKLOAD(body)                                    \
  extern "C" bool exports_workload_run(workload_string_t* error) { \
    return cloister::detail::run_workload(&(body), error);         \
  }
