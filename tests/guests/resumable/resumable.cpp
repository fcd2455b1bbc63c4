// A small training run that can be killed at any moment: all that makes it what it is (moments, dropout, shuffling,
// random numbers, the clock) goes into its outputs, so that a resumed run shows what it forgot.
#include <cloister/cloister.h>

#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

using namespace cloister;

CLOISTER_GRANTS("dataset:train", "output:state", "output:weights", "output:facts");

namespace {

struct Net : nn::Module {
  nn::Linear first{64, 32};
  nn::Dropout dropout{0.25};
  nn::Linear second{32, 10};
  void visit(nn::Visitor& visitor) {
    visitor("first", first);
    visitor("dropout", dropout);
    visitor("second", second);
  }
  Tensor operator()(const Tensor& x) const { return second(dropout(first(x).relu())); }
};

struct Position {
  std::int64_t epoch = 0;
  std::int64_t step = 0;     // of all epochs
  std::uint64_t drawn = 0;   // what wasi:random gave so far, folded
  std::uint64_t clocks = 0;  // what the clock showed so far, folded
};

std::uint64_t fold(std::uint64_t value, std::uint64_t more) { return (value ^ more) * 0x9e3779b97f4a7c15; }

std::uint64_t draw() {
  std::uint64_t number = 0;
  if (::getentropy(&number, sizeof(number)) != 0) fatal("no random numbers");
  return number;
}

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

std::unique_ptr<optim::Optimizer> make_optimizer(std::string_view name, const std::vector<Tensor>& parameters) {
  if (name == "sgd") return std::make_unique<optim::SGD>(parameters, optim::SGDOptions{.lr = 0.05, .momentum = 0.9});
  if (name == "adam") return std::make_unique<optim::Adam>(parameters, optim::AdamOptions{.lr = 0.01});
  if (name == "adamw") return std::make_unique<optim::AdamW>(parameters, optim::AdamWOptions{.lr = 0.01});
  return std::make_unique<optim::RMSprop>(parameters,
                                          optim::RMSpropOptions{.lr = 0.01, .momentum = 0.5, .centered = true});
}

Expected<void> train(Args& args) {
  const auto epochs = args.integer("epochs", 4, "passes over the data");
  const auto every = args.integer("every", 3, "steps between two checkpoints");
  const auto kind = args.text("optimizer", "adam", "sgd, adam, adamw or rmsprop");
  const auto fail_at = args.integer("fail-at", -1, "step at which it fails, unless it was resumed");
  CLOISTER_CHECK(args.finish());
  CLOISTER_TRY(const Dataset dataset, Dataset::open("train"));
  Net net;
  const auto optimizer = make_optimizer(kind, net.parameters());
  optim::CosineAnnealingLR scheduler(*optimizer, {.T_max = epochs});

  Position position;
  Checkpoint checkpoint("state");
  checkpoint.add("net", net.state_dict()).add("optimizer", *optimizer);
  CLOISTER_TRY(const bool resumed, checkpoint.restore(position));
  constexpr std::int64_t kBatch = 8;
  const auto batches = static_cast<std::int64_t>((dataset.size() + kBatch - 1) / kBatch);
  for (; position.epoch < epochs; ++position.epoch) {
    scheduler.step(position.epoch);
    const std::int64_t done = position.step - position.epoch * batches;
    CLOISTER_TRY(Batches pass, dataset.batches({.size = kBatch,
                                                .shuffle_seed = static_cast<std::uint64_t>(position.epoch),
                                                .start = static_cast<std::uint64_t>(done * kBatch)}));
    for (auto& batch : pass) {
      CLOISTER_CHECK(batch);
      optimizer->zero_grad();
      const Tensor loss = cross_entropy(net(batch->inputs.flatten(1).to(kFloat32) / 255), batch->labels);
      loss.backward();
      output::scalar("norm", static_cast<std::uint64_t>(position.step), optimizer->clip_grad_norm(1).item<double>());
      optimizer->step();
      output::scalar("loss", static_cast<std::uint64_t>(position.step), loss.item<double>());
      position.drawn = fold(position.drawn, draw());
      position.clocks = fold(position.clocks, now());
      if (++position.step == fail_at && !resumed) return fail("failed at step " + std::to_string(fail_at));
      if (position.step % every == 0 && position.step % batches != 0) CLOISTER_CHECK(checkpoint.save(position));
    }
  }
  char text[128];
  std::snprintf(text, sizeof(text), "%lld steps, %016llx, %016llx\n", static_cast<long long>(position.step),
                static_cast<unsigned long long>(position.drawn), static_cast<unsigned long long>(position.clocks));
  CLOISTER_CHECK(output::save_text("facts", text));
  return output::save("weights", {{"first.weight", net.first.weight},
                                  {"first.bias", net.first.bias},
                                  {"second.weight", net.second.weight},
                                  {"second.bias", net.second.bias}});
}

}  // namespace

CLOISTER_WORKLOAD(train)
