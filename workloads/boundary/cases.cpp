#include "cases.h"

using namespace cloister;

Operands::Operands(std::int64_t bytes) : a(full(1, 1.5)), b(full(1, 0.5)), bulk_bytes(bytes) {}

namespace {

// A case that repeats one expression; its result is dropped at once, as a program would drop it.
#define CASE(name, expression)                                   \
  Case {                                                         \
    name, []([[maybe_unused]] Operands& o, std::int64_t count) { \
      for (std::int64_t i = 0; i < count; ++i) {                 \
        (void)(expression);                                      \
      }                                                          \
    }                                                            \
  }

void bytes_in(Operands& o, std::int64_t count) {
  o.bulk.resize(static_cast<std::size_t>(o.bulk_bytes), 1);
  for (std::int64_t i = 0; i < count; ++i) (void)from_elements<std::uint8_t>(o.bulk, o.bulk_bytes);
}

void bytes_out(Operands& o, std::int64_t count) {
  if (!o.bulk_tensor.defined()) o.bulk_tensor = zeros(o.bulk_bytes, kUInt8);
  for (std::int64_t i = 0; i < count; ++i) (void)o.bulk_tensor.read<std::uint8_t>();
}

constexpr Case kCases[] = {
    CASE("call", cloister_ml_autograd_get_mode()),
    CASE("one-handle", o.a.numel()),
    CASE("two-handles", o.a.is_same_size(o.b)),
    {"bytes-in", bytes_in},
    {"bytes-out", bytes_out},
};

}  // namespace

std::span<const Case> cases() { return kCases; }
