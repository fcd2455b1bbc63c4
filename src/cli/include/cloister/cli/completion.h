// Shell completion, generated from the command's own tree of subcommands and options.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"

namespace CLI {
class App;
}

namespace cloister::cli {

// A script for "bash", "zsh" or "fish". Errors: invalid_argument for another shell.
Result<std::string> completion_script(const CLI::App& app, std::string_view shell);

}  // namespace cloister::cli
