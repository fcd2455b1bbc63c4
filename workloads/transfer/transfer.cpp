// Transfer learning: a frozen backbone turns granted images into features, a linear classifier is trained on them and
// tested. The model `backbone` is opened for lite0 alone.
#include <cloister/cloister.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../common/efficientnet_lite0.h"
#include "pooled_patches.h"

using namespace cloister;

CLOISTER_GRANTS("dataset:train", "dataset:test", "model:backbone?", "output:weights");

namespace {

struct Options {
  std::string backbone, optimizer;
  std::int64_t batch, train_batch, epochs, train_count, test_count;
  double lr, momentum;
  bool standardise, in_order;
};

Expected<Options> parse(Args& args) {
  Options options{
      .backbone = args.text("backbone", "lite0", "lite0 or pool"),
      .optimizer = args.text("optimizer", "sgd", "sgd or adam"),
      .batch = args.integer("batch", 32, "images in a batch of the pre-computation"),
      .train_batch = args.integer("train-batch", 0, "samples in a training step; 0: all"),
      .epochs = args.integer("epochs", 100, "passes of the training"),
      .train_count = args.integer("train-count", 0, "training images to use; 0: all"),
      .test_count = args.integer("test-count", 0, "test images to use; 0: all"),
      .lr = args.number("lr", 0.01, "learning rate"),
      .momentum = args.number("momentum", 0, "of sgd"),
      .standardise = args.flag("standardise", "features to mean 0 and deviation 1"),
      .in_order = args.flag("in-order", "train-batches in the order of the files"),
  };
  CLOISTER_CHECK(args.finish());
  if (options.backbone != "lite0" && options.backbone != "pool") return fail("--backbone takes lite0 or pool");
  if (options.optimizer != "sgd" && options.optimizer != "adam") return fail("--optimizer takes sgd or adam");
  if (options.batch < 1 || options.batch > 65536) return fail("--batch takes 1 to 65536");
  if (options.epochs < 1) return fail("--epochs takes at least 1");
  if (std::min({options.train_batch, options.train_count, options.test_count}) < 0) {
    return fail("--train-batch, --train-count and --test-count take no negative numbers");
  }
  return options;
}

// uint8 images [n, 224, 224, 3] -> features [n, d].
using Backbone = std::function<Tensor(const Tensor&)>;

Expected<Backbone> make_backbone(const Options& options) {
  if (options.backbone == "pool") return PooledPatches();
  CLOISTER_TRY(const Model weights, Model::open("backbone"));
  InferenceMode inference;
  CLOISTER_TRY(EfficientNetLite0 network, EfficientNetLite0::load(weights));
  return network;
}

// What the classifier sees of a dataset.
struct Samples {
  Tensor features;  // float32 [n, d]
  Tensor labels;    // int64 [n]
  std::int64_t count = 0;
};

Expected<Samples> extract(const Backbone& backbone, const Dataset& dataset, std::int64_t limit, std::int64_t batch_size,
                          std::string_view phase) {
  const auto stored = static_cast<std::int64_t>(dataset.size());
  const std::int64_t count = limit == 0 ? stored : std::min(limit, stored);
  output::phase(phase, (count + batch_size - 1) / batch_size);
  CLOISTER_TRY(Batches batches, dataset.batches({.size = static_cast<std::uint32_t>(batch_size),
                                                 .count = count,
                                                 .resize = EfficientNetLite0::kImageSize,
                                                 .rgb = true}));
  std::vector<Tensor> features, labels;
  Samples samples{.features = {}, .labels = {}, .count = count};
  {
    InferenceMode inference;
    for (auto& batch : batches) {
      if (!batch) return std::unexpected(batch.error());
      features.push_back(backbone(batch->inputs));
      labels.push_back(batch->labels);
      output::progress(features.size(), batch_size);
    }
    samples.features = cat(features);
    samples.labels = cat(labels);
  }
  // Tensors made in inference mode cannot be trained on; their copies can.
  samples.features = samples.features.clone();
  samples.labels = samples.labels.clone();
  return samples;
}

std::unique_ptr<optim::Optimizer> make_optimizer(const nn::Linear& classifier, const Options& options) {
  const auto parameters = classifier.parameters();
  if (options.optimizer == "adam")
    return std::make_unique<optim::Adam>(parameters, optim::AdamOptions{.lr = options.lr});
  return std::make_unique<optim::SGD>(parameters, optim::SGDOptions{.lr = options.lr, .momentum = options.momentum});
}

// Samples and labels of one pass in a new order.
Samples shuffled(const Samples& samples) {
  const Tensor order = randperm(samples.count);
  return {samples.features.index_select(0, order), samples.labels.index_select(0, order), samples.count};
}

Tensor train_step(const nn::Linear& classifier, optim::Optimizer& optimizer, const Tensor& features,
                  const Tensor& labels) {
  optimizer.zero_grad();
  const Tensor loss = cross_entropy(classifier(features), labels);
  loss.backward();
  optimizer.step();
  return loss;
}

void train(const nn::Linear& classifier, const Samples& samples, const Options& options) {
  const auto optimizer = make_optimizer(classifier, options);
  const bool full_batch = options.train_batch == 0 || options.train_batch >= samples.count;
  // Reading a loss waits for the device and counts as egress, so about a hundred are read.
  const std::int64_t report_every = std::max<std::int64_t>(1, options.epochs / 100);
  for (std::int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    Tensor loss;
    if (full_batch) {
      loss = train_step(classifier, *optimizer, samples.features, samples.labels);
    } else {
      const Samples pass = options.in_order ? samples : shuffled(samples);
      for (std::int64_t start = 0; start < samples.count; start += options.train_batch) {
        const std::int64_t length = std::min(options.train_batch, samples.count - start);
        loss = train_step(classifier, *optimizer, pass.features.narrow(0, start, length),
                          pass.labels.narrow(0, start, length));
      }
    }
    output::progress(epoch, samples.count);
    if (epoch % report_every == 0 || epoch == options.epochs) output::scalar("loss", epoch, loss.item<double>());
  }
}

// The share of samples that the classifier puts into their class.
double accuracy(const nn::Linear& classifier, const Samples& samples) {
  NoGradGuard no_grad;
  const Tensor right = (classifier(samples.features).argmax(1) == samples.labels).sum();
  return right.item<double>() / static_cast<double>(samples.count);
}

Expected<void> transfer(Args& args) {
  CLOISTER_TRY(const Options options, parse(args));
  CLOISTER_TRY(const Dataset train_set, Dataset::open("train"));
  CLOISTER_TRY(const Dataset test_set, Dataset::open("test"));
  CLOISTER_TRY(const Backbone backbone, make_backbone(options));
  const auto classes = static_cast<std::int64_t>(train_set.classes().size());

  CLOISTER_TRY(Samples samples, extract(backbone, train_set, options.train_count, options.batch, "pre-computation"));
  Tensor mean, deviation;
  if (options.standardise) {
    mean = samples.features.mean(0);
    deviation = samples.features.std(0) + 1e-6;
    samples.features = (samples.features - mean) / deviation;
  }

  output::phase("training", options.epochs);
  const nn::Linear classifier(EfficientNetLite0::kFeatures, classes);
  train(classifier, samples, options);

  CLOISTER_TRY(Samples tests, extract(backbone, test_set, options.test_count, options.batch, "evaluation"));
  if (options.standardise) tests.features = (tests.features - mean) / deviation;
  const double train_accuracy = accuracy(classifier, samples);
  const double test_accuracy = accuracy(classifier, tests);
  output::scalar("train-accuracy", options.epochs, train_accuracy);
  output::scalar("test-accuracy", options.epochs, test_accuracy);
  CLOISTER_CHECK(output::save("weights", {{"weight", classifier.weight}, {"bias", classifier.bias}}));

  std::printf("%lld classes, %lld training images, %lld test images\n", static_cast<long long>(classes),
              static_cast<long long>(samples.count), static_cast<long long>(tests.count));
  std::printf("accuracy %.4f on the training images, %.4f on the test images\n", train_accuracy, test_accuracy);
  return {};
}

}  // namespace

CLOISTER_WORKLOAD(transfer)
