// `cloister new`: a project for an author to begin with.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>

#include "cloister/cli/command.h"
#include "cloister/cli/console.h"
#include "cloister/cli/project.h"

namespace cloister::cli {
namespace {

ExitCode make_project(const std::string& name, Language language) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return report({ErrorCode::io, fmt::format("cannot tell where this program lies: {}", error.message())});
  }
  const auto sdk = Sdk::find(self);
  if (!sdk) return report(sdk.error());
  if (const auto made = create_project(*sdk, language, name, ""); !made) return report_usage(made.error());
  const auto written =
      write_fd(STDOUT_FILENO, fmt::format("made {0}; build and run it:\n  cd {0}\n  {1}\n  cloister run {2}\n", name,
                                          language == Language::cpp ? "make" : "cargo build --release",
                                          component_of_project(language, name)));
  return written ? ExitCode::ok : report(written.error());
}

}  // namespace

void add_new(CLI::App& app, Action& action) {
  struct Flags {
    std::string name;
    std::string language = "cpp";
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("new", "Make a project: a small workload to begin with");
  command->add_option("NAME", flags->name, "Folder to make, and name of the component")->required();
  command->add_option("--lang", flags->language, "cpp or rust (default cpp)")->type_name("LANGUAGE");
  command->footer("Example:\n  cloister new my-model --lang rust");
  command->callback([flags, &action] {
    action = [flags] {
      const std::map<std::string, Language> languages{{"cpp", Language::cpp}, {"rust", Language::rust}};
      const auto language = languages.find(flags->language);
      if (language == languages.end()) {
        return report_usage(
            {ErrorCode::invalid_argument, fmt::format("--lang takes cpp or rust, not '{}'", flags->language)});
      }
      return make_project(flags->name, language->second);
    };
  });
}

}  // namespace cloister::cli
