// `cloister doctor`: every finding on a line, with a way out where something is amiss.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cloister/cli/cache.h"
#include "cloister/cli/command.h"
#include "cloister/cli/console.h"
#include "cloister/cli/doctor.h"
#include "cloister/cli/run_record.h"
#include "cloister/sandbox/runtime.h"

namespace cloister::cli {
namespace {

std::string_view health_name(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::absent:
      return "absent";
    case Health::problem:
      break;
  }
  return "problem";
}

Finding check_wasmtime() {
  Finding finding{.id = "wasmtime", .detail = sandbox::Runtime::engine_version(), .is_required = true};
  sandbox::RuntimeOptions options;
  options.pool_instances = 1;
  if (const auto runtime = sandbox::Runtime::create(options); !runtime) {
    finding.health = Health::problem;
    finding.detail += ": " + runtime.error().message;
    finding.way_out = "raise `ulimit -v`: every instance reserves 4 GiB of address space";
  }
  return finding;
}

std::vector<Finding> examine() {
  std::vector<Finding> findings{check_cpu("/"),     check_memory("/"), check_wasmtime(), check_cache(cache_directory()),
                                check_libtorch({}), check_gpu("/")};
  if (findings.back().health == Health::ok) findings.push_back(check_libtorch({engine::Device::Kind::cuda, 0}));
  for (Finding& wall : check_walls()) findings.push_back(std::move(wall));
  findings.push_back(check_tee("/"));
  findings.push_back(check_tpm("/"));
  return findings;
}

std::string to_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<17} {:<8} {}\n", finding.id, health_name(finding.health), finding.detail);
    if (!finding.way_out.empty()) text += fmt::format("{:<26} -> {}\n", "", finding.way_out);
  }
  return text;
}

nlohmann::ordered_json to_json(const std::vector<Finding>& findings, bool is_healthy) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"id", finding.id},
                    {"health", health_name(finding.health)},
                    {"required", finding.is_required},
                    {"detail", finding.detail},
                    {"way_out", finding.way_out.empty() ? Json() : Json(finding.way_out)}});
  }
  return {{"cloister", CLOISTER_VERSION}, {"healthy", is_healthy}, {"findings", std::move(list)}};
}

ExitCode doctor(bool json) {
  const std::vector<Finding> findings = examine();
  bool is_healthy = true;
  for (const Finding& finding : findings) {
    if (finding.is_required && finding.health == Health::problem) is_healthy = false;
  }
  const auto written = write_fd(STDOUT_FILENO, json ? json_text(to_json(findings, is_healthy)) : to_text(findings));
  if (!written) return report(written.error());
  return is_healthy ? ExitCode::ok : ExitCode::environment;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("doctor", "Say what of this machine Cloister can use");
  command->add_flag("--json", *json, "Print one JSON object");
  command->footer("Example:\n  cloister doctor");
  command->callback([json, &action] { action = [json] { return doctor(*json); }; });
}

}  // namespace cloister::cli
