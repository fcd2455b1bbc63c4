#include "statistics.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace cloister::bench {
namespace {

constexpr int resamples = 10'000;
constexpr std::uint64_t bootstrap_seed = 0x636c6f6973746572;

double quantile_of_sorted(std::span<const double> sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double quantile(std::span<const double> samples, double q) {
  assert(!samples.empty() && q >= 0 && q <= 1);
  std::vector<double> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  return quantile_of_sorted(sorted, q);
}

double median(std::span<const double> samples) { return quantile(samples, 0.5); }

double minimum(std::span<const double> samples) { return *std::min_element(samples.begin(), samples.end()); }

Interval median_interval(std::span<const double> samples) {
  // The generator's own numbers, not a standard distribution: those differ between standard libraries.
  std::mt19937_64 generator(bootstrap_seed);
  std::vector<double> medians(resamples);
  std::vector<double> resample(samples.size());
  for (double& estimate : medians) {
    for (double& value : resample) value = samples[generator() % samples.size()];
    std::sort(resample.begin(), resample.end());
    estimate = quantile_of_sorted(resample, 0.5);
  }
  std::sort(medians.begin(), medians.end());
  return {quantile_of_sorted(medians, 0.025), quantile_of_sorted(medians, 0.975)};
}

Overhead paired_overhead(std::span<const double> native, std::span<const double> isolated) {
  assert(native.size() == isolated.size());
  std::vector<double> excess(native.size());
  for (std::size_t i = 0; i < excess.size(); ++i) excess[i] = isolated[i] / native[i] - 1;
  return {median(excess), median_interval(excess)};
}

}  // namespace cloister::bench
