// A job written as TOML.
#include <fmt/format.h>

#include <sstream>

#include "cloister/base/bytes.h"
#include "cloister/cli/job.h"
#include "toml_parser.h"

namespace cloister::cli {
namespace {

// Makes nodes of texts, remembering the first that TOML cannot hold.
class Writer {
 public:
  std::string text(std::string_view what, const std::string& value) {
    if (!problem_ && !is_utf8(value)) {
      problem_ = fmt::format("{} is not UTF-8, so the run could not be written down; rename it", what);
    }
    return value;
  }

  toml::table paths(std::string_view kind, const host::Grants::Named& grants) {
    toml::table table;
    for (const auto& [name, path] : grants) {
      if (path.empty()) {
        table.insert(name, true);  // in the run's own folder
      } else {
        table.insert(name, text(fmt::format("the path of the {} '{}'", kind, name), path.string()));
      }
    }
    return table;
  }

  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

 private:
  std::optional<std::string> problem_;
};

template <class T>
void insert(toml::table& table, std::string_view key, const std::optional<T>& value) {
  if (value) table.insert(key, *value);
}

}  // namespace

Result<std::string> job_text(const Job& job) {
  Writer writer;
  toml::table table;
  if (job.component) table.insert("component", writer.text("the component's path", *job.component));
  insert(table, "component_sha256", job.component_sha256);
  if (job.arguments) {
    toml::array arguments;
    for (std::size_t i = 0; i < job.arguments->size(); ++i) {
      arguments.push_back(writer.text(fmt::format("the workload's argument {}", i + 1), (*job.arguments)[i]));
    }
    table.insert("arguments", std::move(arguments));
  }
  insert(table, "device", job.device);
  insert(table, "backend", job.backend);
  insert(table, "isolate", job.isolate);
  if (job.seed) table.insert("seed", static_cast<std::int64_t>(*job.seed));
  insert(table, "threads", job.threads);
  if (job.directory) table.insert("directory", writer.text("the folder's path", *job.directory));
  if (job.deny_content_dependent) table.insert("deny", toml::array{"content-dependent"});
  if (job.skip_broken) table.insert("skip-broken", true);
  toml::table grants;
  if (!job.grants.datasets.empty()) grants.insert("dataset", writer.paths("dataset", job.grants.datasets));
  if (!job.grants.models.empty()) grants.insert("model", writer.paths("model", job.grants.models));
  if (job.grants.clock) grants.insert("clock", true);
  if (job.grants.randomness) grants.insert("randomness", true);
  if (!grants.empty()) table.insert("grants", std::move(grants));
  if (!job.grants.outputs.empty()) table.insert("outputs", writer.paths("output", job.grants.outputs));
  toml::table limits;
  for (const auto& [kind, value] : job.limits) limits.insert(kind, value);
  if (!limits.empty()) table.insert("limits", std::move(limits));
  if (writer.problem()) return fail(ErrorCode::invalid_argument, *writer.problem());
  std::ostringstream out;
  // JSON's escapes are TOML's own; a literal string could not hold every character.
  out << toml::toml_formatter(table, toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings &
                                         ~toml::format_flags::allow_multi_line_strings)
      << "\n";
  return out.str();
}

}  // namespace cloister::cli
