// The baseline of workloads/photos: the same as plain libtorch C++, with the same operators in the same order, so that
// the trained weights are equal bit for bit. Of Cloister it uses the file readers, which augment the images, alone.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "dataset.h"
#include "lite0.h"
#include "options.h"
#include "phases.h"
#include "program.h"
#include "weights.h"

namespace nn = torch::nn;
using torch::Tensor;

namespace {

struct Samples {
  Tensor features, labels;
};

Samples extract(const Backbone& backbone, const Dataset& dataset,
                const std::optional<cloister::data::Augmentation>& augment, const Options& options) {
  cloister::data::BatchOptions pass;
  pass.size = static_cast<std::uint32_t>(options.batch);
  pass.resize = {kImageSize, kImageSize};
  pass.rgb = true;
  pass.augment = augment;
  pass.skip_broken = options.skip_broken;
  Loader loader(dataset, pass);
  const c10::InferenceMode inference;
  std::vector<Tensor> features, labels;
  for (Batch batch; loader.next(&batch);) {
    features.push_back(backbone(batch.inputs));
    labels.push_back(batch.labels);
  }
  if (features.empty()) throw std::runtime_error("not one image of a dataset can be decoded");
  return {torch::cat(features), torch::cat(labels)};
}

cloister::data::Augmentation augmentation() {
  const auto seed = torch::randint(0, std::numeric_limits<std::int32_t>::max(), {1}, torch::kLong).item<int64_t>();
  cloister::data::Augmentation augment;
  augment.seed = static_cast<std::uint64_t>(seed);
  augment.random_resized_crop = {0.7, 1.0};
  augment.horizontal_flip = 0.5;
  augment.brightness = 0.2;
  augment.contrast = 0.2;
  augment.saturation = 0.2;
  return augment;
}

Samples see(const Backbone& backbone, const Dataset& dataset, const Options& options) {
  std::vector<Tensor> features, labels;
  for (int64_t pass = 0; pass < options.passes; ++pass) {
    std::optional<cloister::data::Augmentation> augment;
    if (!options.plain) augment = augmentation();
    Samples samples = extract(backbone, dataset, augment, options);
    features.push_back(std::move(samples.features));
    labels.push_back(std::move(samples.labels));
  }
  // Outside of inference mode, so that what comes of them can be trained on.
  return {torch::cat(features), torch::cat(labels)};
}

// Returns the last loss.
double train(nn::Linear& classifier, const Samples& samples, const Options& options) {
  torch::optim::AdamW optimizer(classifier->parameters(),
                                torch::optim::AdamWOptions(options.lr).weight_decay(options.weight_decay));
  double last_loss = 0;
  for (int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    // As torch.optim.lr_scheduler.CosineAnnealingLR, which libtorch has not.
    const double share = static_cast<double>(epoch - 1) / static_cast<double>(options.epochs);
    static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[0].options())
        .lr(options.lr * (1 + std::cos(std::numbers::pi * share)) / 2);
    optimizer.zero_grad();
    const Tensor loss = torch::cross_entropy_loss(classifier(samples.features), samples.labels);
    loss.backward();
    optimizer.step();
    if (epoch % 10 == 0 || epoch == options.epochs) last_loss = loss.item<double>();
  }
  return last_loss;
}

// By rows of true classes and columns of guesses: float64 [classes, classes].
Tensor confusion(nn::Linear& classifier, const Samples& samples, int64_t classes) {
  const torch::NoGradGuard no_grad;
  const Tensor guesses = classifier(samples.features).argmax(1);
  return torch::bincount(samples.labels * classes + guesses, {}, classes * classes)
      .to(torch::kDouble)
      .reshape({classes, classes});
}

void run(const Options& options) {
  at::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  Phases phases;
  const Dataset train_all = open_dataset(options.train, options.skip_broken);
  const Dataset test_all = open_dataset(options.test, options.skip_broken);
  const Dataset train_set = draw(train_all, options.count), test_set = draw(test_all, options.count);
  const int64_t classes = class_count(train_set);
  const Backbone backbone = make_lite0(load_weights(options.backbone_weights));

  phases.enter("pre-computation");
  Samples samples = see(backbone, train_set, options);
  const Tensor mean = samples.features.mean(0);
  // Not std(0): that is the overload for a truth value.
  const Tensor deviation = samples.features.std(at::IntArrayRef{0}, /*unbiased=*/true) + 1e-6;
  samples.features = (samples.features - mean) / deviation;
  nn::Linear classifier(kFeatures, classes);

  phases.enter("training");
  phases.metric("loss", train(classifier, samples, options));

  phases.enter("evaluation");
  Samples tests = extract(backbone, test_set, std::nullopt, options);
  tests.features = (tests.features - mean) / deviation;
  const double right = confusion(classifier, tests, classes).diagonal().sum().item<double>();
  phases.metric("test-accuracy", right / static_cast<double>(tests.labels.numel()));
  if (!options.out.empty()) {
    save_weights(
        options.out,
        {{"weight", classifier->weight}, {"bias", classifier->bias}, {"mean", mean}, {"deviation", deviation}});
  }
  // The record of an isolated run has the sums of whole datasets; what it reads for them is read here too.
  (void)digest(train_all);
  (void)digest(test_all);
  phases.print();
}

}  // namespace

int main(int argc, char** argv) { return run_program("native_photos", argc, argv, parse_options, run); }
