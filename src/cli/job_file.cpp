// The TOML form of a job.
#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <sstream>

#include "cloister/base/file.h"
#include "cloister/base/hash.h"
#include "cloister/cli/job.h"
#include "cloister/cli/run_plan.h"
#include "toml_parser.h"

namespace cloister::cli {
namespace {

// Reads the tables of one job file; every error names the file and the line.
class JobReader {
 public:
  JobReader(const std::string& shown, const std::string& directory) : shown_(shown), directory_(directory) {}

  Result<Job> read(const toml::table& table) const {
    Job job;
    for (const auto& [key, value] : table) CLOISTER_CHECK(field(job, key.str(), value));
    return job;
  }

 private:
  Result<void> field(Job& job, std::string_view key, const toml::node& value) const {
    if (key == "component") return path(key, value, job.component);
    if (key == "component_sha256") {
      CLOISTER_CHECK(text(key, value, job.component_sha256));
      return parse_digest(*job.component_sha256) ? Result<void>() : wrong_type(key, value, "64 hexadecimal digits");
    }
    if (key == "directory") return path(key, value, job.directory);
    if (key == "device") {
      CLOISTER_CHECK(text(key, value, job.device));
      return placed(checked(parse_device(*job.device)), value);
    }
    if (key == "backend") {
      CLOISTER_CHECK(text(key, value, job.backend));
      return placed(checked(parse_backend(*job.backend)), value);
    }
    if (key == "isolate") {
      CLOISTER_CHECK(text(key, value, job.isolate));
      return placed(checked(parse_isolation(*job.isolate)), value);
    }
    if (key == "seed") return number<std::uint64_t>(key, value, job.seed);
    if (key == "threads") {
      CLOISTER_CHECK(number<int>(key, value, job.threads));
      return placed(check_threads(*job.threads), value);
    }
    if (key == "arguments") return arguments(key, value, job);
    if (key == "deny") return denials(key, value, job);
    if (key == "skip-broken") return truth(key, value, job.skip_broken);
    if (key == "grants") return grants(key, value, job);
    if (key == "outputs") return outputs(key, value, job);
    if (key == "limits") return limits(key, value, job);
    return unknown(key, value,
                   "component, component_sha256, arguments, device, backend, isolate, seed, threads, directory, deny, "
                   "skip-broken, grants, outputs and limits");
  }

  Result<void> text(std::string_view key, const toml::node& value, std::optional<std::string>& to) const {
    const auto* string = value.as_string();
    if (!string) return wrong_type(key, value, "a string");
    to = string->get();
    return {};
  }

  Result<void> path(std::string_view key, const toml::node& value, std::optional<std::string>& to) const {
    CLOISTER_CHECK(text(key, value, to));
    if (to->empty()) return wrong_type(key, value, "a path");
    to = resolve(*to);
    return {};
  }

  Result<void> truth(std::string_view key, const toml::node& value, bool& to) const {
    const auto* boolean = value.as_boolean();
    if (!boolean) return wrong_type(key, value, "true or false");
    to = boolean->get();
    return {};
  }

  template <class T>
  Result<void> number(std::string_view key, const toml::node& value, std::optional<T>& to) const {
    const auto* integer = value.as_integer();
    if (!integer || integer->get() < 0 ||
        static_cast<std::uint64_t>(integer->get()) > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) {
      return wrong_type(key, value, "a whole number");
    }
    to = static_cast<T>(integer->get());
    return {};
  }

  Result<void> arguments(std::string_view key, const toml::node& value, Job& job) const {
    const auto* array = value.as_array();
    if (!array) return wrong_type(key, value, "an array of strings");
    job.arguments.emplace();
    for (const auto& item : *array) {
      const auto* string = item.as_string();
      if (!string) return wrong_type(key, item, "an array of strings");
      job.arguments->push_back(string->get());
    }
    return {};
  }

  Result<void> denials(std::string_view key, const toml::node& value, Job& job) const {
    const auto* array = value.as_array();
    if (!array) return wrong_type(key, value, "an array of strings");
    for (const auto& item : *array) {
      const auto* string = item.as_string();
      if (!string) return wrong_type(key, item, "an array of strings");
      CLOISTER_CHECK(placed(add_denial(job, string->get()), item));
    }
    return {};
  }

  Result<void> grants(std::string_view key, const toml::node& value, Job& job) const {
    const auto* kinds = value.as_table();
    if (!kinds) return wrong_type(key, value, "a table with dataset, model, clock and randomness");
    for (const auto& [kind, names] : *kinds) {
      if (kind == "clock" || kind == "randomness") {
        CLOISTER_CHECK(truth(fmt::format("{}.{}", key, kind.str()), names,
                             kind == "clock" ? job.grants.clock : job.grants.randomness));
        continue;
      }
      if (kind != "dataset" && kind != "model")
        return unknown(fmt::format("{}.{}", key, kind.str()), names,
                       "grants.dataset, grants.model, grants.clock and grants.randomness");
      const auto kind_of = kind == "dataset" ? host::GrantKind::dataset : host::GrantKind::model;
      const auto* table = names.as_table();
      if (!table) return wrong_type(fmt::format("{}.{}", key, kind.str()), names, "a table of names and paths");
      for (const auto& [name, node] : *table) {
        std::optional<std::string> to;
        CLOISTER_CHECK(path(fmt::format("{}.{}.{}", key, kind.str(), name.str()), node, to));
        CLOISTER_CHECK(placed(host::add_grant(job.grants, kind_of, name.str(), *to), node));
      }
    }
    return {};
  }

  // A table of names and paths, `true` for one inside the run's directory; or an array of names for such outputs.
  Result<void> outputs(std::string_view key, const toml::node& value, Job& job) const {
    if (const auto* array = value.as_array()) {
      for (const auto& item : *array) {
        const auto* name = item.as_string();
        if (!name || name->get().find('=') != std::string::npos) return wrong_type(key, item, "an array of names");
        CLOISTER_CHECK(placed(add_output(job, name->get()), item));
      }
      return {};
    }
    const auto* table = value.as_table();
    if (!table) return wrong_type(key, value, "an array of names or a table of names and paths");
    for (const auto& [name, node] : *table) {
      if (const auto* inside = node.as_boolean(); inside && inside->get()) {
        CLOISTER_CHECK(placed(host::check_grant_name(name.str()), node));
        job.grants.outputs.emplace(name.str(), std::filesystem::path{});
        continue;
      }
      std::optional<std::string> to;
      CLOISTER_CHECK(path(fmt::format("{}.{}", key, name.str()), node, to));
      CLOISTER_CHECK(placed(host::add_grant(job.grants, host::GrantKind::output, name.str(), *to), node));
    }
    return {};
  }

  Result<void> limits(std::string_view key, const toml::node& value, Job& job) const {
    const auto* table = value.as_table();
    if (!table) return wrong_type(key, value, "a table of kinds and values");
    for (const auto& [kind, node] : *table) {
      std::string amount;
      if (const auto* string = node.as_string()) {
        amount = string->get();
      } else if (const auto* integer = node.as_integer()) {
        amount = fmt::to_string(integer->get());
      } else {
        return wrong_type(fmt::format("{}.{}", key, kind.str()), node, "a whole number or a string such as \"2GiB\"");
      }
      CLOISTER_CHECK(placed(add_limit(job, fmt::format("{}={}", kind.str(), amount)), node));
    }
    return {};
  }

  [[nodiscard]] std::string resolve(const std::string& path) const {
    return (std::filesystem::path(directory_) / path).lexically_normal().string();
  }

  [[nodiscard]] std::string place(const toml::node& node) const {
    return fmt::format("{}:{}", shown_, node.source().begin.line);
  }
  [[nodiscard]] Unexpected<Error> unknown(std::string_view key, const toml::node& node, std::string_view known) const {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: unknown key '{}'; known are {}", place(node), key, known));
  }
  [[nodiscard]] Unexpected<Error> wrong_type(std::string_view key, const toml::node& node,
                                             std::string_view want) const {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: '{}' must be {}", place(node), key, want));
  }
  template <class T>
  static Result<void> checked(const Result<T>& parsed) {
    if (!parsed) return Unexpected(parsed.error());
    return {};
  }
  [[nodiscard]] Result<void> placed(Result<void> result, const toml::node& node) const {
    if (!result) return fail(result.error().code, fmt::format("{}: {}", place(node), result.error().message));
    return result;
  }

  const std::string& shown_;
  const std::string& directory_;
};

}  // namespace

bool is_job_file(const std::string& path) { return std::filesystem::path(path).extension() == ".toml"; }

Result<Job> parse_job(std::string_view text, const std::string& shown, const std::string& directory) {
  try {
    return JobReader(shown, directory).read(toml::parse(text, shown));
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}:{}: not valid TOML: {}", shown, error.source().begin.line, error.description()));
  }
}

Result<Job> read_recorded_job(const std::string& path) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 29;
  CLOISTER_TRY(const std::string text, read_text_file(path, kMaxBytes));
  auto job = parse_job(text, path, std::filesystem::path(path).parent_path().string());
  if (!job) return fail(ErrorCode::bad_data, job.error().message);
  return job;
}

Result<Job> read_job_file(const std::string& path) {
  constexpr std::uint64_t kMaxBytes = 1 << 20;
  CLOISTER_TRY(const std::string text, read_text_file(path, kMaxBytes));
  CLOISTER_TRY(Job job, parse_job(text, path, std::filesystem::path(path).parent_path().string()));
  job.job_file = path;
  return job;
}

}  // namespace cloister::cli
