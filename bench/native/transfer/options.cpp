#include "options.h"

#include <CLI/CLI.hpp>

std::optional<Options> parse_options(int argc, char** argv, int* exit_code) {
  Options options;
  CLI::App app("workloads/transfer as plain libtorch C++; prints one line of JSON");
  app.add_option("--train", options.train, "dataset to train on")->required();
  app.add_option("--test", options.test, "dataset to test on")->required();
  app.add_option("--weights", options.backbone_weights, "safetensors of EfficientNet-Lite0; for lite0");
  app.add_option("--out", options.out, "safetensors file to write the classifier to");
  app.add_option("--seed", options.seed);
  app.add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  app.add_option("--backbone", options.backbone)->check(CLI::IsMember({"lite0", "pool"}));
  app.add_option("--optimizer", options.optimizer)->check(CLI::IsMember({"sgd", "adam"}));
  app.add_option("--batch", options.batch, "images in a batch of the pre-computation")->check(CLI::Range(1, 65536));
  app.add_option("--train-batch", options.train_batch, "samples in a step; 0: all")->check(CLI::NonNegativeNumber);
  app.add_option("--epochs", options.epochs)->check(CLI::PositiveNumber);
  app.add_option("--train-count", options.train_count, "images to use; 0: all")->check(CLI::NonNegativeNumber);
  app.add_option("--test-count", options.test_count, "images to use; 0: all")->check(CLI::NonNegativeNumber);
  app.add_option("--lr", options.lr);
  app.add_option("--momentum", options.momentum);
  app.add_flag("--standardise", options.standardise);
  app.add_flag("--in-order", options.in_order);
  try {
    app.parse(argc, argv);
    if (options.backbone == "lite0" && options.backbone_weights.empty()) throw CLI::RequiredError("--weights");
  } catch (const CLI::ParseError& error) {
    *exit_code = app.exit(error);
    return std::nullopt;
  }
  return options;
}
