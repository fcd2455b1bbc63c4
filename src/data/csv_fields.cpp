#include "csv_fields.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace cloister::data {
namespace {

std::string_view trimmed(std::string_view field) {
  const std::size_t begin = field.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return field.substr(begin, field.find_last_not_of(" \t") + 1 - begin);
}

// std::from_chars knows no plus sign.
std::string_view without_plus(std::string_view number) {
  const bool plus = number.size() > 1 && number[0] == '+' && number[1] != '-' && number[1] != '+';
  return plus ? number.substr(1) : number;
}

// The whole of `number`, or the error.
template <class T>
std::errc parse(std::string_view number, T& value) {
  const char* const end = number.data() + number.size();
  const auto [parsed, error] = std::from_chars(number.data(), end, value);
  return parsed == end ? error : std::errc::invalid_argument;
}

// A number beyond float64: infinity, or 0 when it is small.
float beyond_range(std::string_view number) {
  const bool negative = number.front() == '-';
  if (negative) number.remove_prefix(1);
  const std::size_t exponent = number.find_first_of("eE");
  const bool small = exponent == std::string_view::npos ? number.front() == '0' || number.front() == '.'
                                                        : number.substr(exponent + 1).starts_with('-');
  const float magnitude = small ? 0.0F : std::numeric_limits<float>::infinity();
  return negative ? -magnitude : magnitude;
}

}  // namespace

std::optional<std::int64_t> parse_whole(std::string_view field) {
  std::int64_t value = 0;
  if (parse(without_plus(trimmed(field)), value) != std::errc()) return std::nullopt;
  return value;
}

std::optional<float> parse_real(std::string_view field) {
  const std::string_view number = without_plus(trimmed(field));
  if (number.empty()) return std::numeric_limits<float>::quiet_NaN();
  if (number.find('(') != std::string_view::npos) return std::nullopt;  // nan(...) of C
  float value = 0;
  std::errc error = parse(number, value);
  if (error == std::errc()) return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
  if (error != std::errc::result_out_of_range) return std::nullopt;
  double wide = 0;
  error = parse(number, wide);
  if (error != std::errc()) return beyond_range(number);
  if (std::abs(wide) > std::numeric_limits<float>::max()) {
    return wide < 0 ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
  }
  return static_cast<float>(wide);
}

CsvKind kind_of(std::string_view field) {
  if (trimmed(field).empty()) return CsvKind::empty;
  if (parse_whole(field)) return CsvKind::whole;
  return parse_real(field) ? CsvKind::real : CsvKind::text;
}

}  // namespace cloister::data
