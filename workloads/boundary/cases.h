// The things that `boundary` repeats.
#pragma once

#include <cloister/cloister.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// Arguments of the cases.
struct Operands {
  explicit Operands(std::int64_t bulk_bytes);

  cloister::Tensor a, b;  // float32 [1]
  std::int64_t bulk_bytes;
  std::vector<std::uint8_t> bulk;  // made when a case needs it
  cloister::Tensor bulk_tensor;    // uint8 [bulk_bytes], likewise
};

struct Case {
  std::string_view name;
  void (*run)(Operands& operands, std::int64_t count);
};

// `call` (no argument, no tensor), `one-handle`, `two-handles`, `bytes-in`, `bytes-out`.
std::span<const Case> cases();
