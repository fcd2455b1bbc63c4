#include <numeric>

#include "cloister/data/dataset.h"

namespace cloister::data {
namespace {

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  // Evenly among 0 .. bound-1; bound is at least 1 and at most 2^32.
  std::uint32_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t threshold = -bound % bound;
    for (;;) {
      const Wide product = static_cast<Wide>(next()) * bound;
      if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint32_t>(product >> 64);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace

std::vector<std::uint32_t> permutation(std::uint64_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0u);
  SplitMix64 generator(seed);
  for (std::size_t last = order.size(); last > 1; --last) {
    std::swap(order[last - 1], order[generator.below(last)]);
  }
  return order;
}

}  // namespace cloister::data
