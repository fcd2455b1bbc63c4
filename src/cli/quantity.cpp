#include "cloister/cli/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "cloister/base/bytes.h"

namespace cloister::cli {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr Unit kSizes[] = {{"", 1},
                           {"KiB", std::uint64_t{1} << 10},
                           {"MiB", std::uint64_t{1} << 20},
                           {"GiB", std::uint64_t{1} << 30},
                           {"TiB", std::uint64_t{1} << 40}};
constexpr Unit kAges[] = {{"d", 86'400}, {"h", 3'600}, {"m", 60}, {"s", 1}};

// A whole number with one of the units; nothing for what is not that, or does not fit.
std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (unit.suffix == suffix) return checked_multiply(number, unit.factor);
  }
  return std::nullopt;
}

}  // namespace

std::string clock_text(std::chrono::duration<double> duration) {
  constexpr double kMaxSeconds = 1e9;
  const auto seconds = static_cast<std::uint64_t>(std::clamp(duration.count(), 0.0, kMaxSeconds));
  const std::uint64_t hours = seconds / 3600;
  const std::uint64_t minutes = seconds / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
  return fmt::format("{}:{:02}", minutes, seconds % 60);
}

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
  double amount = static_cast<double>(bytes) / 1024;
  std::string_view unit = "KiB";
  for (const std::string_view larger : {"MiB", "GiB", "TiB"}) {
    if (amount < 1024) break;
    amount /= 1024;
    unit = larger;
  }
  return fmt::format("{:.1f} {}", amount, unit);
}

std::string age_text(std::chrono::seconds age) {
  constexpr std::string_view kNames[] = {"day", "hour", "minute"};
  const auto seconds = static_cast<std::uint64_t>(std::max<std::chrono::seconds::rep>(age.count(), 0));
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    const std::uint64_t count = seconds / kAges[i].factor;
    if (count > 0) return fmt::format("{} {}{}", count, kNames[i], count == 1 ? "" : "s");
  }
  return "less than a minute";
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  if (const auto bytes = parse(text, kSizes)) return *bytes;
  return fail(ErrorCode::invalid_argument, fmt::format("'{}' is no size: write it as 512MiB, 4GiB or 4096", text));
}

Result<std::chrono::seconds> parse_age(std::string_view text) {
  constexpr std::uint64_t kCentury = std::uint64_t{36'525} * 86'400;
  if (const auto seconds = parse(text, kAges); seconds && *seconds <= kCentury) return std::chrono::seconds(*seconds);
  return fail(ErrorCode::invalid_argument,
              fmt::format("'{}' is no age of at most a hundred years: write it as 30d, 12h or 45m", text));
}

}  // namespace cloister::cli
