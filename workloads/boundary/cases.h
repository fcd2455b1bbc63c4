// The things that `boundary` repeats.
#pragma once

#include <cloister/cloister.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// Arguments of the cases. Tensors of one element, so that an operator's own work is next to nothing; shapes suit it.
struct Operands {
  explicit Operands(std::int64_t bulk_bytes);

  cloister::Tensor a, b;       // float32 [1]
  cloister::Tensor condition;  // bool [1]
  cloister::Tensor index;      // int64 [1], holds 0
  cloister::Tensor matrix;     // float32 [1, 1]
  cloister::Tensor image;      // float32 [1, 1, 1, 1]
  cloister::Tensor statistic;  // float32 [1], a running mean or variance
  std::int64_t bulk_bytes;
  std::vector<std::uint8_t> bulk;  // made when a case needs it
  cloister::Tensor bulk_tensor;    // uint8 [bulk_bytes], likewise
};

struct Case {
  std::string_view name;
  void (*run)(Operands& operands, std::int64_t count);
};

// `call` (no argument, no tensor), `one-handle`, `two-handles`, `bytes-in`, `bytes-out`, then `op.NAME` for every
// operator of wit/ops.wit.
std::span<const Case> cases();
