// The command line: one function a subcommand, each adding itself to the tree.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/cli/exit_code.h"

namespace CLI {
class App;
}

namespace cloister::cli {

// What the parsed command line asks for. It runs after parsing.
using Action = std::function<ExitCode()>;

// Each adds a subcommand whose choice sets `action`; what they are given must outlive the app.
// `guest_arguments` are those after `--`.
void add_run(CLI::App& app, const std::vector<std::string>& guest_arguments, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_new(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_cache(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);

// Prints an error on standard error and gives its exit code.
ExitCode report(const Error& error);
// An error of the command line or the job file.
ExitCode report_usage(const Error& error);

// The whole command; `arguments` without the program's name. Never throws.
[[nodiscard]] ExitCode run_command_line(std::span<const char* const> arguments);

}  // namespace cloister::cli
