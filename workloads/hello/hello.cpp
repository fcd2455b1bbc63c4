// Fits y = 3x + 2 from noisy samples. Needs no grants.
#include <cloister/cloister.h>

#include <cstdio>

using namespace cloister;

static Expected<void> fit_line(Args& args) {
  CLOISTER_CHECK(args.finish());
  const Tensor x = rand({256, 1});
  const Tensor y = 3 * x + 2 + 0.1 * randn({256, 1});
  const nn::Linear line(1, 1);
  optim::SGD optimizer(line.parameters(), {.lr = 0.5});
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    mse_loss(line(x), y).backward();
    optimizer.step();
  }
  std::printf("y = %.2f x + %.2f\n", line.weight.item<double>(), line.bias.item<double>());
  return {};
}

CLOISTER_WORKLOAD(fit_line)
