// The baseline of `cloister bench transfer`: workloads/transfer written as plain libtorch C++, with the same operators
// in the same order, so that the trained weights are equal bit for bit. Of Cloister it uses the file readers alone.
// It runs on the C library's allocator as it comes; docs/workloads.md gives the setting that makes glibc's fast.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "backbone.h"
#include "dataset.h"
#include "options.h"
#include "phases.h"
#include "program.h"

namespace {

struct Samples {
  torch::Tensor features, labels;
  [[nodiscard]] int64_t count() const { return labels.size(0); }
};

Samples extract(const Backbone& backbone, const Dataset& dataset, int64_t limit, int64_t batch_size) {
  cloister::data::BatchOptions pass;
  pass.size = static_cast<std::uint32_t>(batch_size);
  pass.resize = {kImageSize, kImageSize};
  pass.rgb = true;
  Loader loader(take(dataset, limit), pass);
  std::vector<torch::Tensor> features, labels;
  Samples samples;
  {
    const c10::InferenceMode inference;
    for (Batch batch; loader.next(&batch);) {
      features.push_back(backbone(batch.inputs));
      labels.push_back(batch.labels);
    }
    samples = {torch::cat(features), torch::cat(labels)};
  }
  // Tensors made in inference mode cannot be trained on; their copies can.
  return {samples.features.clone(), samples.labels.clone()};
}

torch::Tensor train_step(torch::nn::Linear& classifier, torch::optim::Optimizer& optimizer,
                         const torch::Tensor& features, const torch::Tensor& labels) {
  optimizer.zero_grad();
  torch::Tensor loss = torch::cross_entropy_loss(classifier(features), labels);
  loss.backward();
  optimizer.step();
  return loss;
}

// Returns the last loss.
double train(torch::nn::Linear& classifier, const Samples& samples, const Options& options) {
  const auto parameters = classifier->parameters();
  std::unique_ptr<torch::optim::Optimizer> optimizer;
  if (options.optimizer == "adam") {
    optimizer = std::make_unique<torch::optim::Adam>(parameters, torch::optim::AdamOptions(options.lr));
  } else {
    optimizer = std::make_unique<torch::optim::SGD>(parameters,
                                                    torch::optim::SGDOptions(options.lr).momentum(options.momentum));
  }
  const int64_t count = samples.count();
  const bool full_batch = options.train_batch == 0 || options.train_batch >= count;
  const int64_t report_every = std::max<int64_t>(1, options.epochs / 100);
  double last_loss = 0;
  for (int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    torch::Tensor loss;
    if (full_batch) {
      loss = train_step(classifier, *optimizer, samples.features, samples.labels);
    } else {
      Samples pass = samples;
      if (!options.in_order) {
        const torch::Tensor order = torch::randperm(count);
        pass = {samples.features.index_select(0, order), samples.labels.index_select(0, order)};
      }
      for (int64_t start = 0; start < count; start += options.train_batch) {
        const int64_t length = std::min(options.train_batch, count - start);
        loss = train_step(classifier, *optimizer, pass.features.narrow(0, start, length),
                          pass.labels.narrow(0, start, length));
      }
    }
    if (epoch % report_every == 0 || epoch == options.epochs) last_loss = loss.item<double>();
  }
  return last_loss;
}

double accuracy(torch::nn::Linear& classifier, const Samples& samples) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor right = (classifier(samples.features).argmax(1) == samples.labels).sum();
  return right.item<double>() / static_cast<double>(samples.count());
}

void run(const Options& options) {
  const Times start = now();
  at::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  const auto train_set = open_dataset(options.train);
  const auto test_set = open_dataset(options.test);
  const Backbone backbone =
      options.backbone == "pool" ? make_pool() : make_lite0(load_weights(options.backbone_weights));

  const Times pre_computation_start = now();
  Samples samples = extract(backbone, train_set, options.train_count, options.batch);
  torch::Tensor mean, deviation;
  if (options.standardise) {
    mean = samples.features.mean(0);
    // Not std(0): that is the overload for a truth value.
    deviation = samples.features.std(at::IntArrayRef{0}, /*unbiased=*/true) + 1e-6;
    samples.features = (samples.features - mean) / deviation;
  }

  const Times training_start = now();
  torch::nn::Linear classifier(kFeatures, class_count(train_set));
  const double loss = train(classifier, samples, options);

  const Times evaluation_start = now();
  Samples tests = extract(backbone, test_set, options.test_count, options.batch);
  if (options.standardise) tests.features = (tests.features - mean) / deviation;
  const double train_accuracy = accuracy(classifier, samples);
  const double test_accuracy = accuracy(classifier, tests);
  if (!options.out.empty()) save_weights(options.out, {{"weight", classifier->weight}, {"bias", classifier->bias}});
  const std::string train_digest = digest(train_set);
  const std::string test_digest = digest(test_set);

  const Times end = now();
  const Times pre_computation = training_start - pre_computation_start;
  const Times training = evaluation_start - training_start;
  const Times evaluation = end - evaluation_start;
  const Times other = pre_computation_start - start;
  std::printf(
      "{\"pre_computation_s\": %.6f, \"training_s\": %.6f, \"evaluation_s\": %.6f, \"other_s\": %.6f, "
      "\"pre_computation_cpu_s\": %.6f, \"training_cpu_s\": %.6f, \"evaluation_cpu_s\": %.6f, \"other_cpu_s\": %.6f, "
      "\"train_images\": %lld, \"test_images\": %lld, \"loss\": %.9g, \"train_accuracy\": %.6f, \"test_accuracy\": "
      "%.6f, \"train_digest\": \"%s\", \"test_digest\": \"%s\"}\n",
      pre_computation.wall, training.wall, evaluation.wall, other.wall, pre_computation.cpu, training.cpu,
      evaluation.cpu, other.cpu, static_cast<long long>(samples.count()), static_cast<long long>(tests.count()), loss,
      train_accuracy, test_accuracy, train_digest.c_str(), test_digest.c_str());
}

}  // namespace

int main(int argc, char** argv) { return run_program("native_transfer", argc, argv, parse_options, run); }
