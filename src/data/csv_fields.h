// What the fields of a CSV column are: numbers, or words that name classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cloister::data {

// In rising order: a column is what its greatest field is.
enum class CsvKind : std::uint8_t { empty, whole, real, text };

// Spaces and tabs around numbers do not count.
[[nodiscard]] CsvKind kind_of(std::string_view field);

// A decimal number with an optional sign that fits into an int64.
[[nodiscard]] std::optional<std::int64_t> parse_whole(std::string_view field);

// A decimal number with an optional fraction and exponent, or `nan`, `inf`, `infinity` in either case, rounded to the
// nearest float32; beyond its range infinity or 0. An empty field is NaN.
[[nodiscard]] std::optional<float> parse_real(std::string_view field);

}  // namespace cloister::data
