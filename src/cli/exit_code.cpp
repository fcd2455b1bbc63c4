#include "cloister/cli/exit_code.h"

namespace cloister::cli {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::shape_mismatch:
    case ErrorCode::dtype_mismatch:
    case ErrorCode::not_granted:
    case ErrorCode::bad_data:
      return ExitCode::bad_input;
    case ErrorCode::quota_exceeded:
      return ExitCode::limit;
    case ErrorCode::trap:
      return ExitCode::trap;
    case ErrorCode::unsupported:
    case ErrorCode::io:
      return ExitCode::environment;
    case ErrorCode::interrupted:
      return ExitCode::interrupted;
    case ErrorCode::internal:
      break;
  }
  return ExitCode::internal;
}

}  // namespace cloister::cli
