// Learning rates that change over time, as torch.optim.lr_scheduler has them. Each is a function of the number of
// steps alone, so a resumed run goes on with step(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

#include "cloister/optim.h"

namespace cloister::optim {

// Sets an optimizer's learning rate when it is made and after each step(). An epoch is whatever passes between two
// steps: a pass, or a batch. The optimizer must outlive it.
class LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  // One epoch is over.
  void step() { step(last_epoch_ + 1); }
  // So many epochs are over.
  void step(std::int64_t epoch) {
    last_epoch_ = epoch;
    optimizer_.set_lr(lr_at(epoch));
  }
  [[nodiscard]] std::int64_t last_epoch() const { return last_epoch_; }
  [[nodiscard]] double get_last_lr() const { return lr_at(last_epoch_); }

  // The learning rate after so many epochs.
  [[nodiscard]] virtual double lr_at(std::int64_t epoch) const = 0;

 protected:
  explicit LRScheduler(Optimizer& optimizer) : optimizer_(optimizer), base_lr_(optimizer.lr()) {}
  // That of the optimizer when the scheduler was made.
  [[nodiscard]] double base_lr() const { return base_lr_; }

 private:
  Optimizer& optimizer_;
  double base_lr_;
  std::int64_t last_epoch_ = 0;
};

struct StepLROptions {
  std::int64_t step_size = 1;
  double gamma = 0.1;
};
// Times gamma every step_size epochs.
class StepLR final : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, const StepLROptions& options) : LRScheduler(optimizer), options_(options) { step(0); }
  [[nodiscard]] double lr_at(std::int64_t epoch) const override {
    return base_lr() * std::pow(options_.gamma, static_cast<double>(epoch / options_.step_size));
  }

 private:
  StepLROptions options_;
};

struct MultiStepLROptions {
  std::vector<std::int64_t> milestones;  // rising
  double gamma = 0.1;
};
// Times gamma at each milestone.
class MultiStepLR final : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, MultiStepLROptions options) : LRScheduler(optimizer), options_(std::move(options)) {
    step(0);
  }
  [[nodiscard]] double lr_at(std::int64_t epoch) const override {
    const auto& milestones = options_.milestones;
    const auto passed = std::upper_bound(milestones.begin(), milestones.end(), epoch) - milestones.begin();
    return base_lr() * std::pow(options_.gamma, static_cast<double>(passed));
  }

 private:
  MultiStepLROptions options_;
};

struct ExponentialLROptions {
  double gamma = 0.1;
};
// Times gamma every epoch.
class ExponentialLR final : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, const ExponentialLROptions& options) : LRScheduler(optimizer), options_(options) {
    step(0);
  }
  [[nodiscard]] double lr_at(std::int64_t epoch) const override {
    return base_lr() * std::pow(options_.gamma, static_cast<double>(epoch));
  }

 private:
  ExponentialLROptions options_;
};

struct CosineAnnealingLROptions {
  std::int64_t T_max = 1;  // epochs from the highest to the lowest
  double eta_min = 0;
};
// Half a cosine from the optimizer's learning rate down to eta_min, and up again after T_max (Loshchilov and Hutter,
// "SGDR", 2017).
class CosineAnnealingLR final : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, const CosineAnnealingLROptions& options)
      : LRScheduler(optimizer), options_(options) {
    step(0);
  }
  [[nodiscard]] double lr_at(std::int64_t epoch) const override {
    const double share = static_cast<double>(epoch) / static_cast<double>(options_.T_max);
    return options_.eta_min + (base_lr() - options_.eta_min) * (1 + std::cos(std::numbers::pi * share)) / 2;
  }

 private:
  CosineAnnealingLROptions options_;
};

struct LinearLROptions {
  double start_factor = 1.0 / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
};
// In a straight line from start_factor to end_factor times the optimizer's learning rate: a warm-up.
class LinearLR final : public LRScheduler {
 public:
  LinearLR(Optimizer& optimizer, const LinearLROptions& options) : LRScheduler(optimizer), options_(options) {
    step(0);
  }
  [[nodiscard]] double lr_at(std::int64_t epoch) const override {
    const double share =
        static_cast<double>(std::min(epoch, options_.total_iters)) / static_cast<double>(options_.total_iters);
    return base_lr() * (options_.start_factor + (options_.end_factor - options_.start_factor) * share);
  }

 private:
  LinearLROptions options_;
};

enum class AnnealStrategy : std::uint8_t { cos, linear };
struct OneCycleLROptions {
  double max_lr = 0;
  std::int64_t total_steps = 1;
  double pct_start = 0.3;  // share of the steps that rise
  AnnealStrategy anneal_strategy = AnnealStrategy::cos;
  double div_factor = 25;         // from max_lr to where it begins
  double final_div_factor = 1e4;  // from there to where it ends
  bool three_phase = false;       // falls as it rose before the end
};
// From a fraction of max_lr up to it and down to far less, in total_steps (Smith and Topin, "Super-convergence", 2018).
// Beyond them it stays. Momentum is not cycled: as cycle_momentum = False.
class OneCycleLR final : public LRScheduler {
 public:
  OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options) : LRScheduler(optimizer), options_(options) {
    step(0);
  }
  [[nodiscard]] double lr_at(std::int64_t epoch) const override {
    const double initial = options_.max_lr / options_.div_factor;
    const double lowest = initial / options_.final_div_factor;
    const auto total = static_cast<double>(options_.total_steps);
    const double top = options_.pct_start * total - 1;
    const double at = std::min(static_cast<double>(epoch), total - 1);
    if (at <= top && top > 0) return anneal(initial, options_.max_lr, at / top);
    if (!options_.three_phase) return anneal(options_.max_lr, lowest, (at - top) / (total - 1 - top));
    const double back = 2 * options_.pct_start * total - 2;
    if (at <= back) return anneal(options_.max_lr, initial, (at - top) / (back - top));
    return anneal(initial, lowest, (at - back) / (total - 1 - back));
  }

 private:
  [[nodiscard]] double anneal(double start, double end, double share) const {
    if (options_.anneal_strategy == AnnealStrategy::linear) return start + (end - start) * share;
    return end + (start - end) / 2 * (1 + std::cos(std::numbers::pi * share));
  }

  OneCycleLROptions options_;
};

// Times what `factor` gives for the number of epochs: any other schedule.
class LambdaLR final : public LRScheduler {
 public:
  LambdaLR(Optimizer& optimizer, std::function<double(std::int64_t)> factor)
      : LRScheduler(optimizer), factor_(std::move(factor)) {
    step(0);
  }
  [[nodiscard]] double lr_at(std::int64_t epoch) const override { return base_lr() * factor_(epoch); }

 private:
  std::function<double(std::int64_t)> factor_;
};

}  // namespace cloister::optim
