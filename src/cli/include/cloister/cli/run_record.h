// run.json: the record of a run (docs/command.md lists its fields).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloister/cli/exit_code.h"
#include "cloister/cli/matrix.h"
#include "cloister/cli/run_plan.h"
#include "cloister/cli/series.h"
#include "cloister/host/report.h"
#include "cloister/walls/walls.h"

namespace cloister::cli {

struct RunFacts {
  const RunPlan& plan;
  std::vector<walls::Wall> walls{};  // empty: not known
  const host::RunReport& report;
  const SeriesSet& series;
  const MatrixSet& matrices;
  std::string status;
  std::string directory;
  bool resumed = false;  // went on in the folder of an interrupted run
  std::string started;   // UTC, ISO 8601
  bool from_cache = false;
  host::Nanoseconds compile_time{};
  ExitCode exit_code = ExitCode::ok;
  std::string error;  // empty: none
};

[[nodiscard]] nlohmann::ordered_json run_record(const RunFacts& facts);

// JSON as text with a line feed at its end; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);

}  // namespace cloister::cli
