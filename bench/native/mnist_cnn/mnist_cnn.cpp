// The baseline of workloads/mnist-cnn: the same as plain libtorch C++, with the same operators in the same order, so
// that the trained weights are equal bit for bit. Of Cloister it uses the file readers alone.
#include <ATen/Parallel.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numbers>

#include "dataset.h"
#include "options.h"
#include "phases.h"
#include "program.h"
#include "weights.h"

namespace nn = torch::nn;
using torch::Tensor;

namespace {

constexpr std::uint32_t kSide = 28;

struct DigitReaderImpl : nn::Module {
  nn::Conv2d conv1{nullptr}, conv2{nullptr}, conv3{nullptr};
  nn::BatchNorm2d norm1{nullptr}, norm2{nullptr}, norm3{nullptr};
  nn::Dropout dropout{nullptr};
  nn::Linear classifier{nullptr};

  DigitReaderImpl(int64_t classes, double dropped) {
    conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 16, 3).padding(1)));
    norm1 = register_module("norm1", nn::BatchNorm2d(16));
    conv2 = register_module("conv2", nn::Conv2d(nn::Conv2dOptions(16, 32, 3).padding(1)));
    norm2 = register_module("norm2", nn::BatchNorm2d(32));
    conv3 = register_module("conv3", nn::Conv2d(nn::Conv2dOptions(32, 64, 3).padding(1)));
    norm3 = register_module("norm3", nn::BatchNorm2d(64));
    dropout = register_module("dropout", nn::Dropout(dropped));
    classifier = register_module("classifier", nn::Linear(64 * 3 * 3, classes));
  }

  Tensor forward(const Tensor& images) {
    Tensor x = images.unsqueeze(1).to(torch::kFloat) * (1.0 / 255);
    x = torch::max_pool2d(norm1(conv1(x)).relu(), 2);
    x = torch::max_pool2d(norm2(conv2(x)).relu(), 2);
    x = torch::max_pool2d(norm3(conv3(x)).relu(), 2);
    return classifier(dropout(x.flatten(1)));
  }
};
TORCH_MODULE(DigitReader);

// As torch.optim.lr_scheduler.OneCycleLR with its defaults, after so many steps; libtorch has no such class.
double one_cycle(int64_t step, int64_t steps, double max_lr) {
  const double initial = max_lr / 25, lowest = initial / 1e4;
  const auto total = static_cast<double>(steps);
  const double top = 0.3 * total - 1, at = std::min(static_cast<double>(step), total - 1);
  const auto anneal = [](double start, double end, double share) {
    return end + (start - end) / 2 * (1 + std::cos(std::numbers::pi * share));
  };
  if (at <= top && top > 0) return anneal(initial, max_lr, at / top);
  return anneal(max_lr, lowest, (at - top) / (total - 1 - top));
}

cloister::data::BatchOptions pass_of(const Options& options) {
  cloister::data::BatchOptions pass;
  pass.size = static_cast<std::uint32_t>(options.batch);
  pass.resize = {kSide, kSide};
  return pass;
}

// Returns the last loss.
double train(DigitReader& net, const Dataset& dataset, const Options& options) {
  const int64_t steps = options.epochs * ((static_cast<int64_t>(dataset->size()) + options.batch - 1) / options.batch);
  torch::optim::AdamW optimizer(net->parameters(), torch::optim::AdamWOptions(options.lr));
  const int64_t report_every = std::max<int64_t>(1, steps / 100);
  net->train();
  double last_loss = 0;
  int64_t step = 0;
  for (int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    const auto seed = torch::randint(0, std::numeric_limits<std::int32_t>::max(), {1}, torch::kLong).item<int64_t>();
    auto pass = pass_of(options);
    pass.shuffle_seed = static_cast<std::uint64_t>(seed);
    Loader loader(dataset, pass);
    for (Batch batch; loader.next(&batch);) {
      static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[0].options())
          .lr(one_cycle(step, steps, options.lr));
      optimizer.zero_grad();
      const Tensor loss = torch::cross_entropy_loss(net(batch.inputs), batch.labels);
      loss.backward();
      optimizer.step();
      ++step;
      if (step % report_every == 0 || step == steps) last_loss = loss.item<double>();
    }
  }
  return last_loss;
}

// By rows of true classes and columns of guesses: float64 [classes * classes].
Tensor confusion(DigitReader& net, const Dataset& dataset, int64_t classes, const Options& options) {
  Loader loader(dataset, pass_of(options));
  net->eval();
  const torch::NoGradGuard no_grad;
  Tensor counts = torch::zeros({classes * classes}, torch::kLong);
  for (Batch batch; loader.next(&batch);) {
    const Tensor guesses = net(batch.inputs).argmax(1);
    counts += torch::bincount(batch.labels * classes + guesses, {}, classes * classes);
  }
  return counts.to(torch::kDouble);
}

void run(const Options& options) {
  at::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  Phases phases;
  const Dataset train_all = open_dataset(options.train), test_all = open_dataset(options.test);
  const Dataset train_set = take(train_all, options.train_count), test_set = take(test_all, options.test_count);
  const int64_t classes = class_count(train_set);
  DigitReader net(classes, options.dropout);

  phases.enter("training");
  phases.metric("loss", train(net, train_set, options));
  phases.enter("evaluation");
  const Tensor counts = confusion(net, test_set, classes, options);
  const double right = counts.reshape({classes, classes}).diagonal().sum().item<double>();
  phases.metric("test-accuracy", right / static_cast<double>(test_set->size()));
  if (!options.out.empty()) save_weights(options.out, state_of(*net));
  // The record of an isolated run has the sums of whole datasets; what it reads for them is read here too.
  (void)digest(train_all);
  (void)digest(test_all);
  phases.print();
}

}  // namespace

int main(int argc, char** argv) { return run_program("native_mnist_cnn", argc, argv, parse_options, run); }
