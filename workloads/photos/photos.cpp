// Transfer learning on few photographs: a frozen backbone sees each of them several times, cut out, mirrored and
// coloured anew by the host, and a linear classifier learns to tell the classes apart by what it saw.
#include <cloister/cloister.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../common/efficientnet_lite0.h"

using namespace cloister;

CLOISTER_GRANTS("dataset:train", "dataset:test", "model:backbone", "output:weights");

namespace {

constexpr std::size_t kMostLabels = 256;  // rows and columns that a matrix may have

struct Options {
  std::int64_t passes, batch, epochs, count;
  double lr, weight_decay;
  bool plain;
};

Expected<Options> parse(Args& args) {
  const Options options{
      .passes = args.integer("passes", 4, "times that the backbone sees each training image"),
      .batch = args.integer("batch", 16, "images in a batch of the pre-computation"),
      .epochs = args.integer("epochs", 100, "steps of the training, each on all features"),
      .count = args.integer("count", 0, "images of each dataset, drawn at random; 0: all"),
      .lr = args.number("lr", 0.002, "highest learning rate"),
      .weight_decay = args.number("weight-decay", 0.1, "of AdamW"),
      .plain = args.flag("plain", "training images as they are, not augmented"),
  };
  CLOISTER_CHECK(args.finish());
  if (std::min(options.passes, options.epochs) < 1) return fail("--passes and --epochs take at least 1");
  if (options.count < 0) return fail("--count takes no negative number");
  if (options.batch < 1 || options.batch > 65536) return fail("--batch takes 1 to 65536");
  return options;
}

Expected<Dataset> open(const char* name, std::int64_t count) {
  CLOISTER_TRY(Dataset all, Dataset::open(name));
  if (count == 0) return all;
  CLOISTER_TRY(const Dataset shuffled, all.shuffle(0));
  return shuffled.take(static_cast<std::uint64_t>(count));
}

// What the classifier sees of images.
struct Samples {
  Tensor features;  // float32 [n, d]
  Tensor labels;    // int64 [n]
};

// One pass of the backbone over a dataset. Images that the run leaves out as broken are not among the samples.
Expected<Samples> extract(const EfficientNetLite0& backbone, const Dataset& dataset, std::int64_t batch_size,
                          const std::optional<Augmentation>& augment, std::uint64_t& done) {
  CLOISTER_TRY(Batches batches, dataset.batches({.size = static_cast<std::uint32_t>(batch_size),
                                                 .resize = EfficientNetLite0::kImageSize,
                                                 .rgb = true,
                                                 .augment = augment}));
  InferenceMode inference;
  std::vector<Tensor> features, labels;
  for (auto& batch : batches) {
    if (!batch) return std::unexpected(batch.error());
    features.push_back(backbone(batch->inputs));
    labels.push_back(batch->labels);
    output::progress(++done, batch_size);
  }
  if (features.empty()) return fail("not one image of a dataset can be decoded");
  return Samples{cat(features), cat(labels)};
}

// A new way to see each image, by a seed from the run's generator.
Augmentation augmentation() {
  const auto seed = randint(0, std::numeric_limits<std::int32_t>::max(), {1}).item<std::int64_t>();
  return {.seed = static_cast<std::uint64_t>(seed),
          .random_resized_crop = std::pair(0.7, 1.0),
          .horizontal_flip = 0.5,
          .brightness = 0.2,
          .contrast = 0.2,
          .saturation = 0.2};
}

Expected<Samples> see(const EfficientNetLite0& backbone, const Dataset& dataset, const Options& options) {
  const auto count = static_cast<std::int64_t>(dataset.size());
  output::phase("pre-computation", options.passes * ((count + options.batch - 1) / options.batch));
  std::vector<Tensor> features, labels;
  std::uint64_t done = 0;
  for (std::int64_t pass = 0; pass < options.passes; ++pass) {
    std::optional<Augmentation> augment;
    if (!options.plain) augment = augmentation();
    CLOISTER_TRY(const Samples samples, extract(backbone, dataset, options.batch, augment, done));
    features.push_back(samples.features);
    labels.push_back(samples.labels);
  }
  // Outside of inference mode, so that what comes of them can be trained on.
  return Samples{cat(features), cat(labels)};
}

void train(const nn::Linear& classifier, const Samples& samples, const Options& options) {
  output::phase("training", options.epochs);
  optim::AdamW optimizer(classifier.parameters(), {.lr = options.lr, .weight_decay = options.weight_decay});
  optim::CosineAnnealingLR schedule(optimizer, {.T_max = options.epochs});
  for (std::int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    optimizer.zero_grad();
    const Tensor loss = cross_entropy(classifier(samples.features), samples.labels);
    loss.backward();
    optimizer.step();
    schedule.step();
    output::progress(epoch);
    if (epoch % 10 == 0 || epoch == options.epochs) output::scalar("loss", epoch, loss.item<double>());
  }
}

// How many images of each class, by rows, the classifier took for each class, by columns: float64 [classes, classes].
Tensor confusion(const nn::Linear& classifier, const Samples& samples, std::int64_t classes) {
  NoGradGuard no_grad;
  const Tensor guesses = classifier(samples.features).argmax(1);
  return bincount(samples.labels * classes + guesses, {}, classes * classes).to(kFloat64).reshape({classes, classes});
}

Expected<void> photos(Args& args) {
  CLOISTER_TRY(const Options options, parse(args));
  CLOISTER_TRY(const Dataset train_set, open("train", options.count));
  CLOISTER_TRY(const Dataset test_set, open("test", options.count));
  const std::vector<std::string> names = train_set.classes();
  if (test_set.classes() != names) return fail("the datasets 'train' and 'test' have different classes");
  const auto classes = static_cast<std::int64_t>(names.size());
  CLOISTER_TRY(const Model weights, Model::open("backbone"));
  CLOISTER_TRY(const EfficientNetLite0 backbone, [&] {
    InferenceMode inference;
    return EfficientNetLite0::load(weights);
  }());

  CLOISTER_TRY(Samples samples, see(backbone, train_set, options));
  const Tensor mean = samples.features.mean(0), deviation = samples.features.std(0) + 1e-6;
  samples.features = (samples.features - mean) / deviation;
  const nn::Linear classifier(EfficientNetLite0::kFeatures, classes);
  train(classifier, samples, options);

  output::phase("evaluation");
  std::uint64_t done = 0;
  CLOISTER_TRY(Samples tests, extract(backbone, test_set, options.batch, {}, done));
  tests.features = (tests.features - mean) / deviation;
  const Tensor counts = confusion(classifier, tests, classes);
  const double accuracy = counts.diagonal().sum().item<double>() / static_cast<double>(tests.labels.numel());
  output::scalar("test-accuracy", static_cast<std::uint64_t>(options.epochs), accuracy);
  if (names.size() <= kMostLabels) {
    const auto values = counts.read<double>();
    output::matrix("confusion", names, names, {values.data(), values.size()});
  }
  CLOISTER_CHECK(output::save(
      "weights", {{"weight", classifier.weight}, {"bias", classifier.bias}, {"mean", mean}, {"deviation", deviation}}));

  std::printf("%zu classes, %lld views of training images, %lld test images\n", names.size(),
              static_cast<long long>(samples.labels.numel()), static_cast<long long>(tests.labels.numel()));
  std::printf("accuracy %.4f on the test images\n", accuracy);
  return {};
}

}  // namespace

CLOISTER_WORKLOAD(photos)
