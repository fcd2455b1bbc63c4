// Reading foreign bytes and sizes: bounded, in 64 bits, with errors instead of overflows.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cloister/base/result.h"

namespace cloister {

// The sum or product, or nothing when it does not fit in T.
template <std::integral T>
[[nodiscard]] constexpr std::optional<T> checked_add(T a, T b) {
  T sum{};
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}
template <std::integral T>
[[nodiscard]] constexpr std::optional<T> checked_multiply(T a, T b) {
  T product{};
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The number of elements of a shape: the product of its sizes, 1 for none. So that strides fit as well, the product of
// the sizes that are not 0 must fit in 63 bits even when the shape has no elements.
// Errors: invalid_argument for a negative size or a product that does not fit.
[[nodiscard]] Result<std::int64_t> checked_product(std::span<const std::int64_t> sizes);

// Bytes of `sizes` elements of `element_size` bytes each. Errors: as checked_product.
[[nodiscard]] Result<std::uint64_t> checked_byte_size(std::span<const std::int64_t> sizes, std::size_t element_size);

// "[2, 3]", for messages.
[[nodiscard]] std::string shape_text(std::span<const std::int64_t> sizes);

// Whether the text is well-formed UTF-8 (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view text);

// At most `limit` bytes of the text for a message, cut between two characters of UTF-8.
[[nodiscard]] std::string_view clipped(std::string_view text, std::size_t limit);

// Takes integers and runs of bytes off the front of a span. `what` names the thing in errors: "the header of 'a.idx'".
// The span and `what` must outlive the reader. Errors: bad_data when fewer bytes are left than asked for; nothing is
// taken then. Thread safety: none.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - offset_; }

  Result<std::span<const std::byte>> take(std::uint64_t count);

  template <std::unsigned_integral T>
  Result<T> little() {
    CLOISTER_TRY(const auto bytes, take(sizeof(T)));
    std::uint64_t value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<std::uint64_t>(bytes[i]);
    return static_cast<T>(value);
  }
  template <std::unsigned_integral T>
  Result<T> big() {
    CLOISTER_TRY(const auto bytes, take(sizeof(T)));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | static_cast<std::uint64_t>(bytes[i]);
    return static_cast<T>(value);
  }

 private:
  std::span<const std::byte> bytes_;
  std::string_view what_;
  std::size_t offset_ = 0;
};

}  // namespace cloister
