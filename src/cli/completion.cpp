#include "cloister/cli/completion.h"

#include <fmt/format.h>

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <iterator>
#include <memory>

#include "cloister/cli/command.h"
#include "cloister/cli/console.h"

namespace cloister::cli {
namespace {

// A place in the tree: " run" after `cloister run`, and what can follow there.
struct Place {
  std::string path;
  std::vector<std::string> words;  // subcommands
  std::vector<std::string> options;
};

void collect(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  Place place{path, {}, {}};
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
    place.words.push_back(child->get_name());
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    for (const std::string& name : option->get_lnames()) place.options.push_back("--" + name);
  }
  places.push_back(std::move(place));
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
    collect(*child, path + " " + child->get_name(), places);
  }
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// The lines of a `case` that follow the words typed so far down the tree; bash and zsh read them alike.
std::string descent(const std::vector<Place>& places) {
  std::string lines;
  for (const Place& place : places) {
    if (!place.path.empty()) lines += fmt::format("      \"{}\") place=\"{}\" ;;\n", place.path, place.path);
  }
  return lines;
}

std::string bash(const std::vector<Place>& places) {
  std::string cases;
  for (const Place& place : places) {
    cases += fmt::format("    \"{}\") offer=\"{} {}\" ;;\n", place.path, joined(place.words), joined(place.options));
  }
  return fmt::format(R"(# bash completion for cloister: source <(cloister completion bash)
_cloister() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" place="" word offer=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$place $word" in
{}    esac
  done
  case "$place" in
{}  esac
  COMPREPLY=()
  if [[ -z $place || $current == -* ]] || [[ $offer != [[:space:]]* ]]; then
    COMPREPLY=($(compgen -W "$offer" -- "$current"))
  fi
}}
complete -o default -F _cloister cloister
)",
                     descent(places), cases);
}

// Sourced it registers itself; as a file of zsh's function path it is the completion.
std::string zsh(const std::vector<Place>& places) {
  std::string cases;
  for (const Place& place : places) {
    cases += fmt::format("    \"{}\") compadd -- {} {}", place.path, joined(place.words), joined(place.options));
    cases += place.words.empty() ? "; _files ;;\n" : " ;;\n";
  }
  return fmt::format(R"(#compdef cloister
# zsh completion for cloister: source <(cloister completion zsh)
_cloister() {{
  local place="" word
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    case "$place $word" in
{}    esac
  done
  case "$place" in
{}  esac
}}
if [[ "${{funcstack[1]}}" == _cloister ]]; then _cloister "$@"; else compdef _cloister cloister; fi
)",
                     descent(places), cases);
}

std::string fish(const std::vector<Place>& places) {
  std::string lines = "# fish completion for cloister: cloister completion fish | source\n";
  for (const Place& place : places) {
    std::string condition = "__fish_use_subcommand";
    if (!place.path.empty()) {
      condition.clear();
      std::string_view rest = place.path;
      while (!rest.empty()) {
        rest.remove_prefix(1);
        const std::string_view word = rest.substr(0, rest.find(' '));
        condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", word);
        rest.remove_prefix(word.size());
      }
    }
    for (const std::string& word : place.words) {
      lines += fmt::format("complete -c cloister -f -n '{}' -a {}\n", condition, word);
    }
    for (const std::string& option : place.options) {
      lines += fmt::format("complete -c cloister -n '{}' -l {}\n", condition, option.substr(2));
    }
  }
  return lines;
}

}  // namespace

Result<std::string> completion_script(const CLI::App& app, std::string_view shell) {
  std::vector<Place> places;
  collect(app, "", places);
  if (shell == "bash") return bash(places);
  if (shell == "zsh") return zsh(places);
  if (shell == "fish") return fish(places);
  return fail(ErrorCode::invalid_argument,
              fmt::format("there is no completion for '{}'; choose bash, zsh or fish", shell));
}

void add_completion(CLI::App& app, Action& action) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a completion script for a shell");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required();
  command->footer("Example:\n  source <(cloister completion bash)");
  command->callback([&app, &action, shell] {
    action = [&app, shell] {
      const auto script = completion_script(app, *shell);
      if (!script) return report_usage(script.error());
      const auto written = write_fd(STDOUT_FILENO, *script);
      return written ? ExitCode::ok : report(written.error());
    };
  });
}

}  // namespace cloister::cli
