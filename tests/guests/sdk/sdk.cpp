#include <cmath>
#include <cstdio>
#include <string>

#include "check.h"

using namespace cloister;

static int failures = 0;

void expect_true(std::string_view what, bool holds) {
  if (holds) return;
  ++failures;
  std::printf("does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
}

void expect(std::string_view what, const Tensor& tensor, std::initializer_list<double> elements,
            const std::vector<std::int64_t>& sizes) {
  const auto given = tensor.to(kFloat64).read<double>();
  bool equal = tensor.sizes() == sizes && given.size() == elements.size();
  for (std::size_t i = 0; equal && i < given.size(); ++i) {
    const double wanted = elements.begin()[i];
    equal = std::abs(given[i] - wanted) <= 1e-5 * (1 + std::abs(wanted));
  }
  expect_true(what, equal);
  if (equal) return;
  for (const double element : given) std::printf("  %g", element);
  std::printf("\n");
}

void expect_value(std::string_view what, const Tensor& tensor, double value) {
  const double given = tensor.item<double>();
  if (std::abs(given - value) > 1e-5 * (1 + std::abs(value))) std::printf("%g instead of %g\n", given, value);
  expect_true(what, std::abs(given - value) <= 1e-5 * (1 + std::abs(value)));
}

static Expected<void> check(Args& args) {
  CLOISTER_CHECK(args.finish());
  check_making();
  check_elementwise();
  check_shapes();
  check_reductions();
  check_layers();
  check_handles();
  check_autograd();
  check_training();
  check_optimizers();
  check_schedules();
  if (failures > 0) return fail(std::to_string(failures) + " checks of the SDK do not hold");
  std::puts("all checks of the SDK hold");
  return {};
}

CLOISTER_WORKLOAD(check)
