#include <cmath>
#include <limits>
#include <vector>

#include "check.h"

using namespace cloister;

namespace {

Tensor leaf(std::initializer_list<float> values) {
  Tensor tensor = cloister::tensor<float>(values);
  tensor.requires_grad_();
  return tensor;
}

// What a scheduler sets over so many epochs, against torch.optim.lr_scheduler's own figures for a rate of 0.5.
template <class Scheduler, class Options>
void expect_rates(std::string_view what, const Options& options, const std::vector<double>& rates) {
  const Tensor parameters[] = {leaf({0})};
  optim::SGD optimizer(parameters, {.lr = 0.5});
  Scheduler scheduler(optimizer, options);
  bool equal = true;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    equal = equal && std::abs(optimizer.lr() - rates[i]) <= 1e-12 && scheduler.get_last_lr() == optimizer.lr();
    scheduler.step();
  }
  expect_true(what, equal && scheduler.last_epoch() == static_cast<std::int64_t>(rates.size()));
  // A resumed run goes straight to where it was.
  scheduler.step(2);
  expect_true(what, std::abs(optimizer.lr() - rates[2]) <= 1e-12);
}

}  // namespace

void check_optimizers() {
  // As Adam, from 1 * (1 - 0.1 * 0.5) = 0.95 on: 1.05; then 1.05 * 0.95 + 0.1 * 0.9996 = 1.09746.
  expect("AdamW", after_two_steps([](Parameters p) { return optim::AdamW(p, {.lr = 0.1, .weight_decay = 0.5}); }),
         {1.0974259}, {1});
  // The first step is lr / sqrt(1 - alpha): 1 + 0.1 / 0.1 = 2; then 0.1 * 2 / sqrt(0.99 * 0.16 + 0.04).
  expect("RMSprop", after_two_steps([](Parameters p) { return optim::RMSprop(p, {.lr = 0.1}); }), {2.4490132}, {1});
  // Nesterov looks ahead: 1 + 0.1 * 4 * 1.5 = 1.6; the buffer is 4 / 2 + 2.8 = 4.8: 1.6 + 0.1 * (2.8 + 2.4).
  expect("SGD with nesterov",
         after_two_steps([](Parameters p) { return optim::SGD(p, {.lr = 0.1, .momentum = 0.5, .nesterov = true}); }),
         {2.12}, {1});

  const Tensor w = leaf({3, 4});
  const Tensor parameters[] = {w};
  optim::SGD optimizer(parameters, {.lr = 0.25});
  expect_true("lr is what was given", optimizer.lr() == 0.25);
  optimizer.set_lr(0.5);
  expect_true("and what was set", optimizer.lr() == 0.5);
  (w * w).sum().backward();  // 6, 8
  expect_value("clip_grad_norm gives the norm from before", optimizer.clip_grad_norm(5), 10);
  expect("and scales the gradients", w.grad(), {3, 4}, {2});
  expect_value("the largest is a norm too", optimizer.clip_grad_norm(100, std::numeric_limits<double>::infinity()), 4);
  optimizer.clip_grad_value(3.5);
  expect("clip_grad_value limits each", w.grad(), {3, 3.5}, {2});
  // Two halves of a batch make one step.
  optimizer.zero_grad();
  for (int half = 0; half < 2; ++half) ((w * w).sum() / 2).backward();
  expect("gradients accumulate until zero_grad", w.grad(), {6, 8}, {2});
}

void check_schedules() {
  expect_rates<optim::StepLR>("StepLR", optim::StepLROptions{.step_size = 3, .gamma = 0.2},
                              {0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.020000000000000004, 0.020000000000000004});
  expect_rates<optim::MultiStepLR>("MultiStepLR", optim::MultiStepLROptions{.milestones = {2, 5}, .gamma = 0.3},
                                   {0.5, 0.5, 0.15, 0.15, 0.15, 0.045, 0.045, 0.045});
  expect_rates<optim::ExponentialLR>("ExponentialLR", optim::ExponentialLROptions{.gamma = 0.9},
                                     {0.5, 0.45, 0.405, 0.36450000000000005, 0.32805000000000006, 0.2952450000000001});
  expect_rates<optim::CosineAnnealingLR>("CosineAnnealingLR",
                                         optim::CosineAnnealingLROptions{.T_max = 4, .eta_min = 0.1},
                                         {0.5, 0.4414213562373095, 0.30000000000000004, 0.15857864376269054, 0.1,
                                          0.15857864376269049, 0.30000000000000004, 0.4414213562373096});
  expect_rates<optim::LinearLR>("LinearLR", optim::LinearLROptions{.start_factor = 0.25, .total_iters = 4},
                                {0.125, 0.21875, 0.3125, 0.40625, 0.5, 0.5, 0.5});
  expect_rates<optim::OneCycleLR>(
      "OneCycleLR", optim::OneCycleLROptions{.max_lr = 2, .total_steps = 10},
      {0.08000000000000007, 1.04, 2.0, 1.9009692640269473, 1.6234913078995261, 1.2225240438725786, 0.7774839561274215,
       0.37651669210047395, 0.09903873597305257, 8e-06});
  expect_rates<optim::OneCycleLR>(
      "OneCycleLR in straight lines and three phases",
      optim::OneCycleLROptions{.max_lr = 2,
                               .total_steps = 12,
                               .pct_start = 0.25,
                               .anneal_strategy = optim::AnnealStrategy::linear,
                               .div_factor = 10,
                               .final_div_factor = 100,
                               .three_phase = true},
      {0.2, 1.1, 2.0, 1.1, 0.19999999999999996, 0.17171428571428574, 0.14342857142857143, 0.11514285714285716,
       0.08685714285714287, 0.05857142857142858, 0.030285714285714305, 0.0020000000000000018});
  const auto warm_up = [](std::int64_t epoch) { return epoch < 4 ? (static_cast<double>(epoch) + 1) / 4 : 1.0; };
  expect_rates<optim::LambdaLR>("LambdaLR", std::function<double(std::int64_t)>(warm_up),
                                {0.125, 0.25, 0.375, 0.5, 0.5, 0.5});
}
