#include "cloister/cli/run_record.h"

#include <fmt/format.h>

#include <cmath>

#include "cloister/cli/build_stamp.h"
#include "cloister/cli/heat_map.h"
#include "cloister/cli/run_directory.h"
#include "cloister/sandbox/runtime.h"

namespace cloister::cli {
namespace {

using Json = nlohmann::ordered_json;

double seconds(host::Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json skipped_json(const host::GrantUse& grant) {
  Json files = Json::array();
  for (const host::SkippedFile& skipped : grant.skipped_files) {
    files.push_back({{"file", skipped.file}, {"why", skipped.why}});
  }
  return {{"count", grant.skipped}, {"files", std::move(files)}};
}

Json grants_json(const host::RunReport& report, bool outputs) {
  Json list = Json::array();
  for (const host::GrantUse& grant : report.grants) {
    if ((grant.kind == host::GrantKind::output) != outputs) continue;
    Json item;
    if (!outputs) item["kind"] = host::grant_kind_name(grant.kind);
    item["name"] = grant.name;
    item["path"] = grant.path.string();
    item[outputs ? "written" : "used"] = grant.used;
    item["sha256"] = grant.digest ? Json(hex(*grant.digest)) : Json();
    if (outputs) {
      item["bytes"] = grant.bytes;
      item["checkpoints"] = grant.checkpoints;
    }
    if (grant.kind == host::GrantKind::dataset) item["skipped"] = skipped_json(grant);
    list.push_back(std::move(item));
  }
  return list;
}

Json limits_json(const host::RunReport& report) {
  Json limits;
  for (const host::LimitKind kind : host::kLimitKinds) {
    const std::uint64_t limit = report.limits.of(kind);
    const std::uint64_t used = report.used[static_cast<std::size_t>(kind)];
    limits[std::string(host::limit_name(kind))] = {{"limit", limit}, {"used", used}};
  }
  return limits;
}

Json egress_json(const host::RunReport& report) {
  Json egress;
  for (std::size_t i = 0; i < host::kEgressKinds; ++i) {
    egress[std::string(host::egress_kind_name(static_cast<host::EgressKind>(i)))] = report.egress[i];
  }
  egress["total"] = report.egress_total();
  return egress;
}

Json walls_json(const RunFacts& facts) {
  Json walls = Json::array();
  for (const walls::Wall& wall : facts.walls) {
    walls.push_back({{"id", wall.id}, {"on", wall.on}, {"detail", wall.detail}});
  }
  return walls;
}

Json phases_json(const host::RunReport& report) {
  Json list = Json::array();
  for (const host::PhaseTime& phase : report.phases) {
    list.push_back({{"name", phase.name},
                    {"total", phase.total ? Json(*phase.total) : Json()},
                    {"done", phase.done},
                    {"items", phase.items},
                    {"seconds", seconds(phase.wall)},
                    {"cpu_seconds", seconds(phase.cpu)},
                    {"calls", phase.calls}});
  }
  return list;
}

Json imports_json(const host::RunReport& report) {
  Json facts = Json::array();
  for (const host::ImportFact& fact : report.imports) {
    facts.push_back({{"kind", fact.kind}, {"name", fact.name}, {"detail", fact.detail}});
  }
  return {{"sha256", hex(report.imports_digest)}, {"facts", std::move(facts)}};
}

Json metrics_json(const SeriesSet& series) {
  Json metrics = Json::object();
  for (const auto& [name, points] : series.all()) {
    // JSON has no NaN and no infinity.
    const Json last = std::isfinite(points.last()) ? Json(points.last()) : Json();
    metrics[name] = {{"points", points.count()}, {"last", last}};
  }
  return metrics;
}

Json matrices_json(const MatrixSet& all) {
  Json matrices = Json::object();
  const auto files = heat_map_files(all);
  for (const auto& [name, matrix] : all.all()) {
    Json values = Json::array();
    for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
      Json line = Json::array();
      for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
        const double value = matrix.at(row, column);
        line.push_back(std::isfinite(value) ? Json(value) : Json());
      }
      values.push_back(std::move(line));
    }
    matrices[name] = {{"plot", fmt::format("{}/{}", kMatrixFolder, files.find(name)->second)},
                      {"rows", matrix.rows},
                      {"columns", matrix.columns},
                      {"values", std::move(values)}};
  }
  return matrices;
}

}  // namespace

Json run_record(const RunFacts& facts) {
  const host::RunReport& report = facts.report;
  Json record;
  record["cloister"] = CLOISTER_VERSION;
  record["build"] = {{"sources", build_stamp().sources}, {"rust_profile", build_stamp().rust_profile}};
  record["status"] = facts.status;
  record["exit_code"] = static_cast<int>(facts.exit_code);
  record["error"] = or_null(facts.error);
  record["backtrace"] = or_null(report.backtrace);
  record["notes"] = report.notes;
  record["started"] = facts.started;
  record["directory"] = facts.directory;
  record["resumed"] = facts.resumed;
  record["component"] = {{"path", facts.plan.component}, {"sha256", hex(report.component)}};
  record["arguments"] = report.arguments;
  record["seed"] = report.seed;
  record["engine"] = {{"tensors", or_null(report.engine)},
                      {"device", report.device},
                      {"threads", report.threads},
                      {"wasmtime", sandbox::Runtime::engine_version()}};
  record["grants"] = grants_json(report, false);
  record["outputs"] = grants_json(report, true);
  record["limits"] = limits_json(report);
  record["denied"] = Json::array();
  if (facts.plan.request.deny_content_dependent) record["denied"].push_back("content-dependent");
  record["isolated"] = facts.plan.isolate_process;
  record["walls"] = walls_json(facts);
  record["egress"] = egress_json(report);
  Json calls = Json::object();
  for (const host::CallCount& call : report.calls) calls[std::string(call.function)] = call.calls;
  record["calls"] = std::move(calls);
  record["phases"] = phases_json(report);
  record["metrics"] = metrics_json(facts.series);
  record["matrices"] = matrices_json(facts.matrices);
  record["imports"] = imports_json(report);
  record["seconds"] = {{"wall", seconds(report.wall)},
                       {"cpu", seconds(report.cpu)},
                       {"process_cpu", seconds(report.process_cpu)},
                       {"instantiate", seconds(report.instantiate)},
                       {"compile", seconds(facts.compile_time)}};
  record["from_cache"] = facts.from_cache;
  return record;
}

std::string json_text(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace cloister::cli
