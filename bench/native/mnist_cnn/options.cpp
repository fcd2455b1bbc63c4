#include "options.h"

#include <CLI/CLI.hpp>

std::optional<Options> parse_options(int argc, char** argv, int* exit_code) {
  Options options;
  CLI::App app("workloads/mnist-cnn as plain libtorch C++; prints one line of JSON");
  app.add_option("--train", options.train, "dataset to train on")->required();
  app.add_option("--test", options.test, "dataset to test on")->required();
  app.add_option("--out", options.out, "safetensors file to write the weights to");
  app.add_option("--seed", options.seed);
  app.add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  app.add_option("--epochs", options.epochs)->check(CLI::PositiveNumber);
  app.add_option("--batch", options.batch, "images in a step")->check(CLI::Range(1, 65536));
  app.add_option("--train-count", options.train_count, "images to use; 0: all")->check(CLI::NonNegativeNumber);
  app.add_option("--test-count", options.test_count, "images to use; 0: all")->check(CLI::NonNegativeNumber);
  app.add_option("--lr", options.lr, "highest learning rate")->check(CLI::NonNegativeNumber);
  app.add_option("--dropout", options.dropout)->check(CLI::Range(0.0, 1.0));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_code = app.exit(error);
    return std::nullopt;
  }
  return options;
}
