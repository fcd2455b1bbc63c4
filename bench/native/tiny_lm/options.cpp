#include "options.h"

#include <CLI/CLI.hpp>

std::optional<Options> parse_options(int argc, char** argv, int* exit_code) {
  Options options;
  CLI::App app("workloads/tiny-lm as plain libtorch C++; prints one line of JSON");
  app.add_option("--text", options.text, "file to learn")->required();
  app.add_option("--out", options.out, "safetensors file to write the weights to");
  app.add_option("--seed", options.seed);
  app.add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  app.add_option("--layers", options.layers, "blocks")->check(CLI::PositiveNumber);
  app.add_option("--width", options.width, "numbers a character; a multiple of --heads")->check(CLI::PositiveNumber);
  app.add_option("--heads", options.heads, "of attention")->check(CLI::PositiveNumber);
  app.add_option("--context", options.context, "characters that it sees")->check(CLI::PositiveNumber);
  app.add_option("--batch", options.batch, "pieces of text in a step")->check(CLI::PositiveNumber);
  app.add_option("--steps", options.steps)->check(CLI::PositiveNumber);
  app.add_option("--report-every", options.report_every, "steps between losses")->check(CLI::PositiveNumber);
  app.add_option("--test-windows", options.test_windows, "pieces of held-out text")->check(CLI::PositiveNumber);
  app.add_option("--lr", options.lr, "highest learning rate");
  app.add_option("--sample", options.sample, "characters to write")->check(CLI::NonNegativeNumber);
  app.add_option("--temperature", options.temperature)->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
    if (options.width % options.heads != 0) throw CLI::ValidationError("--width", "is no multiple of --heads");
  } catch (const CLI::ParseError& error) {
    *exit_code = app.exit(error);
    return std::nullopt;
  }
  return options;
}
