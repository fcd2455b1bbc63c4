// Checks of the C++ SDK against values worked out by hand or by PyTorch's documentation. The component fails with the
// number of checks that did not hold and prints each.
#pragma once

#include <cloister/cloister.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

// Elements (row-major) and sizes of a tensor, whatever its dtype; floating ones to 1e-5.
void expect(std::string_view what, const cloister::Tensor& tensor, std::initializer_list<double> elements,
            const std::vector<std::int64_t>& sizes);
void expect_true(std::string_view what, bool holds);
// A tensor of one element.
void expect_value(std::string_view what, const cloister::Tensor& tensor, double value);

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
