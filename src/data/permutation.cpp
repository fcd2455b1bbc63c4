#include "permutation.h"

#include <numeric>
#include <utility>

#include "cloister/data/dataset.h"
#include "random.h"
#include "stored_dataset.h"

namespace cloister::data {

Result<void> permute(std::span<std::uint32_t> order, std::uint64_t seed, const std::stop_token& stop) {
  constexpr std::size_t kStopSteps = 1 << 16;  // between two looks at `stop`
  std::iota(order.begin(), order.end(), 0u);
  SplitMix64 generator(seed);
  for (std::size_t last = order.size(); last > 1; --last) {
    if (last % kStopSteps == 0 && stop.stop_requested()) return fail_interrupted();
    std::swap(order[last - 1], order[generator.below(last)]);
  }
  return {};
}

std::vector<std::uint32_t> permutation(std::uint64_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(count));
  // Without a way to stop it, it does not fail.
  static_cast<void>(permute(order, seed, {}));
  return order;
}

}  // namespace cloister::data
