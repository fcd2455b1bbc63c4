// The order of a shuffled pass, in memory of the caller's.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>

#include "cloister/base/result.h"

namespace cloister::data {

// Fills `order` with permutation(order.size(), seed). Errors: interrupted.
Result<void> permute(std::span<std::uint32_t> order, std::uint64_t seed, const std::stop_token& stop);

}  // namespace cloister::data
