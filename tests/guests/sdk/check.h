// Checks of the C++ SDK against values worked out by hand or by PyTorch's documentation. The component fails with the
// number of checks that did not hold and prints each.
#pragma once

#include <cloister/cloister.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

// Elements (row-major) and sizes of a tensor, whatever its dtype; floating ones to 1e-5.
void expect(std::string_view what, const cloister::Tensor& tensor, std::initializer_list<double> elements,
            const std::vector<std::int64_t>& sizes);
void expect_true(std::string_view what, bool holds);
// A tensor of one element.
void expect_value(std::string_view what, const cloister::Tensor& tensor, double value);

using Parameters = std::span<const cloister::Tensor>;

// What two steps of the optimizer that `make` makes of Parameters leave of w = 1 under the loss (w - 3)^2, whose first
// gradient is -4.
cloister::Tensor after_two_steps(auto&& make) {
  cloister::Tensor w = cloister::ones(1);
  w.requires_grad_();
  const cloister::Tensor parameters[] = {w};
  auto optimizer = make(Parameters(parameters));
  for (int i = 0; i < 2; ++i) {
    optimizer.zero_grad();
    cloister::mse_loss(w, cloister::full(1, 3)).backward();
    optimizer.step();
  }
  return w.detach();
}

void check_making();
void check_elementwise();
void check_shapes();
void check_reductions();
void check_layers();
void check_handles();
void check_autograd();
void check_training();
void check_optimizers();
void check_schedules();
