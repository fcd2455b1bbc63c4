#include "cloister/cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <exception>

#include "bench/bench.h"
#include "cloister/cli/console.h"
#include "cloister/sandbox/runtime.h"

namespace cloister::cli {
namespace {

constexpr const char* kExample = R"(Examples:
  cloister doctor
  cloister inspect transfer.wasm
  cloister run hello.wasm --seed 1
  cloister run --help)";

// What follows `--` belongs to the guest, whatever it looks like.
std::vector<std::string> take_guest_arguments(std::vector<std::string>& words) {
  const auto mark = std::find(words.begin(), words.end(), "--");
  const bool runs = !words.empty() && words.front() == "run";
  const bool compares = words.size() > 1 && words[0] == "bench" && words[1] == "workload";
  if (mark == words.end() || (!runs && !compares)) return {};
  std::vector<std::string> taken(mark + 1, words.end());
  words.erase(mark, words.end());
  return taken;
}

ExitCode print(const std::string& text) {
  const auto written = write_fd(STDOUT_FILENO, text);
  return written ? ExitCode::ok : report(written.error());
}

// CLI11's sentences, in the voice of the command.
std::string sentence_of(const CLI::ParseError& error) {
  std::string text = error.what();
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
  if (text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) == 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

// The subcommands that were named, as typed: "bench transfer"; and the word after them that names none, if there is
// one.
struct Path {
  const CLI::App* innermost;
  std::string parents;  // "cloister bench", or "" for the command itself
  std::string words;
  std::string unknown;
};

Path path_of(const CLI::App& app, const std::vector<std::string>& words) {
  Path path{&app, "", "", ""};
  for (const std::string& word : words) {
    const auto offered = path.innermost->get_subcommands([](const CLI::App*) { return true; });
    const auto named =
        std::find_if(offered.begin(), offered.end(), [&](const CLI::App* each) { return each->get_name() == word; });
    if (named == offered.end()) {
      if (!offered.empty() && !word.empty() && word.front() != '-') path.unknown = word;
      break;
    }
    path.parents = "cloister" + path.words;
    path.innermost = *named;
    path.words += " " + word;
  }
  return path;
}

ExitCode refuse(const Path& path, const CLI::ParseError& error) {
  const std::string sentence =
      path.unknown.empty() ? sentence_of(error)
                           : fmt::format("there is no subcommand '{}'{}", path.unknown,
                                         path.words.empty() ? "" : fmt::format(" of '{}'", path.words.substr(1)));
  complain(fmt::format("{}; see 'cloister{} --help'", sentence, path.words));
  return ExitCode::usage;
}

ExitCode parse_and_act(std::vector<std::string> words) {
  const std::vector<std::string> guest_arguments = take_guest_arguments(words);
  CLI::App app("Runs machine-learning workloads that nobody has to trust.", "cloister");
  app.require_subcommand(1);
  app.set_version_flag("--version", [] {
    return fmt::format("cloister {} (wasmtime {})", CLOISTER_VERSION, sandbox::Runtime::engine_version());
  });
  app.footer(kExample);
  Action action;
  add_run(app, guest_arguments, action);
  add_inspect(app, action);
  add_new(app, action);
  add_bench(app, guest_arguments, action);
  add_doctor(app, action);
  add_cache(app, action);
  add_completion(app, action);
  const Path path = path_of(app, words);
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return print(path.innermost->help(path.parents));
  } catch (const CLI::CallForVersion& version) {
    return print(fmt::format("{}\n", version.what()));
  } catch (const CLI::ParseError& error) {
    return refuse(path, error);
  }
  return action();
}

}  // namespace

ExitCode report(const Error& error) {
  complain(error.message);
  return exit_code_of(error.code);
}

ExitCode report_usage(const Error& error) {
  complain(error.message);
  // A job file that cannot be read is no question of usage.
  return error.code == ErrorCode::invalid_argument ? ExitCode::usage : exit_code_of(error.code);
}

ExitCode run_command_line(std::span<const char* const> arguments) {
  try {
    return parse_and_act({arguments.begin(), arguments.end()});
  } catch (const std::exception& error) {
    return report({ErrorCode::internal, fmt::format("unexpected exception: {}; please report it", error.what())});
  }
}

}  // namespace cloister::cli
