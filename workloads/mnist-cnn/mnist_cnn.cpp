// A small convolutional network learns from scratch to read handwritten digits, and is tested on some that it never
// saw.
#include <cloister/cloister.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

using namespace cloister;

CLOISTER_GRANTS("dataset:train", "dataset:test", "output:weights");

namespace {

constexpr std::int64_t kSide = 28;  // rows and columns that the network sees

struct Options {
  std::int64_t epochs, batch, train_count, test_count;
  double lr, dropout;
};

Expected<Options> parse(Args& args) {
  const Options options{
      .epochs = args.integer("epochs", 2, "passes over the training images"),
      .batch = args.integer("batch", 128, "images in a step"),
      .train_count = args.integer("train-count", 0, "training images to use; 0: all"),
      .test_count = args.integer("test-count", 0, "test images to use; 0: all"),
      .lr = args.number("lr", 0.01, "highest learning rate"),
      .dropout = args.number("dropout", 0.25, "share of the features that is dropped while training"),
  };
  CLOISTER_CHECK(args.finish());
  if (options.epochs < 1) return fail("--epochs takes at least 1");
  if (options.batch < 1 || options.batch > 65536) return fail("--batch takes 1 to 65536");
  if (std::min(options.train_count, options.test_count) < 0)
    return fail("--train-count and --test-count take no negative numbers");
  if (!(options.dropout >= 0 && options.dropout < 1)) return fail("--dropout takes at least 0 and less than 1");
  return options;
}

// Three times: look for patterns, bring them to one scale, keep what stands out in each square of four. Patterns of
// patterns are larger, until a linear layer decides.
struct DigitReader : nn::Module {
  nn::Conv2d conv1{1, 16, 3, {.padding = 1}};
  nn::BatchNorm2d norm1{16};
  nn::Conv2d conv2{16, 32, 3, {.padding = 1}};
  nn::BatchNorm2d norm2{32};
  nn::Conv2d conv3{32, 64, 3, {.padding = 1}};
  nn::BatchNorm2d norm3{64};
  nn::Dropout dropout;
  nn::Linear classifier;

  DigitReader(std::int64_t classes, double dropped) : dropout(dropped), classifier(64 * 3 * 3, classes) {}
  void visit(nn::Visitor& visitor) {
    visitor("conv1", conv1), visitor("norm1", norm1), visitor("conv2", conv2), visitor("norm2", norm2);
    visitor("conv3", conv3), visitor("norm3", norm3), visitor("dropout", dropout), visitor("classifier", classifier);
  }

  // uint8 [n, 28, 28] -> logits [n, classes].
  Tensor operator()(const Tensor& images) const {
    Tensor x = images.unsqueeze(1).to(kFloat32) * (1.0 / 255);
    x = max_pool2d(norm1(conv1(x)).relu(), {.kernel_size = 2});  // [n, 16, 14, 14]
    x = max_pool2d(norm2(conv2(x)).relu(), {.kernel_size = 2});  // [n, 32, 7, 7]
    x = max_pool2d(norm3(conv3(x)).relu(), {.kernel_size = 2});  // [n, 64, 3, 3]
    return classifier(dropout(x.flatten(1)));
  }
};

// The first `count` images of a granted dataset, or all; grey ones.
Expected<Dataset> open(const char* name, std::int64_t count) {
  CLOISTER_TRY(const Dataset all, Dataset::open(name));
  CLOISTER_TRY(const std::vector<Column> columns, all.columns());
  if (columns.size() != 2 || columns[0].name != "image" || columns[0].shape.size() != 2 || columns[1].classes.empty())
    return fail("the dataset '" + std::string(name) + "' is not of grey images with classes");
  return all.take(count == 0 ? all.size() : static_cast<std::uint64_t>(count));
}

Expected<void> train(DigitReader& net, const Dataset& dataset, const Options& options) {
  const auto count = static_cast<std::int64_t>(dataset.size());
  const std::int64_t steps = options.epochs * ((count + options.batch - 1) / options.batch);
  optim::AdamW optimizer(net.parameters(), {.lr = options.lr});
  optim::OneCycleLR schedule(optimizer, {.max_lr = options.lr, .total_steps = steps});
  // Reading a loss waits for the device and counts as egress, so about a hundred are read.
  const std::int64_t report_every = std::max<std::int64_t>(1, steps / 100);
  output::phase("training", steps);
  net.train();
  std::int64_t step = 0;
  for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    // The host shuffles, anew in each pass; the run's seed decides how.
    const auto seed = randint(0, std::numeric_limits<std::int32_t>::max(), {1}).item<std::int64_t>();
    CLOISTER_TRY(Batches batches, dataset.batches({.size = static_cast<std::uint32_t>(options.batch),
                                                   .shuffle_seed = static_cast<std::uint64_t>(seed),
                                                   .resize = kSide}));
    for (auto& batch : batches) {
      if (!batch) return std::unexpected(batch.error());
      optimizer.zero_grad();
      const Tensor loss = cross_entropy(net(batch->inputs), batch->labels);
      loss.backward();
      optimizer.step();
      schedule.step();
      output::progress(++step, options.batch);
      if (step % report_every == 0 || step == steps) output::scalar("loss", step, loss.item<double>());
    }
  }
  return {};
}

// How many images of each class, by rows, the network took for each class, by columns: float64 [classes * classes].
Expected<Tensor> confusion(DigitReader& net, const Dataset& dataset, std::int64_t classes, const Options& options) {
  CLOISTER_TRY(Batches batches, dataset.batches({.size = static_cast<std::uint32_t>(options.batch), .resize = kSide}));
  output::phase("evaluation");
  net.eval();
  NoGradGuard no_grad;
  Tensor counts = zeros(classes * classes, kInt64);
  for (auto& batch : batches) {
    if (!batch) return std::unexpected(batch.error());
    const Tensor guesses = net(batch->inputs).argmax(1);
    counts += bincount(batch->labels * classes + guesses, {}, classes * classes);
  }
  return counts.to(kFloat64);
}

Expected<void> mnist_cnn(Args& args) {
  CLOISTER_TRY(const Options options, parse(args));
  CLOISTER_TRY(const Dataset train_set, open("train", options.train_count));
  CLOISTER_TRY(const Dataset test_set, open("test", options.test_count));
  const std::vector<std::string> names = train_set.classes();
  const std::vector<std::string> test_names = test_set.classes();
  if (!std::ranges::starts_with(names, test_names)) return fail("the dataset 'test' has classes that 'train' has not");
  const auto classes = static_cast<std::int64_t>(names.size());

  DigitReader net(classes, options.dropout);
  CLOISTER_CHECK(train(net, train_set, options));
  CLOISTER_TRY(const Tensor counts, confusion(net, test_set, classes, options));
  const double right = counts.reshape({classes, classes}).diagonal().sum().item<double>();
  const double accuracy = right / static_cast<double>(test_set.size());
  output::scalar("test-accuracy", static_cast<std::uint64_t>(options.epochs), accuracy);
  const auto values = counts.read<double>();
  output::matrix("confusion", names, names, {values.data(), values.size()});
  CLOISTER_CHECK(output::save("weights", net.state_dict()));

  std::printf("%llu training images, %llu test images\n", static_cast<unsigned long long>(train_set.size()),
              static_cast<unsigned long long>(test_set.size()));
  std::printf("accuracy %.4f on the test images\n", accuracy);
  return {};
}

}  // namespace

CLOISTER_WORKLOAD(mnist_cnn)
