// `cloister inspect`: what a component is and what it will ask for, without running it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "cloister/base/file.h"
#include "cloister/cli/cache.h"
#include "cloister/cli/command.h"
#include "cloister/cli/console.h"
#include "cloister/cli/job.h"
#include "cloister/cli/quantity.h"
#include "cloister/cli/run_plan.h"
#include "cloister/cli/run_record.h"
#include "cloister/host/declared_grants.h"
#include "cloister/host/host.h"
#include "cloister/sandbox/runtime.h"
#include "known_imports.h"

namespace cloister::cli {
namespace {

constexpr std::uint64_t kMaxComponent = std::uint64_t{256} << 20;

struct Import {
  sandbox::ComponentItem item;
  bool is_known;
};

struct Inspection {
  std::string path;
  std::uint64_t bytes = 0;
  Digest digest;
  std::vector<Import> imports;
  std::vector<sandbox::ComponentItem> exports;
  std::string refusal;             // why it is no workload; empty when it is one
  std::vector<std::string> kinds;  // of grants that its imports let it ask for
  std::vector<host::DeclaredGrant> declared;
  std::string undeclared;  // why the declaration cannot be read; empty when it can, or there is none
};

// The part of "wasi:cli/stdout@0.2.12" that decides compatibility: versions 0.N.x and N.x.y fit each other.
std::string_view compatible_name(std::string_view name) {
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos) return name;
  const std::size_t major = name.find('.', at);
  if (major == std::string_view::npos) return name;
  if (name.substr(at + 1, major - at - 1) != "0") return name.substr(0, major);
  return name.substr(0, name.find('.', major + 1));
}

bool is_known(std::string_view name) {
  return std::any_of(std::begin(kKnownImports), std::end(kKnownImports),
                     [&](std::string_view known) { return compatible_name(known) == compatible_name(name); });
}

// Options of the sandbox come from this machine: its cache folder, its processor.
Error as_environment(Error error) { return {ErrorCode::io, std::move(error.message)}; }

Error about(const std::string& path, Error error) { return {error.code, fmt::format("'{}': {}", path, error.message)}; }

Result<sandbox::Component> compile(const std::string& path, std::span<const std::byte> bytes) {
  sandbox::RuntimeOptions options;
  options.cache_directory = cache_directory().string();
  options.pool_instances = 1;
  auto runtime = sandbox::Runtime::create(options);
  if (!runtime) return Unexpected(as_environment(std::move(runtime).error()));
  auto component = runtime->compile(bytes);
  if (!component) return Unexpected(about(path, std::move(component).error()));
  return component;
}

// Why a component that compiles is no workload; empty when it is one.
Result<std::string> refusal_of(const std::string& path, std::span<const std::byte> bytes) {
  host::HostOptions options;
  options.cache_directory = cache_directory();
  options.instances = 1;
  const auto host = host::Host::create(options);
  if (!host) return Unexpected(as_environment(host.error()));
  const auto loaded = (*host)->load(bytes, path);
  if (loaded) return std::string();
  const Error& error = loaded.error();
  if (error.code != ErrorCode::bad_data && error.code != ErrorCode::unsupported) return Unexpected(error);
  return error.message;
}

// A job file stands for its component.
Result<std::string> component_of(const std::string& path) {
  if (!is_job_file(path)) return path;
  CLOISTER_CHECK(check_exists(path, "the job file"));
  CLOISTER_TRY(const Job job, read_job_file(path));
  if (job.component) return *job.component;
  return fail(ErrorCode::invalid_argument,
              fmt::format("the job '{}' names no component; add component = \"PATH\" to it", path));
}

Result<Inspection> inspect(const std::string& path) {
  Inspection found;
  found.path = path;
  CLOISTER_CHECK(check_exists(path, "the component"));
  CLOISTER_TRY(const std::vector<std::byte> bytes, read_file(path, kMaxComponent));
  CLOISTER_TRY(const sandbox::Component component, compile(path, bytes));
  CLOISTER_TRY(found.refusal, refusal_of(path, bytes));
  found.bytes = bytes.size();
  found.digest = component.digest();
  found.exports = component.exports();
  if (auto declared = host::declared_grants(bytes)) {
    found.declared = *std::move(declared);
  } else {
    found.undeclared = declared.error().message;
  }
  for (sandbox::ComponentItem& item : component.imports()) {
    const std::string name = item.name;
    found.imports.push_back({std::move(item), is_known(name)});
    for (const auto& [interface, grant] :
         {std::pair{"cloister:ml/datasets@", "dataset"}, std::pair{"cloister:ml/models@", "model"},
          std::pair{"cloister:ml/outputs@", "output"}}) {
      if (name.rfind(interface, 0) == 0) found.kinds.emplace_back(grant);
    }
  }
  return found;
}

// The command that runs it with all that is declared, but for the paths; empty when nothing is declared.
std::string run_line(const Inspection& found) {
  if (found.declared.empty()) return "";
  std::string line = "cloister run " + found.path;
  for (const host::DeclaredGrant& grant : found.declared) line += " " + host::grant_flag(grant.kind, grant.name);
  return line;
}

nlohmann::ordered_json to_json(const Inspection& found) {
  using Json = nlohmann::ordered_json;
  const auto item_json = [](const sandbox::ComponentItem& item) {
    return Json{{"name", item.name}, {"kind", item.kind}, {"members", item.members}};
  };
  Json json;
  json["path"] = found.path;
  json["bytes"] = found.bytes;
  json["sha256"] = hex(found.digest);
  json["workload"] = found.refusal.empty();
  json["refusal"] = found.refusal.empty() ? Json() : Json(found.refusal);
  json["grants"] = found.kinds;
  json["declared"] = Json::array();
  for (const host::DeclaredGrant& grant : found.declared) {
    json["declared"].push_back(
        {{"kind", host::grant_kind_name(grant.kind)}, {"name", grant.name}, {"optional", grant.optional}});
  }
  json["undeclared"] = found.undeclared.empty() ? Json() : Json(found.undeclared);
  json["run"] = found.declared.empty() ? Json() : Json(run_line(found));
  json["imports"] = Json::array();
  for (const Import& import : found.imports) {
    json["imports"].push_back(item_json(import.item));
    json["imports"].back()["known"] = import.is_known;
  }
  json["exports"] = Json::array();
  for (const auto& item : found.exports) json["exports"].push_back(item_json(item));
  return json;
}

std::string grants_text(const Inspection& found) {
  if (found.kinds.empty()) return "grants     none: it imports nothing that takes any\n";
  if (!found.undeclared.empty()) return fmt::format("grants     unknown: {}\n", single_line(found.undeclared));
  if (found.declared.empty()) {
    return fmt::format("grants     its author declares none; its imports let it ask for {}\n",
                       fmt::join(found.kinds, ", "));
  }
  std::string text = "grants     declared by the author\n";
  for (const host::DeclaredGrant& grant : found.declared) {
    text += fmt::format("  {:<7}  {}{}\n", host::grant_kind_name(grant.kind), grant.name,
                        grant.optional ? "  (some runs)" : "");
  }
  return text + fmt::format("run        {}\n", single_line(run_line(found)));
}

std::string to_text(const Inspection& found) {
  std::string text = fmt::format("component  {}\nsha256     {}\nsize       {}\nworkload   {}\n",
                                 single_line(found.path), hex(found.digest), bytes_text(found.bytes),
                                 found.refusal.empty() ? "yes" : "no: " + single_line(found.refusal));
  text += grants_text(found);
  text += "imports\n";
  for (const Import& import : found.imports) {
    const std::size_t members = import.item.members.size();
    text += fmt::format("  {:<7}  {}{}\n", import.is_known ? "known" : "unknown", single_line(import.item.name),
                        members == 0 ? "" : fmt::format("  ({} item{})", members, members == 1 ? "" : "s"));
  }
  text += "exports\n";
  for (const auto& item : found.exports) text += fmt::format("  {:<9}{}\n", item.kind, single_line(item.name));
  return text;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  struct Flags {
    std::string path;
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("inspect", "Say what a component is and which grants it will ask for");
  command->add_option("COMPONENT", flags->path, "WebAssembly component, or job file (.toml)")->required();
  command->add_flag("--json", flags->json, "Print one JSON object");
  command->footer("Example:\n  cloister inspect transfer.wasm");
  command->callback([flags, &action] {
    action = [flags] {
      const auto component = component_of(flags->path);
      if (!component) return report_usage(component.error());
      const auto found = inspect(*component);
      if (!found) return report(found.error());
      const auto written = write_fd(STDOUT_FILENO, flags->json ? json_text(to_json(*found)) : to_text(*found));
      return written ? ExitCode::ok : report(written.error());
    };
  });
}

}  // namespace cloister::cli
