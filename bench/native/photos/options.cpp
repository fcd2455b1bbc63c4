#include "options.h"

#include <CLI/CLI.hpp>

std::optional<Options> parse_options(int argc, char** argv, int* exit_code) {
  Options options;
  CLI::App app("workloads/photos as plain libtorch C++; prints one line of JSON");
  app.add_option("--train", options.train, "folder of class folders to train on")->required();
  app.add_option("--test", options.test, "folder of class folders to test on")->required();
  app.add_option("--weights", options.backbone_weights, "safetensors of EfficientNet-Lite0")->required();
  app.add_option("--out", options.out, "safetensors file to write the classifier to");
  app.add_option("--seed", options.seed);
  app.add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  app.add_flag("--skip-broken", options.skip_broken, "leave out images that cannot be decoded");
  app.add_option("--passes", options.passes, "times that each training image is seen")->check(CLI::PositiveNumber);
  app.add_option("--batch", options.batch, "images in a batch of the pre-computation")->check(CLI::Range(1, 65536));
  app.add_option("--epochs", options.epochs)->check(CLI::PositiveNumber);
  app.add_option("--count", options.count, "images of each dataset, drawn at random; 0: all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--lr", options.lr, "highest learning rate")->check(CLI::NonNegativeNumber);
  app.add_option("--weight-decay", options.weight_decay)->check(CLI::NonNegativeNumber);
  app.add_flag("--plain", options.plain, "training images as they are, not augmented");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_code = app.exit(error);
    return std::nullopt;
  }
  return options;
}
